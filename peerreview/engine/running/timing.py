"""When a step is due, opens and ends, the review's rests taken into account.

A day that people have set (an agreed date, more time that was given) is that day, put off by every rest that began
after it was set and before it came. What is counted from a point is put off by the rests that began between the two;
what is counted back from a day moves with that day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from ...errors import PutOffDay
from ..language.definition import Due, FactRef, Span
from .case import OVER, WAITING, Case, Mark, Place, Scope, Standing
from .conditions import date_of, owners, value_of
from .dates import Calendar, add_months


class Aim(NamedTuple):
    """A day that something falls on. `exact`: somebody has set it, and it counts as it is; what is only counted to is
    due on the last day up to it that is worked."""

    day: date
    exact: bool

    def due(self, calendar: Calendar) -> date:
        return self.day if self.exact else calendar.on_or_before(self.day)


def due_date(case: Case, place: Place) -> date | None:
    """The day by which the step at `place` is due, or None; counted from its mark."""
    mark = case.standing.marks.get(place)
    return due_from(case, place, mark) if mark is not None else None


def due_from(case: Case, place: Place, mark: Mark) -> date | None:
    """The same, as if the step had this mark. Where rests have put it off it is a PutOffDay, which says from when."""
    aim = aim_of(case, place, mark)
    if aim is None:
        return None
    day = aim.due(case.calendar)
    if not case.standing.holds:
        return day
    restless = aim_of(case.with_(standing=case.standing.with_(holds=())), place, mark)
    return day if restless is None else PutOffDay.of(day, restless.due(case.calendar))


def aim_of(case: Case, place: Place, mark: Mark) -> Aim | None:
    """What `due_from` comes of. More time that was granted never makes it earlier: a date that all have moved beyond
    it counts."""
    due = case.step(place).due
    aim = resolve(case, due, place[1], mark) if due is not None else None
    granted = case.granted.get((place, mark.visit)) if case.granted else None
    if granted is None:
        return aim
    since = case.calendar.start(granted.on)
    later = Aim(put_off(case.standing, case.calendar, granted.until, since), True)
    return later if aim is None or aim.day < later.day else aim


def agreed_day(case: Case, ref: FactRef, scope: Scope) -> date | None:
    """The day that a fact says, as rests have put it off; None while it says none."""
    day = date_of(case, ref, scope)
    since = _set_at(case, ref, scope) if day is not None and case.standing.holds else None
    if day is None or since is None:
        return day
    return PutOffDay.of(put_off(case.standing, case.calendar, day, since), day)


def put_off(standing: Standing, calendar: Calendar, day: date, since: datetime) -> date:
    """`day`, which was set at `since`, put off by every rest that began after that and before it; to a day that is
    worked, where it was put off at all."""
    later = _rested(standing, calendar, day, lambda begun: since <= begun, exact=True)
    return day if later == day else calendar.on_or_before(later)


def opens_at(case: Case, place: Place, mark: Mark | None, now: datetime) -> datetime | None:
    """The instant at which a waiting step may open by its date; None when it has no such date (yet)."""
    step = case.step(place)
    if step.opens is None:
        return None
    found = resolve(case, step.opens, place[1], mark or Mark(WAITING, now))
    return None if found is None else case.calendar.start(found.day)


def ends_at(case: Case, place: Place) -> datetime | None:
    """The instant at which a step that ends by time is over."""
    step, mark = case.step(place), case.standing.marks[place]
    if step.ends_after is None:
        return None
    day = span_from(case, case.calendar.day(mark.since), step.ends_after, place[1])
    return case.calendar.end(_rested(case.standing, case.calendar, day, lambda begun: mark.since <= begun))


def resolve(case: Case, due: Due, scope: Scope, mark: Mark) -> Aim | None:
    """The day it falls on, put off by rests; None while the point it counts from is unknown."""
    if due.point == "fact":
        day = agreed_day(case, due.fact, scope) if due.fact is not None else None
        if day is not None:
            return _from_day(case, day, due.span, scope)
    else:
        base = _point(case, due, scope, mark)
        if base is not None:
            day = span_from(case, case.calendar.day(base), due.span, scope)
            return Aim(_rested(case.standing, case.calendar, day, lambda begun: base <= begun), False)
    return resolve(case, due.otherwise, scope, mark) if due.otherwise else None


def _from_day(case: Case, day: date, span: Span, scope: Scope) -> Aim:
    if span == Span():
        return Aim(day, True)
    found = span_from(case, day, span, scope)
    if found > day:
        # The rests that began before the day have moved it already, and what is counted back moves with it.
        found = _rested(case.standing, case.calendar, found, lambda begun: case.calendar.day(begun) > day)
    return Aim(found, False)


def span_from(case: Case, day: date, span: Span, scope: Scope) -> date:
    months = span.months
    if span.months_from is not None:
        given = int(value_of(case, span.months_from, scope) or abs(months))
        months = -given if months < 0 else given
    if months:
        return add_months(day, months)
    if span.weeks:
        return day + timedelta(weeks=span.weeks)
    return case.calendar.add(day, span.working_days)


def _point(case: Case, due: Due, scope: Scope, mark: Mark) -> datetime | None:
    """The instant of a step's begin, or of another step's end."""
    if due.point == "begin":
        return mark.since
    ends = [
        m.since
        for (path, s), m in case.standing.marks.items()
        if path == due.point and m.state in OVER and s.party in (None, scope.party)
    ]
    return max(ends, default=None)


def _set_at(case: Case, ref: FactRef, scope: Scope) -> datetime | None:
    """When somebody set the day that a fact says. None: no rest moves it, as the day of a meeting, which stands in
    people's calendars until they are called to another."""
    if case.workflow.artefacts[ref.artefact].kind.name == "meeting":
        return None
    found = [case.facts.since.get((ref.artefact, ref.fact, owner)) for owner in owners(case, ref, scope)]
    known = next((at for at in found if at is not None), None)
    return known or min((mark.since for mark in case.standing.marks.values()), default=None)


def _rested(
    standing: Standing,
    calendar: Calendar,
    day: date,
    counts: Callable[[datetime], bool],
    *,
    exact: bool = False,
) -> date:
    """`day`, put off by every rest of the review that is over, began before it had passed, and `counts` by its begin.
    It has passed with the last worked day up to it; `exact`: with the day itself, as long as no rest has moved it."""
    found = day
    for begun, ended in standing.holds:
        first = calendar.day(begun)
        last = found if exact and found == day else calendar.on_or_before(found)
        if ended is not None and first <= last and counts(begun):
            found += calendar.day(ended) - first
    return found
