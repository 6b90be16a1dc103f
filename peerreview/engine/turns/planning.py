"""What would still be sent, to whom, when and why; and what is somebody's to do (engine.md 27, 28, 53 and 54)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from ..language.definition import Action
from ..running import conflicts
from ..running.case import ACTIVE, Actor, Case, Mark, Place, Seat
from ..running.flow import active
from ..running.refusing import refused_at
from ..running.timing import due_date
from . import late
from .whose_turn import Left, applies, is_owed, left, recipients, turned, whose_turn


class MailKey(NamedTuple):
    """What makes a planned mail the same one (engine.md 27); `party` is -1 where the step is shared."""

    party: int
    step: str
    visit: int
    rule: str
    occurrence: int
    seat: int


@dataclass(frozen=True)
class Planned:
    """A mail that would be sent at `at` if nothing changes. `due` is the step's due date, `late` after it."""

    key: MailKey
    person: int
    place: Place
    at: datetime
    due: date
    late: bool
    own_turn: bool


@dataclass(frozen=True)
class Task:
    """Something that is somebody's turn: the step's instance, the actions left, and when it is due. None left: they
    write what ends it. `helps`: they take part, others complete it; `waits`: nothing can be done about it before
    others have done theirs."""

    place: Place
    mark: Mark
    party: int | None
    due: date | None
    actions: tuple[str, ...] = ()
    helps: bool = False
    waits: bool = False


def plan(case: Case, now: datetime) -> tuple[Planned, ...]:
    """Every reminder of the steps that are under way, past ones included (whoever sends marks what is sent)."""
    if case.standing.ended or case.standing.on_hold:
        return ()
    found: dict[MailKey, Planned] = {}
    for place in active(case):
        mark = case.standing.marks[place]
        due = due_date(case, place)
        if mark.state != ACTIVE or due is None:
            continue
        for planned in reminders_of(case, place, mark, due, now):
            found[planned.key] = planned
    return tuple(sorted(found.values(), key=lambda p: (p.at, p.key)))


def reminders_of(case: Case, place: Place, mark: Mark, due: date, now: datetime) -> Iterator[Planned]:
    """The reminders of one instance of a step that is due then. Where nobody has anything left to do, none: who has
    done theirs is not late, nor is anybody told that they are."""
    path, scope = place
    party = -1 if scope.party is None else scope.party
    seats = whose_turn(case, place)
    if not seats:
        return
    turn = {seat.id for seat in seats}
    # Where the lead is asked, because the side has said no, nobody else has anything to do with it.
    asked = refused_at(case, place) is not None

    def planned(rule: str, at: datetime, seat: Seat, *, is_late: bool) -> Iterator[Planned]:
        key = MailKey(party, path, mark.visit, rule, scope.person or 0, seat.id)
        person = seat.person if scope.person is not None else seat.reader(at)
        if at >= mark.since and seat.held(at):
            yield Planned(key, person, place, at, due, is_late, seat.id in turn)

    for reminder in case.step(place).remind:
        day = case.calendar.add(due, reminder.days) if reminder.days else due
        for seat in recipients(case, reminder.to, scope) if reminder.to and not asked else seats:
            yield from planned(reminder.key, case.calendar.mail_at(day), seat, is_late=reminder.days > 0)
    for one, seat, _ in late.planned_by(case, place, due, seats, now):
        yield from planned(f"late{one.number}", one.at, seat, is_late=True)


def next_late(case: Case, now: datetime) -> datetime | None:
    """When somebody may next be reminded again of what is late: the plan is then made anew, for the one after it."""
    if case.standing.ended or case.standing.on_hold:
        return None
    found = []
    for place in active(case):
        due = due_date(case, place)
        if case.standing.marks[place].state == ACTIVE and due is not None and whose_turn(case, place):
            found.append(late.coming(case.calendar, case.step(place), due, now))
    return min((at for at in found if at is not None), default=None)


def stuck(case: Case) -> tuple[Place, ...]:
    """Where all have done theirs and the step is still not over, for want of what its remedies bring about."""
    if case.standing.ended or case.standing.on_hold:
        return ()
    return tuple(
        place
        for place in active(case)
        if case.standing.marks[place].state == ACTIVE
        and any(a.remedy and applies(case, a, place[1], place[0]) for a in case.step(place).actions.values())
    )


def next_due(case: Case) -> date | None:
    """The first day by which something is due that somebody has left to do; None where nothing is, or dates rest."""
    if case.standing.ended or case.standing.on_hold:
        return None
    under_way = [p for p in active(case) if case.standing.marks[p].state == ACTIVE]
    return min(
        (day for p in under_way if (day := due_date(case, p)) is not None and is_owed(case, p)), default=None
    )


def tasks(case: Case, actor: Actor) -> tuple[Task, ...]:
    """What is this person's to do now, the steps in order: to act, or (helps) to take part in the writing."""
    if case.standing.ended or case.standing.on_hold:
        return ()
    found: list[Task] = []
    for place in active(case):
        mark = case.standing.marks[place]
        if mark.state == ACTIVE:
            task = _task(case, actor, place, mark)
            if task and not any(_is_the_same(case, task, other) for other in found):
                found.append(task)
    return tuple(found)


def _is_the_same(case: Case, task: Task, other: Task) -> bool:
    """The network's remedy mends a step for all sides at once, at whichever side's copy it is done."""
    actions = [case.step(task.place).actions[key] for key in task.actions]
    return (
        task.place[0] == other.place[0]
        and task.actions == other.actions
        and bool(actions)
        and all(action.remedy and _is_leads(case, action) for action in actions)
    )


def _task(case: Case, actor: Actor, place: Place, mark: Mark) -> Task | None:
    if case.step(place).children:
        return None
    due, several = due_date(case, place), left(case, place)
    own = [
        one
        for one in several
        if _is_among(actor, one.seats, place) and not conflicts.takes_action(case, actor, one.action)
    ]
    ready = [one for one in own if _is_among(actor, one.doers, place)]
    if ready:
        return Task(place, mark, ready[0].scope.party, due, _keys(ready))
    turn = turned(case, place, several)
    if not own and _is_among(actor, turn, place):
        party = next((seat.party for seat in turn if (seat.role, seat.party) in actor.roles), place[1].party)
        return Task(place, mark, party, due, helps=bool(several))
    if own:
        return Task(place, mark, own[0].scope.party, due, _keys(own), waits=True)
    return _helping(case, actor, place, mark, turn)


def _is_leads(case: Case, action: Action) -> bool:
    return all(r.role != "self" and case.workflow.roles[r.role].of == "network" for r in action.by)


def _keys(several: Iterable[Left]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.action.key for one in several))


def _is_among(actor: Actor, seats: Iterable[Seat], place: Place) -> bool:
    if place[1].person is not None:
        return any(seat.person == actor.person for seat in seats)
    return any((seat.role, seat.party if seat.party >= 0 else None) in actor.roles for seat in seats)


def _helping(case: Case, actor: Actor, place: Place, mark: Mark, turn: tuple[Seat, ...]) -> Task | None:
    """Somebody of a side that has something left to do may write of it what others complete."""
    path, scope = place
    sides = {seat.party for seat in turn}
    parties = sides & (actor.parties() if scope.party is None else {scope.party})
    for ref, rights in case.workflow.by_path[path].allow.items():
        if ref.role == "self" or case.workflow.roles[ref.role].of == "network" or ref.relation != "own":
            continue
        if any(r.verb in ("write", "answer") for r in rights):
            for party in sorted(parties):
                if actor.has(ref.role, (party,)):
                    return Task(place, mark, party, due_date(case, place), helps=True)
    return None
