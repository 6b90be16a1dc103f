"""Whose task it is (engine.md 54) on My page, in the calendar and in the mail, in each step of a played review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from peerreview.engine.running.case import ACTIVE, Do
from peerreview.engine.running.decide import Yes
from peerreview.engine.running.flow import active
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.case.opening import opened
from peerreview.services.home.calendar_feed import feed, make_feed
from peerreview.services.home.my_page import home
from peerreview.services.lead.board import board
from peerreview.services.mail.put_in_outbox import text_of
from peerreview.services.review.overview import overview, reviews
from peerreview.services.worker import each_tick
from peerreview.store.mail.outbox import Outgoing, PlannedMail
from peerreview.store.review.reviews import Review

from ..review_fixtures import (
    STEPS,
    Cast,
    advance,
    do,
    make_review,
    plan_meeting,
    put_agreement,
    put_materials,
)


def titles(house: House, cast: Cast, who: Account, *, helps: bool = False) -> list[str]:
    view = home(house, actor=who, now=cast.now, real_now=cast.now)
    return [say(task.title, "en") for task in view.tasks if task.helps is helps]


def hrefs(house: House, cast: Cast, who: Account) -> list[str]:
    view = home(house, actor=who, now=cast.now, real_now=cast.now)
    return [task.href for task in view.tasks if not task.helps]


def told_as_may_says(house: House, cast: Cast) -> None:
    """Of everybody: a task where something that is asked of them can be done now, none where nothing can."""
    for name, who in cast.everyone().items():
        if name == "outsider":
            continue
        with house.db.read() as session:
            case = opened(house, session, review_id=cast.review_id, account=who, now=cast.now)
            able = {
                place[0]
                for place in active(case.case)
                if case.standing.marks[place].state == ACTIVE
                for action in case.case.step(place).actions.values()
                if not action.optional and isinstance(case.may(Do(action.key, place)), Yes)
            }
        there = hrefs(house, cast, who)
        if name == "lead":
            assert there == [], f"{name} is told of what the sides can do: {there}"
        elif able:
            assert there, f"{name} can do something in {able} and is told of nothing"


@pytest.mark.parametrize("parties", [2, 3])
def test_each_is_told_of_what_they_can_do_in_every_step(house: House, parties: int) -> None:
    cast = make_review(house, parties)
    told_as_may_says(house, cast)
    for step in STEPS[1:-1]:
        told_as_may_says(house, advance(house, cast, to=step))


def test_evaluation_is_everybodys_own(house: House) -> None:
    cast = advance(house, make_review(house), to="evaluation")
    for party in cast.parties:
        for who in (
            cast.coordinator(party),
            cast.member(party, 0),
            cast.member(party, 1),
            cast.contact(party),
        ):
            assert titles(house, cast, who) == ["Answer the evaluation"]
            token = make_feed(house, actor=who, real_now=cast.now)
            assert "SUMMARY" in feed(house, token=token, now=cast.now).decode()
    assert titles(house, cast, cast.lead) == []
    with house.db.read() as session:
        planned = session.query(PlannedMail).filter_by(step="evaluation", state="planned")
        reminded = {row.person_id for row in planned}
    assert len(reminded) == 8


def test_lead_who_could_is_not_told_where_a_coordinator_can(house: House) -> None:
    cast = advance(house, make_review(house), to="second_meeting")
    assert titles(house, cast, cast.lead) == []
    assert titles(house, cast, cast.coordinator(0)) != []


def test_receipt_is_nobodys_task_before_there_is_something_to_receive(house: House) -> None:
    cast = advance(house, make_review(house), to="closing_meeting")
    assert titles(house, cast, cast.contact(0)) == titles(house, cast, cast.member(0)) == []
    do(house, cast, cast.coordinator(1), "hand_over", "closing_meeting")
    assert titles(house, cast, cast.contact(0)) == ["Acknowledge receipt of the report"]
    assert titles(house, cast, cast.contact(1)) == []


def test_receipt_of_a_joint_report_waits_for_the_report(house: House) -> None:
    cast = advance(house, make_review(house), to="second_meeting", agreement={"report": "joint"})
    cast = advance(house, cast, to="closing_meeting")
    assert titles(house, cast, cast.contact(0)) == []
    do(house, cast, cast.coordinator(0), "hand_over_joint", "closing_meeting")
    assert titles(house, cast, cast.contact(0)) == ["Acknowledge receipt of the report"]


def _hands_in(house: House, cast: Cast, party: int) -> None:
    put_materials(house, cast, party)
    do(house, cast, cast.coordinator(party), "hand_in", "exchange/collect")


def _confirms(house: House, cast: Cast, party: int) -> None:
    plan_meeting(house, cast, "first_meeting")
    do(house, cast, cast.lead, "held", "first_meeting")
    version = put_agreement(house, cast)
    do(house, cast, cast.coordinator(party), "confirm", "first_meeting", version=version)


def _hands_over(house: House, cast: Cast, party: int) -> None:
    plan_meeting(house, cast, "closing_meeting")
    do(house, cast, cast.lead, "held", "closing_meeting")
    do(house, cast, cast.coordinator(party), "hand_over", "closing_meeting")


def _confirms_team(house: House, cast: Cast, party: int) -> None:
    do(house, cast, cast.coordinator(party), "confirm", "teams")


@pytest.mark.parametrize(
    ("step", "its_part"),
    [
        ("teams", _confirms_team),
        ("first_meeting", _confirms),
        ("collect", _hands_in),
        ("closing_meeting", _hands_over),
    ],
)
def test_who_has_done_theirs_is_late_nowhere(
    house: House, step: str, its_part: Callable[[House, Cast, int], None]
) -> None:
    """Pages, lists, lanes, the drawing, the board and mail: of a step that also needs others late is who is left."""
    cast = advance(house, make_review(house), to=step)
    its_part(house, cast, 0)
    with house.db.read() as session:
        due = session.get_one(Review, cast.review_id).due_on
    assert due is not None
    cast.now = house.calendar.mail_at(due)
    for _ in range(25):
        cast.now += timedelta(days=1)
        each_tick.tick(house, now=cast.now, real_now=cast.now)
    for who in (cast.coordinator(0), cast.member(0), cast.contact(0)):
        view = home(house, actor=who, now=cast.now, real_now=cast.now)
        assert [task.title for task in view.tasks if task.late] == []
        page = overview(house, actor=who, review_id=cast.review_id, now=cast.now)
        assert [panel.title for panel in page.panels if panel.late] == []
        assert [row.late for row in reviews(house, actor=who, now=cast.now).rows] == [False]
        done, waited_for = page.lanes.lanes
        assert "late" not in [stop.state for stop in done.stops]
        assert "late" in [stop.state for stop in waited_for.stops]
    shown = board(house, actor=cast.lead, now=cast.now, real_now=cast.now).rows[0]
    assert shown.late
    assert "late" not in [
        cell.stop.state for cells in shown.cells for cell in cells if cell.side == "Kalmar län"
    ]
    assert all(ball.party != 0 for ball in shown.balls)
    names = [say(who, "en") for ball in shown.balls if ball.late for who in ball.who]
    assert names
    assert not any("Kalmar" in name for name in names)
    still = home(house, actor=cast.lead, now=cast.now, real_now=cast.now).still
    told = [[say(who, "en") for who in view.who] for view in still]
    assert all(who and "Kalmar" not in " ".join(who) for who in told), (
        "what stands still is told of who is late"
    )
    with house.db.read() as session:
        rows = session.scalars(select(Outgoing).where(Outgoing.kind.in_(("reminder", "digest"))))
        mails = [(row.person_id, row.subject, text_of(row.message)) for row in rows if "rsena" in row.subject]
        of_theirs = session.query(PlannedMail).filter(PlannedMail.party == 0, PlannedMail.state != "void")
        assert [(row.step, row.rule) for row in of_theirs if row.data["late"]] == [], (
            "nobody is told that they are"
        )
    assert mails, "somebody is told that the other side is late"
    assert [subject for _, subject, text in mails if "Det är Region Kalmar län" in text] == []
    mine = {cast.coordinator(0).person_id, cast.member(0).person_id}
    assert [subject for person, subject, _ in mails if person in mine and "Försenat sedan" in subject] == []
