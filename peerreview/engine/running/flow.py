"""How a standing moves by itself: steps begin, wait, open, end, join, until nothing moves (engine.md 4-8).

One recursive walk over the block tree. A step's instance looks at its own mark and its children's;
a block goes on to its next step when the one before is over for everybody concerned. Steps further
on that are already under way (one side was sent back, the others keep their standing: rule 13) go
on inside themselves, but nothing new begins in their block before it is its turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ..language.definition import Step
from .case import (
    ACTIVE,
    DONE,
    OVER,
    SHARED,
    SKIPPED,
    WAITING,
    WAIVED,
    Case,
    FactKey,
    Mark,
    Place,
    Scope,
    Standing,
)
from .conditions import awaiting, holds, still_concerns
from .leaving import pointless
from .timing import ends_at, opens_at


@dataclass
class Run:
    """One settling under way: the case as it is by now, and what happened on the way."""

    case: Case
    now: datetime
    entered: list[Place] = field(default_factory=list)
    left: list[Place] = field(default_factory=list)
    opened: list[FactKey] = field(default_factory=list)

    @property
    def standing(self) -> Standing:
        return self.case.standing

    def put(self, standing: Standing) -> None:
        self.case = self.case.with_(standing=standing)

    def mark(self, place: Place, state: str) -> None:
        old = self.standing.marks.get(place)
        visits = self.standing.visits
        if old is None:
            visit = visits.get(place, 0) + 1
            visits = {**visits, place: visit}
        else:
            visit = old.visit
        marks = {**self.standing.marks, place: Mark(state, self.now, visit)}
        self.put(self.standing.with_(marks=marks, visits=visits))


def settle(case: Case, now: datetime) -> Run:
    """Let facts and time move `case` until nothing moves; a review that rests or has ended does not."""
    run = Run(case, now)
    if case.standing.ended or case.standing.on_hold:
        return run
    while True:
        before = run.case
        _open_artefacts(run)
        if _block(run, run.case.workflow.steps, SHARED, True):
            run.put(run.standing.with_(ended=_last_end(run.case), ended_at=now))
            return run
        if run.case is before:
            return run


def _last_end(case: Case) -> str:
    """The end that the last step leads to: the definition's first."""
    return next(iter(case.workflow.ends))


def _open_artefacts(run: Run) -> None:
    """Open the sets that have been handed in and whose time has come (engine.md 19)."""
    for artefact in run.case.workflow.artefacts.values():
        if artefact.opens_when is None:
            continue
        for party in run.standing.taking_part:
            facts = run.case.facts
            if facts.get(artefact.key, "opened", party) or not facts.get(artefact.key, "handed_in", party):
                continue
            if not still_concerns(run.standing, artefact.concerns, party):
                continue  # Nothing is opened to a side that has withdrawn.
            if holds(run.case, artefact.opens_when, Scope(party)):
                run.case = run.case.with_(facts=facts.with_({(artefact.key, "opened", party): True}))
                run.opened.append((artefact.key, "opened", party))


def _block(run: Run, steps: tuple[Step, ...], scope: Scope, may_begin: bool) -> bool:
    """Walk the steps of a block in order; True when the last is over."""
    over = True
    for step in steps:
        over = _step(run, step, scope, may_begin and over) and over
    return over


def _together(run: Run, steps: tuple[Step, ...], scope: Scope, may_begin: bool) -> bool:
    # Lists, not generators: every branch and copy is walked, whether or not an earlier one is over.
    return all([_step(run, step, scope, may_begin) for step in steps])  # noqa: C419


def copies(case: Case, step: Step, scope: Scope) -> list[Scope]:
    """The scopes of a step's instances inside `scope`, one for each party or person that it is each's."""
    if not step.each:
        return [scope]
    if step.each == "party":
        return [Scope(party) for party in case.standing.taking_part]
    parties = (scope.party,) if scope.party is not None else case.standing.taking_part
    standing = case.standing
    begun = [s for path, s in standing.marks if path == step.path and s.party in parties]
    if begun:
        # Who was there when it began stays; a side that was sent back past it begins anew, with who is there now.
        been = {s.party for path, s in standing.visits if path == step.path}
        parties = tuple(p for p in parties if p in been and all(s.party != p for s in begun))
    asked = [seat for ref in step.people for seat in case.people(ref.role, parties)] if parties else []
    # Whoever sits in for somebody has no form of theirs.
    seats = [seat for seat in asked if not seat.closed]
    return begun + list({Scope(seat.party, seat.person): None for seat in sorted(seats)})


def _step(run: Run, step: Step, scope: Scope, may_begin: bool) -> bool:
    if not step.each:
        return _instance(run, step, (step.path, scope), may_begin)
    places = [(step.path, copy) for copy in copies(run.case, step, scope)]
    return all([_instance(run, step, place, may_begin) for place in places])  # noqa: C419


def _instance(run: Run, step: Step, place: Place, may_begin: bool) -> bool:
    mark = run.standing.marks.get(place)
    if mark is not None and mark.state in OVER:
        return True
    if mark is None:
        if not may_begin:
            return False
        if step.condition is not None and not holds(run.case, step.condition, place[1]):
            run.mark(place, SKIPPED)
            return True
        if pointless(run.case, step, place[1].party):
            run.mark(place, WAIVED)
            return True
        run.mark(place, WAITING)
        mark = run.standing.marks[place]
    if mark.state == WAITING:
        if not may_begin or not _may_open(run, step, place):
            return False
        run.mark(place, ACTIVE)
        run.entered.append(place)
    if _is_over(run, step, place):
        run.mark(place, DONE)
        run.left.append(place)
        return True
    return False


def _may_open(run: Run, step: Step, place: Place) -> bool:
    if step.starts_when is not None and not holds(run.case, step.starts_when, place[1]):
        return False
    if step.opens is None:
        return True
    instant = opens_at(run.case, place, run.standing.marks.get(place), run.now)
    return instant is not None and instant <= run.now


def _is_over(run: Run, step: Step, place: Place) -> bool:
    if step.steps:
        return _block(run, step.steps, place[1], True)
    if step.together:
        return _together(run, step.together, place[1], True)
    if step.done_when is not None and holds(awaiting(run.case, place), step.done_when, place[1]):
        return True
    instant = ends_at(run.case, place)
    return instant is not None and instant <= run.now


def active(case: Case) -> Iterator[Place]:
    """The places that are active or waiting, in the order of the definition."""
    order = case.workflow.order
    places = [p for p, m in case.standing.marks.items() if m.state in (ACTIVE, WAITING)]
    yield from sorted(places, key=lambda p: (order[p[0]], p[1].party or 0, p[1].person or 0))


def wake_at(case: Case, now: datetime) -> datetime | None:
    """The next instant at which time alone could move the case; None when time cannot."""
    if case.standing.ended or case.standing.on_hold:
        return None
    instants = []
    for place in active(case):
        mark = case.standing.marks[place]
        found = opens_at(case, place, mark, now) if mark.state == WAITING else ends_at(case, place)
        # What lies behind has been looked at already: time alone cannot move it any more.
        if found is not None and found > now:
            instants.append(found)
    return min(instants, default=None)
