"""A planned mail in the lead's hands: looked at as it would go, held back, added to, sent now."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from peerreview.errors import Conflict, Invalid, NotFound
from peerreview.services.base.house import House
from peerreview.services.lead import change_planned_mail, planned_mail_page
from peerreview.services.lead.planned_mail_page import MailId, PlannedPage
from peerreview.services.mail.put_in_outbox import text_of
from peerreview.services.worker import each_tick
from peerreview.store.mail.outbox import Outgoing, PlannedMail

from ..review_fixtures import Cast, advance, do, make_review

LINE = "Hör av dig om ni behöver mer tid.\nJag svarar hela veckan."


@pytest.fixture
def cast(house: House) -> Cast:
    return make_review(house)


def rows(house: House, cast: Cast, side: int = 0) -> list[PlannedMail]:
    """The coordinator's planned mails, the next first."""
    with house.db.read() as session:
        person = cast.coordinator(side).person_id
        query = select(PlannedMail).where(PlannedMail.person_id == person)
        return list(session.scalars(query.order_by(PlannedMail.due_at)))


def look(house: House, cast: Cast, planned_id: int) -> PlannedPage:
    return planned_mail_page.planned_mail(house, actor=cast.lead, which=MailId(planned_id), now=cast.now)


def went(house: House, cast: Cast, side: int = 0) -> list[str]:
    """The texts of the reminders that the coordinator got."""
    with house.db.read() as session:
        person = cast.coordinator(side).person_id
        query = select(Outgoing.message).where(Outgoing.person_id == person, Outgoing.kind == "reminder")
        return [text_of(message) for message in session.scalars(query.order_by(Outgoing.id))]


def tick(house: House, at: datetime) -> None:
    each_tick.tick(house, now=at, real_now=at)


def test_the_lead_reads_it_as_it_will_go(house: House, cast: Cast) -> None:
    first = rows(house, cast)[0]
    seen = look(house, cast, first.id)
    assert (seen.open, seen.wish.held, seen.at) == (True, False, first.due_at)
    tick(house, first.due_at)
    assert went(house, cast) == [seen.text]
    assert seen.subject.startswith("Påminnelse: Svara på förslaget om granskning senast")
    after = look(house, cast, first.id)
    assert (after.open, after.outgoing_id is not None) == (False, True)


def test_what_is_held_back_does_not_go_and_the_plan_says_why(house: House, cast: Cast) -> None:
    first = rows(house, cast)[0]
    given = {"actor": cast.lead, "which": MailId(first.id), "now": cast.now}
    change_planned_mail.hold_back(house, held=True, **given)
    assert look(house, cast, first.id).wish.held
    tick(house, first.due_at)
    assert (went(house, cast), len(went(house, cast, 1))) == ([], 1)
    seen = look(house, cast, first.id)
    assert seen.why_not is not None
    assert seen.why_not.text == "the project lead has held it back"


def test_what_is_let_go_again_goes(house: House, cast: Cast) -> None:
    first = rows(house, cast)[0]
    for held in (True, False):
        change_planned_mail.hold_back(house, held=held, actor=cast.lead, which=MailId(first.id), now=cast.now)
    tick(house, first.due_at)
    assert len(went(house, cast)) == 1


def test_a_hold_outlives_planning_anew(house: House, cast: Cast) -> None:
    first = rows(house, cast)[0]
    change_planned_mail.hold_back(house, held=True, actor=cast.lead, which=MailId(first.id), now=cast.now)
    do(house, cast, cast.lead, "hold", reason="Semester")
    assert rows(house, cast)[0].state == "void"
    do(house, cast, cast.lead, "resume", reason="Tillbaka")
    again = rows(house, cast)[0]
    assert again.state == "planned"
    assert look(house, cast, again.id).wish.held


def test_a_line_of_the_leads_goes_with_this_mail_alone_and_says_whose_it_is(house: House, cast: Cast) -> None:
    first, second = rows(house, cast)[:2]
    change_planned_mail.add_line(house, actor=cast.lead, which=MailId(first.id), line=LINE, now=cast.now)
    assert LINE.splitlines()[0] in look(house, cast, first.id).text
    tick(house, first.due_at)
    tick(house, second.due_at)
    with_line, without = went(house, cast)
    assert all(line in with_line for line in (*LINE.splitlines(), cast.lead.name))
    assert LINE.splitlines()[0] not in without


def test_a_line_too_long_or_with_control_characters_is_told(house: House, cast: Cast) -> None:
    first = rows(house, cast)[0]
    for line in ("x" * 501, "a\x00b"):
        with pytest.raises(Invalid):
            change_planned_mail.add_line(
                house, actor=cast.lead, which=MailId(first.id), line=line, now=cast.now
            )


def test_sent_now_it_does_not_go_again_on_its_day(house: House, cast: Cast) -> None:
    first = rows(house, cast)[0]
    given = {"actor": cast.lead, "which": MailId(first.id), "now": cast.now}
    change_planned_mail.send_now(house, real_now=cast.now, **given)
    assert len(went(house, cast)) == 1
    tick(house, first.due_at)
    assert len(went(house, cast)) == 1
    for late in (
        lambda: change_planned_mail.send_now(house, real_now=cast.now, **given),
        lambda: change_planned_mail.hold_back(house, held=True, **given),
        lambda: change_planned_mail.add_line(house, line="", **given),
    ):
        with pytest.raises(Conflict):
            late()


def test_what_has_been_done_meanwhile_is_not_sent(house: House, cast: Cast) -> None:
    first = rows(house, cast)[0]
    do(house, cast, cast.coordinator(0), "accept", "acceptance", choice=None, conflict="none")
    with pytest.raises(Conflict):
        change_planned_mail.send_now(
            house, actor=cast.lead, which=MailId(first.id), now=cast.now, real_now=cast.now
        )
    assert look(house, cast, first.id).text == ""


def test_what_comes_next_is_by_the_choice_that_was_made(house: House) -> None:
    cast = advance(house, make_review(house), to="final_report")
    seen = look(house, cast, next(row.id for row in rows(house, cast) if row.state == "planned"))
    assert "Sedan kommer: Avslutande mötet." in seen.text


def test_nobody_but_the_lead(house: House, cast: Cast) -> None:
    first = rows(house, cast)[0]
    for who in (cast.coordinator(0), cast.member(0), cast.outsider):
        given = {"actor": who, "which": MailId(first.id), "now": cast.now}
        for deed in (
            lambda given=given: planned_mail_page.planned_mail(house, **given),
            lambda given=given: change_planned_mail.hold_back(house, held=True, **given),
            lambda given=given: change_planned_mail.add_line(house, line="Hej", **given),
            lambda given=given: change_planned_mail.send_now(house, real_now=cast.now, **given),
        ):
            with pytest.raises(NotFound):
                deed()
    with pytest.raises(NotFound):
        look(house, cast, 999_999)
    assert first.due_at > cast.now + timedelta()
