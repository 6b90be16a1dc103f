"""Where a review stands, side by side: the marks of the swim lanes, and of a line on the lead's board."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ...engine.language.definition import Step
from ...engine.running.case import ACTIVE, OVER, SKIPPED, WAITING, WAIVED, Mark, Place
from ...engine.running.timing import due_date
from ...errors import N_, Message, Text
from ..case.departures import left_at
from ..case.done_days import done_on
from ..case.opening import OpenCase
from . import turns
from .turns import Turn
from .wording import short


@dataclass(frozen=True)
class ColumnView:
    """A step of the lanes; `note`: the day by which it is due, where that is one day for all; `done`: when the last
    side was through it."""

    path: str
    title: Text
    note: date | None
    shared: bool
    done: date | None = None


@dataclass(frozen=True)
class StopView:
    """A side at a step: `state` is a mark's (rendering.pictures.marks), `word` says more; `now`: it stands here."""

    state: str
    word: Message | None = None
    now: bool = False


@dataclass(frozen=True)
class LaneView:
    party: int
    name: str
    own: bool
    stops: tuple[StopView, ...]


@dataclass(frozen=True)
class LanesView:
    columns: tuple[ColumnView, ...]
    lanes: tuple[LaneView, ...]


def lanes_of(case: OpenCase) -> LanesView:
    """One lane a party, one stop a step that takes place (or may yet)."""
    under_way = turns.turns(case)
    steps = [step for step in case.workflow.walk() if not step.children and _shown(case, step)]
    own = case.actor.parties()
    return LanesView(
        tuple(_column(case, step, under_way) for step in steps),
        tuple(
            LaneView(
                party,
                short(case.names[party]),
                party in own,
                tuple(_stop(case, step, party, under_way) for step in steps),
            )
            for party in case.standing.parties
        ),
    )


def board_of(case: OpenCase) -> tuple[tuple[StopView, ...], ...]:
    """For each step of the top block, each party's mark; none where the step has no place in this review."""
    under_way = turns.turns(case)
    return tuple(
        tuple(
            _top_stop(case, step, party, under_way) for party in case.standing.parties if _shown(case, step)
        )
        for step in case.workflow.steps
    )


def tops_of(case: OpenCase, party: int) -> tuple[StopView, ...]:
    """A party's mark at each step of the top block."""
    under_way = turns.turns(case)
    return tuple(_top_stop(case, step, party, under_way) for step in case.workflow.steps)


def _shown(case: OpenCase, step: Step) -> bool:
    """A step that was passed over because its condition did not hold has no place in the drawing."""
    marks = [mark for _, mark in _marks(case, step.path, None)]
    if marks:
        return any(mark.state != SKIPPED for mark in marks)
    return turns.takes_place(case, step, None)


def _marks(case: OpenCase, path: str, party: int | None) -> list[tuple[Place, Mark]]:
    return [
        (place, mark)
        for place, mark in case.standing.marks.items()
        if place[0] == path and (party is None or place[1].party in (None, party))
    ]


def _column(case: OpenCase, step: Step, under_way: Iterable[Turn]) -> ColumnView:
    dues = {
        due_date(case.case, place) for place, mark in _marks(case, step.path, None) if mark.state == ACTIVE
    }
    note = dues.pop() if len(dues) == 1 else None
    if note is None and not dues:
        note = turns.agreed_day(case, step)
    shared = case.workflow.scope(step.path) == ""
    return ColumnView(step.path, step.short or step.title, note, shared, done_on(case, step.path))


def _stop(case: OpenCase, step: Step, party: int, under_way: list[Turn]) -> StopView:
    marks = [mark for _, mark in _marks(case, step.path, party)]
    if party in case.standing.withdrawn and not (_done(marks) and _was_there(case, marks, party)):
        return StopView("locked", N_("Takes no part"))
    if not marks or any(mark.state == WAITING for mark in marks):
        return StopView("todo")
    if any(mark.state == ACTIVE for mark in marks):
        return _active(case, step.path, party, under_way)
    if all(mark.state == WAIVED for mark in marks):
        return StopView("done", N_("Went on without"))
    return StopView("done")


def _done(marks: list[Mark]) -> bool:
    return bool(marks) and all(mark.state in OVER and mark.state != WAIVED for mark in marks)


def _was_there(case: OpenCase, marks: list[Mark], party: int) -> bool:
    """Whether a side that has withdrawn still took part when a step was over: a shared step ends without it."""
    left = left_at(case.rows, party)
    return left is None or all(mark.since <= left for mark in marks)


def _active(case: OpenCase, path: str, party: int, under_way: list[Turn]) -> StopView:
    """A side whose own part of a shared step is done waits there; it is not the one who is late."""
    if case.standing.ended:
        return StopView("locked", N_("Stopped here"))
    if case.until is not None:
        return StopView("locked", N_("Was here when you withdrew"))
    if case.standing.on_hold:
        return StopView("locked", N_("On hold"), now=True)
    here = [turn for turn in under_way if turn.step.path == path and turn.party in (None, party)]
    its_turn = any(party in turn.parties for turn in here)
    if its_turn and any(turn.late for turn in here):
        return StopView("late", now=True)
    if not its_turn:
        return StopView("doing", N_("Waits for others"), now=True)
    return StopView("doing", now=True)


def _top_stop(case: OpenCase, step: Step, party: int, under_way: list[Turn]) -> StopView:
    inside = [leaf.path for leaf in step.walk() if not leaf.children]
    stops = [_stop(case, case.workflow.by_path[path], party, under_way) for path in inside]
    if all(stop.state == "done" for stop in stops):
        return stops[0] if len(stops) == 1 else StopView("done")
    for state in ("late", "doing", "locked"):
        found = next((stop for stop in stops if stop.state == state), None)
        if found is not None:
            return found
    begun = any(stop.state == "done" for stop in stops)
    return StopView("doing" if begun else "todo", now=begun)
