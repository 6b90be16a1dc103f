"""What a date that moves takes with it: due dates and mails, before and after. Nothing is done by it.

Moving never loses a mail and never doubles one: `fate` says of each planned mail what becomes of it, for the
rows that are rewritten (engine.md 27) and for the page that shows it first alike.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from .case import ACTIVE, OVER, WAITING, Case, Mark, Place, Scope
from .conditions import date_of, holds
from .planning import MailKey, Planned, reminders_of
from .timing import due_day


class Kept(NamedTuple):
    """A planned mail as it was written down: planned, sent or void; for which due date, and when it goes or went."""

    state: str
    due: date | None
    at: datetime


PLAN, DROP, LEAVE, MISSED = "plan", "drop", "leave", "missed"


def fate(kept: Kept | None, planned: Planned | None, now: datetime) -> str:
    """What becomes of a mail that is written down as `kept` where the plan now says `planned` (None: neither).

    PLAN: it shall go, as the plan says; DROP: no longer; MISSED: its date was moved to where its hour has been;
    LEAVE: nothing, for it has gone, or its hour had been before it was ever thought of."""
    if planned is None:
        return DROP if kept is not None and kept.state == "planned" else LEAVE
    ahead = planned.at >= now
    if kept is None or kept.state == "void":
        return PLAN if ahead else LEAVE
    if kept.state == "planned":
        # What is late because nobody sent it still goes; what a new date puts into the past does not.
        return PLAN if ahead or planned.at == kept.at else MISSED
    # It has gone for the old date: a new date is a new promise, and is reminded of again.
    return PLAN if ahead and kept.due is not None and planned.due != kept.due else LEAVE


@dataclass(frozen=True)
class DueShift:
    """The due date of one instance of a step before and after; None: it has none."""

    place: Place
    before: date | None
    after: date | None


@dataclass(frozen=True)
class MailShift:
    """A reminder whose hour changes. `before` None: it appears; `after` None: it disappears."""

    planned: Planned
    before: datetime | None
    after: datetime | None


def dues(case: Case, now: datetime) -> dict[Place, date]:
    """By when each step is due that is under way, or that has not begun and whose date does not wait for that."""
    return {place: case.calendar.on_or_before(day) for place, day in counted(case, now).items()}


def counted(case: Case, now: datetime) -> dict[Place, date]:
    """The days that `dues` are counted to, worked or not."""
    found = {}
    for place in _places(case):
        mark = case.standing.marks.get(place)
        if mark is not None and mark.state in OVER:
            continue
        day = due_day(case, place, mark) if mark and mark.state == ACTIVE else _expected(case, place, now)
        if day is not None:
            found[place] = day
    return found


def expected(case: Case, place: Place, now: datetime) -> date | None:
    """The day by which a step that has not begun will be due, where that hangs on a known date."""
    day = _expected(case, place, now)
    return None if day is None else case.calendar.on_or_before(day)


def _expected(case: Case, place: Place, now: datetime) -> date | None:
    due = case.step(place).due
    if due is None or due.fact is None or date_of(case, due.fact, place[1]) is None:
        return None
    return due_day(case, place, Mark(WAITING, now))


def _places(case: Case) -> Iterator[Place]:
    """Each instance of a step that will be done by a side or by all together, in the definition's order."""
    for step in case.workflow.walk():
        copies = case.workflow.scope(step.path)
        if step.children or copies == "person":
            continue
        for scope in map(Scope, case.standing.taking_part) if copies == "party" else [Scope()]:
            if step.condition is None or holds(case, step.condition, scope):
                yield step.path, scope


def foreseen(case: Case, now: datetime) -> Mapping[MailKey, Planned]:
    """Every reminder of `dues`: as planned where the step is under way, else as it would be, had it begun now."""
    found = {}
    for place, due in dues(case, now).items():
        mark = case.standing.marks.get(place)
        if mark is None or mark.state != ACTIVE:
            mark = Mark(ACTIVE, now, case.standing.visits.get(place, 0) + 1)
        for planned in reminders_of(case, place, mark, due):
            found[planned.key] = planned
    return found


def moved_dues(before: Case, after: Case, now: datetime) -> tuple[DueShift, ...]:
    old, new = dues(before, now), dues(after, now)
    return tuple(
        DueShift(place, old.get(place), new.get(place))
        for place in {**old, **new}
        if old.get(place) != new.get(place)
    )


def moved_mails(
    before: Case, after: Case, kept: Mapping[MailKey, Kept], now: datetime
) -> tuple[MailShift, ...]:
    """The reminders that would go at another hour, or begin to go, or no longer go; by hour."""
    old, new = foreseen(before, now), foreseen(after, now)
    found = []
    for key in {**old, **new}:
        was = _goes(kept.get(key), old.get(key), now)
        becomes = _goes(kept.get(key), new.get(key), now)
        if was != becomes:
            found.append(MailShift(new.get(key) or old[key], was, becomes))
    return tuple(sorted(found, key=lambda s: (s.after or s.before or now, s.planned.key)))


def follows(case: Case, later: str, earlier: str) -> bool:
    """Whether the step `later` cannot begin before the step `earlier` is over: they do not stand side by side."""
    order = [step.path for step in case.workflow.walk()]
    if order.index(later) <= order.index(earlier):
        return False
    parts = zip(later.split("/"), earlier.split("/"), strict=False)
    common = "/".join(a for a, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], parts))
    block = case.workflow.step(common) if common else None
    return block is None or not block.together


def _goes(kept: Kept | None, planned: Planned | None, now: datetime) -> datetime | None:
    return planned.at if planned is not None and fate(kept, planned, now) == PLAN else None
