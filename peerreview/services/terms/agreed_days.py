"""The agreed dates as they are today: what a version of the agreement says, put off by the rests that began after it
was written. Every page, form and mail that tells of an agreed date asks here; steps ask the engine, which counts alike.

A version is kept as it was written; a newer one is written with all its days as they are then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from ...engine.language.definition import Span
from ...engine.running.dates import when
from ...engine.running.timing import put_off
from ...engine.turns.redating import dues
from ...errors import N_, Message, PutOffDay
from ...store.review.rows import AgreementRow
from ..base.free_days import said
from ..case.facts import DATES
from ..case.opening import OpenCase


@dataclass(frozen=True)
class AgreedDay:
    """`kept`: as it would be written down today ("2027-03" for a month); `day`: by when something is due by it, a
    PutOffDay where rests have put it off; `said`: the day, or that it is a month, a term or a year."""

    kept: str
    day: date
    said: date | Message


def days_of(case: OpenCase, version: AgreementRow) -> dict[str, AgreedDay]:
    """By name, the dates that a version says, in their order."""
    kept = version.fields.get("dates", {})
    return {name: _today(case, version, kept[name]) for name in DATES if kept.get(name)}


def _today(case: OpenCase, version: AgreementRow, text: str) -> AgreedDay:
    calendar = case.house.calendar
    written = calendar.due(when(text))
    day = put_off(case.standing, calendar, written, version.created_at)
    if day == written:
        return AgreedDay(text, written, said(text))
    moved = PutOffDay.of(day, written)
    return AgreedDay(day.isoformat(), moved, moved)


def today_of_dates(case: OpenCase) -> date:
    """The day to lay dates beside: while the review rests none passes."""
    resting = case.standing.holds[-1][0] if case.standing.on_hold else case.now
    return case.house.calendar.day(resting)


def fields_now(case: OpenCase, version: AgreementRow) -> dict[str, Any]:
    """What a version says, its dates as they are today: what a newer one begins from and is laid beside."""
    days = days_of(case, version)
    written = version.fields.get("dates", {})
    dates = {name: days[name].kept if name in days else text for name, text in written.items()}
    return {**version.fields, "dates": dates}


def given_otherwise(case: OpenCase, key: str, name: str, agreed: date) -> tuple[Message, ...]:
    """Where another day than the agreed one applies to what the date is for (`key`: the agreement's): more time was
    given to a side, or the lead has gone back. A line a day."""
    days: dict[date, list[int | None]] = {}
    for place, day in dues(case.case, case.now).items():
        due = case.case.step(place).due
        fact = due.fact if due is not None and due.span == Span() else None
        if fact is not None and (fact.artefact, fact.fact) == (key, f"dates.{name}") and day != agreed:
            days.setdefault(day, []).append(place[1].party)
    return tuple(_for_whom(case, day, parties) for day, parties in days.items())


def _for_whom(case: OpenCase, day: date, parties: list[int | None]) -> Message:
    if None in parties or set(parties) >= set(case.standing.taking_part):
        return N_("a new day has been given: %(day)s", day=day)
    sides = tuple(case.names[party] for party in parties if party is not None)
    return N_("a new day has been given to %(sides)s: %(day)s", sides=sides, day=day)
