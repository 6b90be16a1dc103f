"""A mail to a set of people through HTTP: written, looked at with the names, sent; nothing typed is lost."""

from __future__ import annotations

import re

from flask import Flask

from peerreview.services.base.house import House
from peerreview.store.mail.outbox import Outgoing
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import do, make_review
from tests.web.caller import Caller, valid

AT = "/lead/mail/write"
TYPED = {"whom": "turn", "review": "", "subject": "Nytt datum", "text": "Hej & hå!\nVi ses i oktober."}


def test_written_looked_at_and_sent(app: Flask, house: House) -> None:
    cast = make_review(house, now=TODAY)
    lead = Caller(app)
    lead.log_in(cast.lead.email)
    assert AT in lead.page("/lead/mail").text
    page = lead.send(AT, 422, form_at=AT, **{**TYPED, "subject": ""}).text
    assert "Vi ses i oktober." in page
    assert 'href="#f-subject"' in page
    page = lead.send(AT, 200, form_at=AT, **TYPED).text
    valid(page)
    assert "Det går till 2 personer" in page
    assert cast.coordinator(0).email in page
    seal = re.search(r'name="seal" value="([^"]+)"', page)
    assert seal
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    page = lead.send(f"{AT}/send", 409, form_at=AT, **TYPED, seal=seal[1]).text
    assert "Ingenting har gjorts" in page
    assert "Det går till 1 person<" in page
    assert "Vi ses i oktober." in page
    seal = re.search(r'name="seal" value="([^"]+)"', page)
    assert seal
    lead.send(f"{AT}/send", form_at=AT, **TYPED, seal=seal[1])
    with house.db.read() as session:
        assert session.query(Outgoing).filter_by(kind="letter").count() == 1
    assert "Skrivet av projektledaren" in lead.page("/lead/mail").text


def test_others_find_no_such_page(app: Flask, house: House) -> None:
    cast = make_review(house, now=TODAY)
    for who in (cast.coordinator(0), cast.outsider):
        caller = Caller(app)
        caller.log_in(who.email)
        caller.page(AT, 404)
        caller.send(AT, 404, form_at="/me", **TYPED)
        caller.send(f"{AT}/send", 404, form_at="/me", **TYPED, seal="x")
