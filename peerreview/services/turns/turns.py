"""Whose turn it is in a review, by when, and what comes next: what every overview is made of."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ...engine.language.definition import Condition, Step
from ...engine.running.case import ACTIVE, SHARED, WAITING, Do, Mark, Place, Record, Scope, Seat
from ...engine.running.conditions import holds, missing, value_of
from ...engine.running.decide import Answer, No
from ...engine.running.flow import active
from ...engine.running.timing import due_date, opens_at
from ...engine.turns.planning import Task, plan, tasks
from ...engine.turns.redating import expected
from ...engine.turns.whose_turn import vacant_at, whose_turn
from ...errors import N_, Message, PartyName, Text
from ..case.opening import OpenCase


@dataclass(frozen=True)
class Holder:
    """Who has the ball: the people of a party with a role; `party` None is the project lead."""

    party: int | None
    role: Text
    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class Turn:
    """A step under way: whose turn it is, by when, and when they are reminded next. Nobody's (`holders` none, `vacant`
    none): all that is left waits for others. `late`: somebody in it is, whoever that is; `vacant`: the parties that
    have something left to do, and nobody with an open account who could.

    The copies of one party's persons count as one turn: `places` are all of theirs."""

    places: tuple[Place, ...]
    step: Step
    party: int | None
    since: datetime
    due: date | None
    late: bool
    holders: tuple[Holder, ...]
    reminder: datetime | None
    vacant: tuple[int, ...] = ()

    @property
    def place(self) -> Place:
        return self.places[0]

    @property
    def parties(self) -> frozenset[int]:
        """The parties whose turn it is."""
        return frozenset(self.vacant) | {one.party for one in self.holders if one.party is not None}


@dataclass(frozen=True)
class Mine:
    """Something that is the reader's. `waits_for`: nothing of it can be done before this has come from another
    side; `answers`: of each action that is left, whether it may be done now."""

    task: Task
    step: Step
    late: bool
    answers: Mapping[str, Answer]
    waits_for: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Coming:
    """A step that has not begun, and when it will: a date, or what has to come first. `waits`: it is its turn
    already, but for what it waits for."""

    step: Step
    when: Message
    waits: bool = False


def today_of(case: OpenCase) -> date:
    return case.house.calendar.day(case.now)


def turns(case: OpenCase) -> list[Turn]:
    """The steps under way in the definition's order, with those whose turn it is in each."""
    if case.standing.ended or case.standing.on_hold or case.until is not None:
        return []
    reminders = _next_reminders(case)
    known = None if case.sees_all_parties else {None, *case.actor.parties()}
    places: dict[tuple[str, int | None], list[Place]] = {}
    for place in _leaves_under_way(case):
        if known is not None and place[1].party not in known:
            continue
        # The lead waits for all who are missing, whichever side they are of (engine.md 48).
        together = place[1].person is not None and ("lead", None) in case.actor.roles
        places.setdefault((place[0], None if together else place[1].party), []).append(place)
    return [_turn(case, several, party, reminders) for (_, party), several in places.items()]


def is_late_for(case: OpenCase, turn: Turn) -> bool:
    """Whether the reader is, or their side; for the lead, whether anybody is. Who has done theirs is not late, though
    the step that all share may be."""
    return turn.late and (case.account is None or _leads(case) or bool(turn.parties & case.actor.parties()))


def _leads(case: OpenCase) -> bool:
    return any(party is None for _, party in case.actor.roles)


def _leaves_under_way(case: OpenCase) -> Iterator[Place]:
    for place in active(case.case):
        if case.standing.marks[place].state == ACTIVE and not case.case.step(place).children:
            yield place


def _next_reminders(case: OpenCase) -> dict[Place, datetime]:
    found: dict[Place, datetime] = {}
    for planned in plan(case.case, case.now):
        if planned.own_turn and planned.at > case.now:
            found[planned.place] = min(planned.at, found.get(planned.place, planned.at))
    return found


def _turn(
    case: OpenCase, places: list[Place], party: int | None, reminders: Mapping[Place, datetime]
) -> Turn:
    place = places[0]
    due = due_date(case.case, place)
    soon = [reminders[p] for p in places if p in reminders]
    holders = _holders(case, [seat for p in places for seat in whose_turn(case.case, p)])
    vacant = tuple(sorted({party for p in places for party in vacant_at(case.case, p)}))
    return Turn(
        places=tuple(places),
        step=case.case.step(place),
        party=party,
        since=case.standing.marks[place].since,
        due=due,
        late=due is not None and due < today_of(case) and bool(holders or vacant),
        holders=holders,
        reminder=min(soon, default=None),
        vacant=vacant,
    )


def _holders(case: OpenCase, seats: list[Seat]) -> tuple[Holder, ...]:
    grouped: dict[tuple[int | None, str], dict[int, Seat]] = {}
    for seat in seats:
        party = seat.party if seat.party >= 0 else None
        grouped.setdefault((party, seat.role), {})[seat.person] = seat
    return tuple(
        Holder(party, case.workflow.roles[role].title, tuple(people.values()))
        for (party, role), people in grouped.items()
    )


def all_missing(turn: Turn) -> Message:
    """Those whose forms are wanting, as they are told of: how many."""
    count = len({seat.person for holder in turn.holders for seat in holder.seats})
    return N_("all who have not answered (%(count)s)", count=count)


def mine(case: OpenCase) -> list[Mine]:
    """What is the actor's to do, what waits for another side first included."""
    return [_mine(case, task) for task in tasks(case.case, case.actor)]


def _mine(case: OpenCase, task: Task) -> Mine:
    # Who takes part or waits for others is not the one who is late.
    late = task.due is not None and task.due < today_of(case) and not (task.waits or task.helps)
    answers = {key: case.may(Do(key, task.place, task.party)) for key in task.actions}
    waits: list[Message] = []
    if task.waits:
        refusals = [answer for answer in answers.values() if isinstance(answer, No)]
        waits = [words for answer in refusals for words in answer.missing or (answer.reason,)]
    return Mine(task, case.case.step(task.place), late, answers, tuple(dict.fromkeys(waits)))


def coming(case: OpenCase, party: int | None) -> list[Coming]:
    """The steps that have not begun for `party` (None: for anybody), in order."""
    if case.standing.ended or case.until is not None:
        return []
    found: list[Coming] = []
    before: Step | None = None
    for step in case.workflow.walk():
        if step.children:
            continue
        marks = _marks_at(case, step.path, party)
        if all(mark.state == WAITING for mark in marks.values()) and takes_place(case, step, party):
            found.append(Coming(step, _when(case, step, party, marks, before), waits=bool(marks)))
        before = step
    return found


def _marks_at(case: OpenCase, path: str, party: int | None) -> dict[Place, Mark]:
    return {
        place: mark
        for place, mark in case.standing.marks.items()
        if place[0] == path and (party is None or place[1].party in (None, party))
    }


def takes_place(case: OpenCase, step: Step, party: int | None) -> bool:
    """Whether its `if` holds; a choice that has not been made yet rules nothing out."""
    condition = step.condition
    if condition is None or holds(case.case, condition, Scope(party)):
        return True
    return not _chosen(case, condition, party) and not _other_way(case, step)


def _other_way(case: OpenCase, step: Step) -> bool:
    """Whether an earlier step of the block stands for the same choice: of two ways one is shown till it is made."""
    before = itertools.takewhile(lambda s: s.path != step.path, case.workflow.siblings(step.path))
    asked = set(step.condition.facts()) if step.condition else set()
    return any(s.condition is not None and asked & set(s.condition.facts()) for s in before)


def _chosen(case: OpenCase, condition: Condition, party: int | None) -> bool:
    return all(value_of(case.case, fact, Scope(party)) is not False for fact in condition.facts())


def _when(
    case: OpenCase, step: Step, party: int | None, marks: Mapping[Place, Mark], before: Step | None
) -> Message:
    scope = next(iter(marks), (step.path, Scope(party)))[1]
    mark = next(iter(marks.values()), None)
    opening = opens_at(case.case, (step.path, scope), mark, case.now)
    if opening is not None:
        return N_("begins %(day)s", day=case.house.calendar.day(opening))
    wanting = missing(case.case, step.starts_when, scope) if scope.party is not None and marks else ()
    day = agreed_day(case, step, scope)
    gone = day is not None and day < today_of(case) and not case.standing.on_hold
    if wanting and gone:
        return N_("waits: %(reason)s; should have been done %(day)s", reason=wanting[0], day=day)
    if wanting and day is not None:
        return N_("waits: %(reason)s; due %(day)s", reason=wanting[0], day=day)
    if wanting:
        return N_("waits: %(reason)s", reason=wanting[0])
    if gone:
        return N_("should have been done %(day)s", day=day)
    if day is not None:
        return N_("due %(day)s", day=day)
    if before is None:
        return N_("begins soon")
    return N_("begins when the step %(step)s is done", step=before.title)


def agreed_day(case: OpenCase, step: Step, scope: Scope = SHARED) -> date | None:
    """The day by which a step that has not begun is due, where it does not depend on when it begins; seen from all
    sides, of those of each side the first."""
    if scope == SHARED and case.workflow.scope(step.path) == "party":
        each = [
            expected(case.case, (step.path, Scope(party)), case.now) for party in case.standing.taking_part
        ]
        return min((day for day in each if day is not None), default=None)
    return expected(case.case, (step.path, scope), case.now)


def wanted_consent(case: OpenCase, turn: Turn) -> str | None:
    """The key of the lead's consent without which nobody of this turn gets further, if there is one."""
    scope = turn.place[1]
    for action in turn.step.actions.values():
        wanted = action.records
        if wanted is None or not case.may(Do(action.key, turn.place)):
            continue
        recorded = case.case.with_(
            standing=replace(
                case.standing,
                records=case.standing.records
                | {Record(wanted.artefact, wanted.fact, scope.party, turn.step.path)},
            )
        )
        for other in turn.step.actions.values():
            if not holds(case.case, other.needs, scope) and holds(recorded, other.needs, scope):
                return action.key
    return None


def named(value: Message | Text | str, names: Mapping[int, str]) -> Message | Text | str:
    """The same words with the organisations' names put in, for pages that show several reviews."""
    if not isinstance(value, Message):
        return value
    return Message(value.text, tuple((key, _named(param, names)) for key, param in value.params))


def _named(param: Any, names: Mapping[int, str]) -> Any:
    if isinstance(param, PartyName):
        return names.get(param.party, "")
    return named(param, names) if isinstance(param, Message) else param
