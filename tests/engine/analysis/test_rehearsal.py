"""A review played on a clock of its own: everybody in good time, or somebody late."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from peerreview.engine.analysis.rehearsal import Event, made_up, rehearse
from peerreview.engine.language.reader import read
from peerreview.engine.running.dates import Calendar
from peerreview.services.base.house import swedish_holidays

from ..generated import DUE, HEAD, PARTY, SHARED
from ..play import collegial

SWEDEN = Calendar(swedish_holidays(), frozenset(range(28, 32)))
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def played(parties: int = 2, late: str = "", start: datetime = START) -> tuple[Event, ...]:
    return rehearse(made_up(collegial(), parties, SWEDEN), start, late=late)


@pytest.mark.parametrize("parties", [2, 3])
@pytest.mark.parametrize("late", ["", "coordinator", "member", "contact", "lead"])
def test_a_review_comes_to_its_end_whoever_is_late(parties: int, late: str) -> None:
    events = played(parties, late)
    assert (events[-1].kind, events[-1].reason) in {("mail", "ended"), ("ends", "")}
    assert [e.action for e in events if e.kind == "ends"] == ["closed"]
    assert [e.at for e in events] == sorted(e.at for e in events)


def test_nobody_is_late_and_nobody_is_told_of_it_when_all_are_in_time() -> None:
    assert not any(event.late for event in played())


def test_who_is_late_is_reminded_and_others_are_told() -> None:
    events = played(late="coordinator")
    reminders = [e for e in events if e.kind == "reminder" and e.late and e.place[0] == "acceptance"]
    assert {seat.role for e in reminders for seat in e.who if e.reason == "turn"} == {"coordinator"}
    assert {seat.role for e in reminders for seat in e.who if e.reason == "told"} == {"contact", "lead"}
    accepted = next(e for e in events if e.action == "accept")
    assert accepted.late
    assert accepted.at > max(e.at for e in reminders)


def test_holidays_and_the_summer_stop_are_respected() -> None:
    for late in ("", "coordinator"):
        for event in played(late=late, start=datetime(2026, 4, 1, 8, tzinfo=UTC)):
            day = SWEDEN.day(event.at)
            if event.kind in ("does", "reminder"):
                assert SWEDEN.works(day), (event.kind, day)
            assert event.due is None or SWEDEN.works(event.due)


def test_every_mail_of_a_deed_reaches_all_whom_it_concerns() -> None:
    presented = next(e for e in played(3) if e.kind == "mail" and e.action == "present")
    assert {seat.party for seat in presented.who} == {0, 1, 2}


def test_a_year_takes_less_than_a_second() -> None:
    begun = time.process_time()
    played(3, "coordinator")
    assert time.process_time() - begun < 1


def test_a_review_begins_before_anybody_has_written_anything() -> None:
    """So a step that takes place if something has been written does not, where nothing comes before it."""
    first = f"{{title: *t, each: party, if: asked.some, {DUE}, {PARTY['hand_in']}}}"
    workflow = read(
        f"{HEAD}  first: {first}\n  then: {{title: *t, {DUE}, {SHARED['meet']}}}\n", "made-up.yaml"
    )
    events = rehearse(made_up(workflow, 2, Calendar()), START)
    assert [event.place[0] for event in events if event.kind == "begins"] == ["then"]
    assert events[-1].action == "closed"
