"""Dates that are no day: a month, a term, a year; due on the last working day of it (engine.md 25)."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerreview.engine.running.dates import Calendar, Fuzzy, when
from peerreview.engine.running.timing import due_date
from peerreview.services.base.house import swedish_holidays, weeks

from ..play import Play
from ..turns.test_redating import collecting, moved

SWEDEN = Calendar.of(swedish_holidays(), weeks("28-31"))


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2027-03", date(2027, 3, 31)),
        ("2027-05", date(2027, 5, 31)),
        # Julafton, juldagen, annandagen and nyårsafton are free: 30 December is the year's last working day.
        ("2027-12", date(2027, 12, 30)),
        ("2027", date(2027, 12, 30)),
        ("2027-vt", date(2027, 6, 30)),
        ("2027-ht", date(2027, 12, 30)),
        # All of the summer stop: the last day before it.
        ("2026-07", date(2026, 7, 3)),
        ("2027-03-17", date(2027, 3, 17)),
    ],
)
def test_it_is_due_on_the_last_working_day(text: str, due: date) -> None:
    assert SWEDEN.due(when(text)) == due
    assert when(text).isoformat() == text


def test_what_is_no_date_is_refused() -> None:
    for text in ("2027-13", "2027-00", "2027-v1", "27", "", "2027-3", "2027-03-32", "20270"):
        with pytest.raises(ValueError):
            when(text)


@given(st.integers(2016, 2058), st.sampled_from(["year", "term", "month"]), st.integers(1, 12))
def test_its_last_working_day_lies_within(year: int, unit: str, part: int) -> None:
    at = Fuzzy(year, unit, {"year": 0, "term": part % 2 + 1, "month": part}[unit])
    assert when(at.isoformat()) == at
    due = SWEDEN.due(at)
    assert SWEDEN.works(due)
    assert at.first <= at.last
    assert due <= at.last
    # A month that lies wholly within the summer stop has no working day of its own.
    assert due >= at.first or (unit, part) == ("month", 7)


def test_steps_and_reminders_count_from_it() -> None:
    play: Play = collecting()
    later = moved(play.case, "materials", Fuzzy(2027, "month", 5))  # type: ignore[arg-type]
    place = next(place for place in later.standing.marks if place[0] == "exchange/collect")
    assert due_date(later, place) == date(2027, 5, 31)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-03T08:30", "2026-03-03T08:30"),  # a Tuesday: at once
        ("2026-03-03T00:00", "2026-03-03T07:00"),
        ("2026-03-08T00:00", "2026-03-09T07:00"),  # a Sunday
        ("2026-04-03T12:00", "2026-04-07T07:00"),  # Good Friday
        ("2026-07-06T09:00", "2026-08-03T07:00"),  # the summer stop
    ],
)
def test_what_the_clock_begins_is_mailed_from_seven_on_a_working_day(now: str, opens: str) -> None:
    """engine.md 28."""

    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=SWEDEN.zone)

    assert SWEDEN.opens(at(now)) == at(opens)
