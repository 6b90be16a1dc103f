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

from ..running.case import ACTIVE, OVER, WAITING, Case, Mark, Place, Scope
from ..running.conditions import date_of, holds
from ..running.timing import Aim, aim_of, due_from
from .planning import MailKey, Planned, reminders_of


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
    found = {}
    for place, mark in _dated(case, now):
        day = due_from(case, place, mark)
        if day is not None:
            found[place] = day
    return found


def counted(case: Case, now: datetime) -> dict[Place, date]:
    """The days that those of `dues` are counted to that nobody has set, worked or not."""
    aims: dict[Place, Aim | None] = {place: aim_of(case, place, mark) for place, mark in _dated(case, now)}
    return {place: aim.day for place, aim in aims.items() if aim is not None and not aim.exact}


def _dated(case: Case, now: datetime) -> Iterator[tuple[Place, Mark]]:
    for place in _places(case):
        mark = case.standing.marks.get(place)
        if mark is not None and mark.state == ACTIVE:
            yield place, mark
        elif (mark is None or mark.state not in OVER) and _day_is_known(case, place):
            yield place, _to_come(case, place, now)


def expected(case: Case, place: Place, now: datetime) -> date | None:
    """The day by which a step that has not begun will be due, where that hangs on a known date."""
    return due_from(case, place, _to_come(case, place, now)) if _day_is_known(case, place) else None


def _day_is_known(case: Case, place: Place) -> bool:
    """Whether it hangs on a date that is known, or a day was given for it when it is its turn."""
    if (place, _next_visit(case, place)) in case.granted:
        return True
    due = case.step(place).due
    return due is not None and due.fact is not None and date_of(case, due.fact, place[1]) is not None


def _to_come(case: Case, place: Place, now: datetime) -> Mark:
    return Mark(WAITING, now, _next_visit(case, place))


def _next_visit(case: Case, place: Place) -> int:
    mark = case.standing.marks.get(place)
    return mark.visit if mark is not None else case.standing.visits.get(place, 0) + 1


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
            mark = _to_come(case, place, now)._replace(state=ACTIVE)
        for planned in reminders_of(case, place, mark, due, now):
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
