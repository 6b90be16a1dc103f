"""When a step is due, opens and ends, the review's rests taken into account."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from .case import DONE, OVER, Case, Mark, Place, Scope
from .conditions import date_of, value_of
from .dates import add_months
from .definition import Due, Span


def due_date(case: Case, place: Place) -> date | None:
    """The working day by which the step at `place` is due, or None; counted from its mark."""
    mark = case.standing.marks.get(place)
    day = due_day(case, place, mark) if mark is not None else None
    return None if day is None else case.calendar.on_or_before(day)


def due_day(case: Case, place: Place, mark: Mark) -> date | None:
    """The day that `due_date` is counted to, worked or not. More time that was granted never makes it earlier: a date
    that all have moved beyond it counts."""
    due = case.step(place).due
    found = resolve(case, due, place[1], mark) if due is not None else None
    day = None if found is None else _rested(case, *found)
    granted = case.granted.get((place, mark.visit)) if case.granted else None
    if granted is None:
        return day
    later = _rested(case, granted.on, granted.until)
    return later if day is None else max(day, later)


def opens_at(case: Case, place: Place, mark: Mark | None, now: datetime) -> datetime | None:
    """The instant at which a waiting step may open by its date; None when it has no such date (yet)."""
    step = case.step(place)
    if step.opens is None:
        return None
    found = resolve(case, step.opens, place[1], mark or Mark("waiting", now))
    return None if found is None else case.calendar.start(_rested(case, *found))


def ends_at(case: Case, place: Place) -> datetime | None:
    """The instant at which a step that ends by time is over."""
    step, mark = case.step(place), case.standing.marks[place]
    if step.ends_after is None:
        return None
    base = case.calendar.day(mark.since)
    day = span_from(case, base, step.ends_after, place[1], 1)
    return case.calendar.end(_rested(case, base, day))


def resolve(case: Case, due: Due, scope: Scope, mark: Mark) -> tuple[date, date] | None:
    """(the day it counts from, the day it falls on); None while the point it counts from is unknown."""
    if due.fact is not None and due.point == "fact" and due.span == Span():
        day = date_of(case, due.fact, scope)
        if day is not None:
            return _agreed_on(case, mark), day
        return resolve(case, due.otherwise, scope, mark) if due.otherwise else None
    base = _point(case, due, scope, mark)
    if base is None:
        return resolve(case, due.otherwise, scope, mark) if due.otherwise else None
    return base, span_from(case, base, due.span, scope, 1)


def span_from(case: Case, day: date, span: Span, scope: Scope, sign: int) -> date:
    months = span.months
    if span.months_from is not None:
        months = int(value_of(case, span.months_from, scope) or span.months)
    if months:
        return add_months(day, sign * months)
    if span.weeks:
        return day + timedelta(weeks=sign * span.weeks)
    return case.calendar.add(day, sign * span.working_days)


def _agreed_on(case: Case, mark: Mark) -> date:
    # An agreed date is moved by rests that fell while it already stood; the step's begin is the
    # best witness of that which the standing holds.
    begun = [m.since for (path, _), m in case.standing.marks.items() if m.state == DONE]
    return case.calendar.day(min([*begun, mark.since]))


def _point(case: Case, due: Due, scope: Scope, mark: Mark) -> date | None:
    if due.point == "begin":
        return case.calendar.day(mark.since)
    if due.point == "fact":
        return date_of(case, due.fact, scope) if due.fact else None
    ends = [
        m.since
        for (path, s), m in case.standing.marks.items()
        if path == due.point and m.state in OVER and s.party in (None, scope.party)
    ]
    return case.calendar.day(max(ends)) if ends else None


def _rested(case: Case, base: date, day: date) -> date:
    """`day`, put off by every rest of the review that began between `base` and it (engine.md 10)."""
    for begun, ended in case.standing.holds:
        first = case.calendar.day(begun)
        if base <= first <= day and ended is not None:
            day += case.calendar.day(ended) - first
    return day
