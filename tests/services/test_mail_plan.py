"""Lists of planned and sent mail: the lead sees all, others their own, nobody a secret link."""

from __future__ import annotations

import pytest

from peerreview.errors import NotFound
from peerreview.rendering.words import say
from peerreview.services import mail_plan
from peerreview.services.house import Account, House
from peerreview.services.mail_plan import MailView
from peerreview.store.outbox import Outgoing
from tests.services.review_fixtures import Cast, do, make_review


def of_review(house: House, cast: Cast, who: Account) -> MailView:
    return mail_plan.review_mail(house, actor=who, review_id=cast.review_id, now=cast.now)


def test_member_sees_their_own_mails_and_the_lead_all(house: House) -> None:
    cast = make_review(house)
    own = of_review(house, cast, cast.coordinator(0))
    assert own.own
    assert {one.to for one in own.sent} == {cast.coordinator(0).name}
    assert {one.to for one in own.planned} == {cast.coordinator(0).name}
    every = of_review(house, cast, cast.lead)
    assert {one.to for one in every.sent} == {cast.coordinator(0).name, cast.coordinator(1).name}
    assert of_review(house, cast, cast.member(0)).sent == ()


def test_planned_mail_says_why_it_goes_or_did_not(house: House) -> None:
    cast = make_review(house)
    first = of_review(house, cast, cast.coordinator(0)).planned[0]
    assert say(first.why, "en").startswith("Reminder: “Answer the proposal” is due")
    assert say(first.state, "en") == "Planned"
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    gone = of_review(house, cast, cast.coordinator(0)).planned[0]
    assert say(gone.state, "en") == "Not sent"
    assert gone.why_not is not None


def test_network_list_is_the_leads(house: House) -> None:
    cast = make_review(house)
    view = mail_plan.network_mail(house, actor=cast.lead, now=cast.now)
    assert view.planned_total == len(view.planned) > 0
    assert {one.review for one in view.sent} == {"Kalmar län – Gävleborg"}
    assert mail_plan.network_mail(house, actor=cast.lead, state="failed", now=cast.now).sent == ()
    for name, who in cast.everyone().items():
        if name != "lead":
            with pytest.raises(NotFound):
                mail_plan.network_mail(house, actor=who, now=cast.now)


def test_message_is_shown_to_its_receiver_and_the_lead(house: House) -> None:
    cast = make_review(house)
    mail = of_review(house, cast, cast.coordinator(0)).sent[0]
    shown = mail_plan.message(
        house, actor=cast.coordinator(0), outgoing_id=mail.id, review_id=cast.review_id, now=cast.now
    )
    assert f"/reviews/{cast.review_id}" in shown.text
    mail_plan.message(house, actor=cast.lead, outgoing_id=mail.id, now=cast.now)
    for who in (cast.coordinator(1), cast.member(0), cast.outsider):
        with pytest.raises(NotFound):
            mail_plan.message(house, actor=who, outgoing_id=mail.id, review_id=cast.review_id, now=cast.now)
    with pytest.raises(NotFound):
        mail_plan.message(house, actor=cast.coordinator(0), outgoing_id=mail.id, now=cast.now)


@pytest.mark.parametrize("kind", ["invite", "reset"])
def test_secret_mail_is_shown_to_nobody(house: House, kind: str) -> None:
    cast = make_review(house)
    with house.db.write() as session:
        mail = session.query(Outgoing).first()
        assert mail is not None
        mail.kind, number = kind, mail.id
    view = mail_plan.network_mail(house, actor=cast.lead, now=cast.now)
    assert [one.readable for one in view.sent if one.id == number] == [False]
    for who in (cast.lead, cast.coordinator(0), cast.coordinator(1)):
        with pytest.raises(NotFound):
            mail_plan.message(house, actor=who, outgoing_id=number, review_id=cast.review_id, now=cast.now)
