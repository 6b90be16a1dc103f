"""What a whole review was found to say wrongly when it was played: of meetings, of who has left, of days gone by."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from peerreview.engine.running.moves import Choice
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.case.opening import looking
from peerreview.services.people import mail_preferences
from peerreview.services.turns.lanes import lanes_of
from peerreview.services.turns.task_lists import tasks_of, waiting_of
from peerreview.store.mail.gathered_mail import Gathered
from peerreview.store.mail.outbox import Outgoing

from ..declared import decide, declare
from ..review_fixtures import Cast, advance, do, make_review, plan_meeting, put_report

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)


def asked(house: House, cast: Cast, who: Account) -> list[str]:
    with looking(house, review_id=cast.review_id, actor=who, now=cast.now) as case:
        return [say(task.title, "sv") for task in tasks_of(case)]


def test_a_meeting_is_a_task_to_hold_it_until_its_day_has_gone(house: House) -> None:
    cast = advance(house, make_review(house), to="second_meeting")
    whole = "Håll det andra mötet och gå igenom frågorna"
    # Presenting the drafts is all that can be done now; it is done at the meeting.
    assert asked(house, cast, cast.coordinator(0)) == [whole]
    plan_meeting(house, cast, "second_meeting")
    assert asked(house, cast, cast.coordinator(0)) == [whole]
    do(house, cast, cast.lead, "present", "second_meeting")
    assert asked(house, cast, cast.coordinator(0)) == ["Håll andra mötet"]
    cast.now += timedelta(days=1)
    assert asked(house, cast, cast.coordinator(0)) == ["Notera att andra mötet är hållet"]


def test_a_side_that_left_during_a_step_has_no_part_in_its_end(house: House) -> None:
    cast = advance(house, make_review(house, 3), to="second_meeting")
    plan_meeting(house, cast, "second_meeting")
    do(house, cast, cast.lead, "present", "second_meeting")
    cast.now += timedelta(hours=1)
    finish = frozenset({0, 1})
    do(house, cast, cast.lead, "withdraw", reason="Ont om folk.", choice=Choice(party=2, finish=finish))
    cast.now += timedelta(hours=1)
    do(house, cast, cast.lead, "held", "second_meeting")
    with looking(house, review_id=cast.review_id, actor=cast.lead, now=cast.now) as case:
        view = lanes_of(case)
    column = [one.path for one in view.columns].index("second_meeting")
    assert [lane.stops[column].state for lane in view.lanes] == ["done", "done", "locked"]
    assert [lane.stops[0].state for lane in view.lanes] == ["done", "done", "done"]


def test_a_step_that_begins_when_its_day_has_gone_is_told_of_as_late(house: House) -> None:
    cast = advance(house, make_review(house), to="work")
    cast.now += timedelta(weeks=30)
    advance(house, cast, to="second_meeting")
    with house.db.read() as session:
        rows = session.scalars(select(Outgoing).where(Outgoing.review_id == cast.review_id)).all()
        subjects = {row.subject for row in rows if "andra mötet" in row.subject}
    assert subjects
    assert all(subject.startswith("Försenat sedan") for subject in subjects), subjects


def test_a_text_that_others_are_still_to_approve_is_waited_for_by_what_is_asked(house: House) -> None:
    cast = advance(house, make_review(house), to="final_report", agreement={"report": "joint"})
    put_report(house, cast, -1, "joint_report")
    do(house, cast, cast.coordinator(0), "finish", "joint_report")
    with looking(house, review_id=cast.review_id, actor=cast.coordinator(0), now=cast.now) as case:
        waited = [say(one.title, "sv") for one in waiting_of(case)]
    assert waited == ["Skriv färdigt den gemensamma rapporten"]


def test_a_decision_that_has_been_taken_is_not_asked_for_in_the_days_mail(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    wanted = frozenset({"news", "late"})
    mail_preferences.choose(house, actor=cast.lead, rhythm="daily", wanted=wanted, now=cast.now)
    declare(house, cast, cast.member(1))

    def waits() -> list[str]:
        with house.db.read() as session:
            query = select(Gathered).where(
                Gathered.person_id == cast.lead.person_id, Gathered.kind == "conflict"
            )
            return [row.state for row in session.scalars(query)]

    assert waits() == ["planned"]
    decide(house, cast, cast.lead, "no_hindrance")
    assert waits() == ["void"]
