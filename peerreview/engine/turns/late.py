"""Reminders of what is late, again and again until it is done (engine.md 53).

The house says when (`Calendar.late`), and a definition that says it for a step goes before. One that is to come is
planned at a time: whoever was away for a summer is not met by seven of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from ..language.definition import RoleRef, Step
from ..running.case import Case, Place, Seat
from ..running.dates import Calendar
from .whose_turn import recipients

WEEK = timedelta(days=7)
# Where it goes when those whose turn it is have been reminded in vain. Language 1 has no word for it: the key means it.
MANAGEMENT = "contact"


class Occurrence(NamedTuple):
    """The `number`-th reminder of what is late, from 1, `days` working days after the due date (None: by weeks).
    `told`: whether the management hears of it too, `lead`: the network's lead."""

    number: int
    days: int | None
    at: datetime
    told: bool
    lead: bool


def occurrences(calendar: Calendar, step: Step, due: date) -> Iterator[Occurrence]:
    """All of them: by working days, then weekly. The last by working days goes on to the management and the lead; the
    later ones to the management alone, for the lead has a digest of what stands still."""
    series = calendar.late if step.remind_late is None else step.remind_late
    last, number, before = due, 0, None
    for days in series:
        last = calendar.add(due, days)
        number += 1
        before = calendar.mail_at(last)
        escalates = number == len(series)
        yield Occurrence(number, days, before, escalates, escalates)
    while series and (last := last + WEEK) <= due + WEEK * calendar.late_weeks:
        number += 1
        at = calendar.mail_at(last)
        # Weeks in which nobody works come together in the day after them.
        if at != before:
            yield Occurrence(number, None, at, told=True, lead=False)
        before = at


def coming(calendar: Calendar, step: Step, due: date, now: datetime) -> datetime | None:
    """When the next one after `now` goes."""
    return next((one.at for one in occurrences(calendar, step, due) if one.at > now), None)


def planned_by(
    case: Case, place: Place, due: date, seats: tuple[Seat, ...], now: datetime
) -> Iterator[tuple[Occurrence, Seat, bool]]:
    """Who gets which, and whether it is their own turn: all whose hour has been, and the next."""
    step = case.step(place)
    for one in occurrences(case.calendar, step, due):
        for seat in seats:
            if not _said(case, place, one, seat):
                yield one, seat, True
        for seat in _told(case, place, one, seats):
            yield one, seat, False
        if one.at > now:
            return


def _said(case: Case, place: Place, one: Occurrence, seat: Seat) -> bool:
    """Whether the definition has a reminder of its own for them on that day."""
    same = (reminder for reminder in case.step(place).remind if reminder.days == one.days)
    return any(not r.to or seat.id in {s.id for s in recipients(case, r.to, place[1])} for r in same)


def _told(case: Case, place: Place, one: Occurrence, seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
    """Those to whom it goes on. A form of a single person's goes on to nobody: who has not answered is nobody's to
    know (engine.md 48)."""
    if place[1].person is not None:
        return ()
    turn = {seat.id for seat in seats}
    late = {seat.party for seat in seats}
    found: list[Seat] = []
    if one.told and MANAGEMENT in case.workflow.roles:
        found += case.people(MANAGEMENT, late)
    if one.lead and late != {-1}:
        network = (RoleRef("own", key) for key, role in case.workflow.roles.items() if role.of == "network")
        found += recipients(case, network, place[1])
    return tuple(seat for seat in found if seat.id not in turn and not _said(case, place, one, seat))
