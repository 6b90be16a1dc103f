"""The reminder to all who have not answered, on the lead's pages: a number, and nobody's name."""

from __future__ import annotations

from flask import Flask

from peerreview.services.base.house import Account, House
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, make_review

from ..caller import Caller


def caller(app: Flask, who: Account) -> Caller:
    made = Caller(app)
    made.log_in(who.email)
    return made


def cast_at(house: House, step: str) -> Cast:
    return advance(house, make_review(house, now=TODAY), to=step)


def test_the_lead_holds_it_back_and_adds_a_line_without_a_name(app: Flask, house: House) -> None:
    cast = cast_at(house, "evaluation")
    lead, mail = caller(app, cast.lead), f"/reviews/{cast.review_id}/mail"
    page = lead.page(mail).text
    assert "Till alla som inte har svarat" in page
    at = f"/lead/mail/missing/{cast.review_id}?step=evaluation&rule=-3"
    assert "8 personer" in lead.page(at).text
    lead.send(f"/lead/mail/missing/{cast.review_id}/hold?step=evaluation&rule=-3", form_at=at, held="yes")
    assert "Skicka det på sin dag" in lead.page(at).text
    lead.send(
        f"/lead/mail/missing/{cast.review_id}/line?step=evaluation&rule=-3", form_at=at, line="Fem minuter."
    )
    assert "Fem minuter." in lead.page(at).text
    for who in (cast.coordinator(0), cast.outsider):
        caller(app, who).page(at, 404)
    lead.page(f"/lead/mail/missing/{cast.review_id}?step=evaluation&rule=nope", 404)
    lead.page("/lead/mail")
