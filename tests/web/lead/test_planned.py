"""A planned mail through HTTP: read, held back, added to, sent; faults beside their field, nothing lost."""

from __future__ import annotations

from flask import Flask

from peerreview.services.base.house import House
from peerreview.services.people import mail_preferences
from peerreview.store.mail.gathered_mail import Gathered
from peerreview.store.mail.outbox import PlannedMail
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import advance, make_review
from tests.web.caller import Caller


def test_the_lead_holds_adds_and_sends(app: Flask, house: House) -> None:
    cast = make_review(house, now=TODAY)
    with house.db.read() as session:
        planned = session.query(PlannedMail).order_by(PlannedMail.due_at).first()
        assert planned is not None
    lead, at = Caller(app), f"/lead/mail/planned/{planned.id}"
    lead.log_in(cast.lead.email)
    assert at in lead.page("/lead/mail").text
    assert at in lead.page(f"/reviews/{cast.review_id}/mail").text
    assert "Så skulle det se ut nu" in lead.page(at).text
    lead.send(f"{at}/hold", form_at=at)
    assert "Hålls inne" in lead.page("/lead/mail").text
    lead.send(f"{at}/let-go", form_at=at)
    typed = "Hör av dig. " * 50
    page = lead.send(f"{at}/line", 422, form_at=at, line=typed).text
    assert typed.strip() in page
    assert 'href="#f-line"' in page
    lead.send(f"{at}/line", form_at=at, line="Hör av dig.")
    assert "Hör av dig." in lead.page(at).text
    assert "Med en rad från dig" in lead.page("/lead/mail").text
    lead.send(f"{at}/send", form_at=at)
    page = lead.page(at).text
    assert "Se mejlet som skickades" in page
    assert "Håll inne det" not in page
    lead.send(f"{at}/hold", form_at="/lead/mail")
    assert "har skickats under tiden" in lead.page(at).text


def test_others_find_no_such_page(app: Flask, house: House) -> None:
    cast = make_review(house, now=TODAY)
    for who in (cast.coordinator(0), cast.contact(0), cast.outsider):
        caller = Caller(app)
        caller.log_in(who.email)
        caller.page("/lead/mail/planned/1", 404)
        for deed in ("hold", "let-go", "line", "send"):
            caller.send(f"/lead/mail/planned/1/{deed}", 404, form_at="/me", line="Hej")
        if who is not cast.outsider:
            assert "/lead/mail/planned" not in caller.page(f"/reviews/{cast.review_id}/mail").text


def test_what_waits_for_a_digest_has_the_same_page(app: Flask, house: House) -> None:
    cast = make_review(house, now=TODAY)
    anna = cast.coordinator(0)
    mail_preferences.choose(house, actor=anna, rhythm="weekly", wanted=frozenset({"news", "late"}), now=TODAY)
    advance(house, cast, "teams")
    with house.db.read() as session:
        [row] = session.query(Gathered).filter(Gathered.person_id == anna.person_id).all()
    lead, at = Caller(app), f"/lead/mail/gathered/{row.id}"
    lead.log_in(cast.lead.email)
    assert at in lead.page(f"/reviews/{cast.review_id}/mail").text
    lead.send(f"{at}/hold", form_at=at)
    assert "Hålls inne" in lead.page("/lead/mail").text
    lead.send(f"{at}/line", form_at=at, line="Hör av dig.")
    page = lead.page(at).text
    assert "Hör av dig." in page
    assert "i veckans samlingsmejl" in page
    lead.send(f"{at}/send", form_at=at)
    assert "Se mejlet som skickades" in lead.page(at).text
    assert "Skickade ett mejl före sin dag" in lead.page(f"/reviews/{cast.review_id}/history").text
    other = Caller(app)
    other.log_in(anna.email)
    other.page(at, 404)
    for deed in ("hold", "let-go", "line", "send"):
        other.send(f"{at}/{deed}", 404, form_at="/me", line="Hej")
