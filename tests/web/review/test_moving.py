"""A date moved through HTTP: looked at, proposed with a reason, declined with another, and at last agreed."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask import Flask

from peerreview.services.base.house import House
from peerreview.services.terms.agreement_terms import DATES
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import advance, make_review
from tests.web.caller import Caller


def test_a_date_is_looked_at_proposed_declined_and_agreed(app: Flask, house: House) -> None:
    cast = advance(house, make_review(house, now=TODAY), to="collect")
    at, agreement = f"/reviews/{cast.review_id}/dates", f"/reviews/{cast.review_id}/agreement"
    ours, theirs = Caller(app), Caller(app)
    ours.log_in(cast.coordinator(0).email)
    theirs.log_in(cast.coordinator(1).email)
    assert at in ours.page(f"/reviews/{cast.review_id}").text
    assert at in ours.page(agreement).text
    page = ours.page(at).text
    form = {name: re.findall(rf'name="date_{name}"[^>]* value="([^"]+)"', page)[0] for name in DATES}
    old = date.fromisoformat(form["materials"])
    new = house.calendar.on_or_after(old + timedelta(weeks=1)).isoformat()
    typed = {f"date_{name}": day for name, day in {**form, "materials": new}.items()}
    # What is proposed is what was looked at: without a look it is shown first.
    rough = ours.send(at, 200, form_at=at, version="1", look="yes", about_closing=str(new[:4]), **typed).text
    assert f'<option value="{new[:4]}" selected>under {new[:4]}</option>' in rough
    looked = ours.send(at, 200, form_at=at, version="1", propose="yes", reason="Sjukdom.", **typed).text
    assert "Påminnelser som ändras" in looked
    assert "Sjukdom." in looked
    assert "Inga" not in re.findall(r"Steg som får nytt datum.*?</section>", looked, re.S)[0]
    seen = re.findall(r'name="looked" value="([^"]+)"', looked)[0]
    sent = {"version": "1", "propose": "yes", "looked": seen, **typed}
    assert 'href="#f-reason"' in ours.send(at, 422, form_at=at, reason=" ", **sent).text
    ours.send(at, form_at=at, reason="Vår registrator är sjuk.", **sent)
    assert "Vår registrator är sjuk." in theirs.page(agreement).text
    assert "ert svar behövs" in theirs.page(f"/reviews/{cast.review_id}").text
    assert "Svara på den föreslagna ändringen" in theirs.page("/").text
    assert "Svara på den föreslagna ändringen" in ours.page("/").text
    assert "Svara på det först" in theirs.page(at).text
    no = f"{at}/decline"
    assert 'href="#f-reason"' in theirs.send(no, 422, form_at=agreement, version="2", reason="").text
    theirs.send(no, form_at=agreement, version="2", reason="Då har vi sportlov.")
    assert "Då har vi sportlov." in ours.page(agreement).text
    # Somebody was first: what was typed is kept, and looked at anew.
    assert "har ändrats sedan du började" in ours.send(at, 409, form_at=at, reason="Igen.", **sent).text
    ours.send(at, form_at=at, reason="Igen.", **{**sent, "version": "3"})
    theirs.send(f"{agreement}/confirm", form_at=agreement, version="4")
    assert f'datetime="{new}"' in ours.page(f"/reviews/{cast.review_id}").text
    assert "Då har vi sportlov." in ours.page(f"/reviews/{cast.review_id}/history").text
    for who in (cast.member(0), cast.contact(1), cast.outsider):
        caller = Caller(app)
        caller.log_in(who.email)
        caller.page(at, 404 if who is cast.outsider else 403)
