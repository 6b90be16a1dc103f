"""Lists of planned and sent mail: the lead sees all, others their own, nobody a secret link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from peerreview.errors import NotFound
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.lead import change_planned_mail, mail_lists, planned_mail_page
from peerreview.services.lead.mail_lists import MailView
from peerreview.services.lead.mail_search import MailAsked
from peerreview.services.people.accounts import close_account
from peerreview.services.worker.each_tick import tick
from peerreview.store.mail.outbox import Outgoing, PlannedMail
from tests.services.review_fixtures import Cast, advance, do, make_review


def of_review(house: House, cast: Cast, who: Account) -> MailView:
    return mail_lists.review_mail(house, actor=who, review_id=cast.review_id, now=cast.now)


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
    assert say(first.why, "en").startswith("Reminder: Answer the proposal, due")
    assert say(first.state, "en") == "Planned"
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    gone = of_review(house, cast, cast.coordinator(0)).planned[0]
    assert say(gone.state, "en") == "Not sent"
    assert gone.why_not is not None


def test_network_list_is_the_leads(house: House) -> None:
    cast = make_review(house)
    view = mail_lists.network_mail(house, actor=cast.lead)
    assert view.planned_total == len(view.planned) > 0
    assert {one.review for one in view.sent} == {"Kalmar län – Gävleborg"}
    assert mail_lists.network_mail(house, actor=cast.lead, asked=MailAsked(state="failed")).sent == ()
    for name, who in cast.everyone().items():
        if name != "lead":
            with pytest.raises(NotFound):
                mail_lists.network_mail(house, actor=who)


def test_message_is_shown_to_its_receiver_and_the_lead(house: House) -> None:
    cast = make_review(house)
    mail = of_review(house, cast, cast.coordinator(0)).sent[0]
    shown = mail_lists.message(
        house, actor=cast.coordinator(0), outgoing_id=mail.id, review_id=cast.review_id, now=cast.now
    )
    assert f"/reviews/{cast.review_id}" in shown.text
    mail_lists.message(house, actor=cast.lead, outgoing_id=mail.id, now=cast.now)
    for who in (cast.coordinator(1), cast.member(0), cast.outsider):
        with pytest.raises(NotFound):
            mail_lists.message(house, actor=who, outgoing_id=mail.id, review_id=cast.review_id, now=cast.now)
    with pytest.raises(NotFound):
        mail_lists.message(house, actor=cast.coordinator(0), outgoing_id=mail.id, now=cast.now)


@pytest.mark.parametrize("kind", ["invite", "reset"])
def test_secret_mail_is_shown_to_nobody(house: House, kind: str) -> None:
    cast = make_review(house)
    with house.db.write() as session:
        mail = session.query(Outgoing).first()
        assert mail is not None
        mail.kind, number = kind, mail.id
    view = mail_lists.network_mail(house, actor=cast.lead)
    assert [one.readable for one in view.sent if one.id == number] == [False]
    for who in (cast.lead, cast.coordinator(0), cast.coordinator(1)):
        with pytest.raises(NotFound):
            mail_lists.message(house, actor=who, outgoing_id=number, review_id=cast.review_id, now=cast.now)


def test_the_lead_finds_mails_by_person_review_state_and_time(house: House) -> None:
    cast = make_review(house)
    other = make_review(house, parties=3, lead=cast.lead)

    def found(**asked: str) -> MailView:
        return mail_lists.network_mail(house, actor=cast.lead, asked=MailAsked(**asked))

    anna = cast.coordinator(0)
    view = found(who=anna.email)
    assert {one.to for one in (*view.planned, *view.sent)} == {anna.name}
    assert view.planned
    assert view.sent
    # Words of a name may be another's too.
    assert found(who="processledare KALMAR").sent_total == 2
    third = {one.review_id for one in (*found(about="dalarna").planned, *found(about="dalarna").sent)}
    assert third == {other.review_id}
    assert found(who="nobody@example.org").planned_total == found(who="nobody@example.org").sent_total == 0
    day = cast.now.date()
    assert found(until=day.isoformat(), who=anna.email).planned == ()
    assert found(since=(day + timedelta(days=1)).isoformat(), who=anna.email).sent == ()
    assert found(since="in May").sent_total == found().sent_total > 0
    assert found(state="planned").sent == found(state="sent").planned == ()
    do(house, cast, anna, "accept", "acceptance", conflict="none")
    assert {one.mark for one in found(who=anna.email, state="void").planned} == {"locked"}


def test_a_mail_about_several_reviews_is_found_in_each(house: House) -> None:
    cast = make_review(house)
    other = make_review(house, lead=cast.lead)
    anna = cast.coordinator(0)
    mail = of_review(house, cast, anna).sent[0]
    with house.db.write() as session:
        session.get_one(Outgoing, mail.id).review_id = None
        for one in (cast, other):
            first = select(func.min(PlannedMail.id)).where(PlannedMail.review_id == one.review_id)
            row = session.get_one(PlannedMail, session.scalars(first).one())
            row.state, row.outgoing_id = "sent", mail.id
    for one in (cast, other):
        assert mail.id in {sent.id for sent in of_review(house, one, cast.lead).sent}
        given = {"outgoing_id": mail.id, "review_id": one.review_id, "now": one.now}
        assert mail_lists.message(house, actor=cast.lead, **given).text  # type: ignore[arg-type]
    given = {"outgoing_id": mail.id, "review_id": cast.review_id, "now": cast.now}
    assert mail_lists.message(house, actor=anna, **given).text  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        mail_lists.message(house, actor=cast.coordinator(1), **given)  # type: ignore[arg-type]


def test_as_many_go_as_were_counted(house: House) -> None:
    """What is held back or is for whoever has closed their account is not counted, and what goes together is told."""
    cast = make_review(house)
    advance(house, cast, "collect")
    close_account(
        house, actor=cast.lead, person_id=cast.coordinator(0).person_id, now=cast.now, real_now=cast.now
    )
    with house.db.read() as session:
        asked = PlannedMail.state == "planned", PlannedMail.person_id == cast.coordinator(1).person_id
        held = session.scalars(select(PlannedMail.id).where(*asked)).first()
    assert held is not None
    change_planned_mail.hold_back(
        house, actor=cast.lead, which=planned_mail_page.MailId(held), held=True, now=cast.now
    )
    view = of_review(house, cast, cast.lead)
    assert view.planned_total == view.going + 1, "what is held back is listed, and can be let go"
    with house.db.read() as session:
        rows = session.scalars(select(PlannedMail).where(PlannedMail.state == "planned"))
        hours = {row.id: row.due_at for row in rows}
    for at in sorted(set(hours.values())):
        tick(house, now=at, real_now=at)
    with house.db.read() as session:
        went = [row for id in hours if (row := session.get_one(PlannedMail, id)).state == "sent"]
    assert (len(went), len({row.outgoing_id for row in went})) == (view.going, view.messages)
    assert view.messages < len(hours)
