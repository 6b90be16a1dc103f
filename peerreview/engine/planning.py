"""What would still be sent, to whom, when and why; and whose turn it is (engine.md 27 and 28)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from .case import ACTIVE, Actor, Case, Mark, Place, Scope, Seat
from .conditions import awaiting, holds
from .decide import Do, acting_scope, already_done
from .definition import Action, Condition, MailRule, RoleRef, Step
from .flow import active
from .moves import Move
from .timing import due_date


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
class DeedMail:
    """A mail that goes at once because of a deed: the rule's words, or (rule None) the step's own."""

    person: int
    party: int | None
    place: Place
    rule: MailRule
    reason: str


@dataclass(frozen=True)
class Task:
    """Something that is somebody's turn: the step's instance, the actions left, and when it is due."""

    place: Place
    mark: Mark
    party: int | None
    due: date | None
    actions: tuple[str, ...] = ()
    helps: bool = False


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
        for planned in reminders_of(case, place, mark, due):
            found[planned.key] = planned
    return tuple(sorted(found.values(), key=lambda p: (p.at, p.key)))


def reminders_of(case: Case, place: Place, mark: Mark, due: date) -> Iterator[Planned]:
    """The reminders of one instance of a step that is due then."""
    path, scope = place
    party = -1 if scope.party is None else scope.party
    seats = whose_turn(case, place)
    turn = {seat.id for seat in seats}
    for reminder in case.step(place).remind:
        day = case.calendar.add(due, reminder.days) if reminder.days else due
        at = case.calendar.mail_at(day)
        if at < mark.since:
            continue
        people = recipients(case, reminder.to, scope) if reminder.to else seats
        for seat in people:
            key = MailKey(party, path, mark.visit, reminder.key, scope.person or 0, seat.id)
            if turn or scope.person is None:
                person = seat.person if scope.person is not None else seat.reader(at)
                yield Planned(key, person, place, at, due, reminder.days > 0, seat.id in turn)


def whose_turn(case: Case, place: Place) -> tuple[Seat, ...]:
    """The seats that have an action left to do at `place`: not optional, not already done."""
    scope = place[1]
    found: dict[int, Seat] = {}
    for action in case.step(place).actions.values():
        if action.optional:
            continue
        for seat in _who_may(case, action, scope):
            acting = scope if scope.party is not None else Scope(seat.party if seat.id > 0 else None)
            if applies(case, action, acting, place[0]) and not already_done(case, action, acting):
                found.setdefault(seat.id, seat)
    return tuple(found.values())


def applies(case: Case, action: Action, scope: Scope, path: str = "") -> bool:
    """False where the agreement has chosen another way: nobody waits for the handing over of a joint report
    where each side writes its own. A remedy is asked of people where there is something to mend."""
    if action.remedy:
        return holds(awaiting(case, (path, scope)), action.needs, scope)
    return all(holds(case, choice, scope) for choice in _choices(action.needs))


def _choices(needs: Condition) -> Iterator[Condition]:
    """The parts of `needs` that name what was chosen (agreement.report: joint), not something to be done."""
    if needs.op == "fact" and needs.value is not True:
        yield needs
    elif needs.op == "all":
        for part in needs.parts:
            yield from _choices(part)


def _who_may(case: Case, action: Action, scope: Scope) -> tuple[Seat, ...]:
    """Who does it: the party's people where any of them may, else the network's lead."""
    seats = recipients(case, action.by, scope)
    of_parties = tuple(seat for seat in seats if seat.party >= 0)
    return of_parties or seats


def recipients(case: Case, refs: Iterable[RoleRef], scope: Scope) -> tuple[Seat, ...]:
    """The seats that `refs` mean, seen from `scope`; a lead has no seat: id is minus the person's."""
    found: dict[int, Seat] = {}
    for ref in refs:
        for seat in _meant(case, ref, scope):
            found.setdefault(seat.id, seat)
    return tuple(found.values())


def _meant(case: Case, ref: RoleRef, scope: Scope) -> tuple[Seat, ...]:
    if ref.role == "self":
        return tuple(s for s in case.seats if s.person == scope.person)[:1]
    if case.workflow.roles[ref.role].of == "network":
        return tuple(Seat(-person, person, -1, ref.role) for person in case.leads)
    if scope.person is not None and ref.relation == "own":
        return tuple(s for s in case.people(ref.role, (scope.party or 0,)) if s.person == scope.person)
    if scope.party is None:
        return case.people(ref.role, case.standing.taking_part)
    parties = [
        p for p in case.standing.related(ref.relation, scope.party) if p not in case.standing.withdrawn
    ]
    return case.people(ref.role, parties)


def deed_mails(move: Move, actor: int | None, now: datetime) -> tuple[DeedMail, ...]:
    """The mails that a move sends at once: of its action, of the steps entered, of the end reached."""
    case = move.case
    found: dict[tuple[int, Place, MailRule], DeedMail] = {}

    def add(rules: Iterable[MailRule], place: Place, scope: Scope, reason: str, skip: int | None) -> None:
        for rule in rules:
            for seat in recipients(case, rule.to, scope):
                person = seat.person if scope.person is not None else seat.reader(now)
                if person != skip:
                    party = seat.party if seat.party >= 0 else scope.party
                    found[(person, place, rule)] = DeedMail(person, party, place, rule, reason)

    if move.action is not None:
        add(move.action.mail, move.place or ("", Scope()), move.scope, "action", actor)
    if not case.standing.on_hold:
        for place in move.entered:
            add(case.step(place).mail, place, place[1], "begun", None)
    ended = case.standing.ended
    if ended and not move.before.standing.ended:
        add(case.workflow.ends[ended].mail, ("", Scope()), Scope(), "ended", None)
    return tuple(found.values())


def stuck_mails(before: Case, after: Case, now: datetime) -> tuple[DeedMail, ...]:
    """To each whom it concerns one mail: since `before`, all have done theirs in a step that is still not over."""
    found: dict[tuple[int, str], DeedMail] = {}
    for place in stuck(after):
        if place in stuck(before):
            continue
        for rule in after.step(place).stuck:
            for seat in recipients(after, rule.to, place[1]):
                person = seat.reader(now)
                party = seat.party if seat.party >= 0 else None
                found.setdefault((person, place[0]), DeedMail(person, party, place, rule, "stuck"))
    return tuple(found.values())


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
    path, scope = place
    step = case.workflow.by_path[path]
    left, party = [], scope.party
    for action in step.actions.values():
        acting = acting_scope(case, actor, Do(action.key, place), action)
        if acting is None or action.optional or already_done(case, action, acting):
            continue
        if not applies(case, action, acting, path):
            continue
        if _as_lead_alone(case, action, actor) and not _is_leads(case, action):
            continue
        left.append(action.key)
        party = acting.party
    if left:
        return Task(place, mark, party, due_date(case, place), tuple(left))
    return _helping(case, actor, step, place, mark)


def _as_lead_alone(case: Case, action: Action, actor: Actor) -> bool:
    """The actor may do it as the network's lead alone, not as somebody of a party."""
    own = [r for r in action.by if r.role != "self" and case.workflow.roles[r.role].of == "party"]
    return not any(actor.has(r.role, actor.parties()) for r in own)


def _is_leads(case: Case, action: Action) -> bool:
    return all(r.role != "self" and case.workflow.roles[r.role].of == "network" for r in action.by)


def _helping(case: Case, actor: Actor, step: Step, place: Place, mark: Mark) -> Task | None:
    if not step.actions or not whose_turn(case, place):
        return None
    for ref, rights in step.allow.items():
        if ref.role == "self" or case.workflow.roles[ref.role].of == "network":
            continue
        scope = place[1]
        parties = (scope.party,) if scope.party is not None else tuple(actor.parties())
        if ref.relation == "own" and any(r.verb in ("write", "answer") for r in rights):
            for party in parties:
                if party is not None and actor.has(ref.role, (party,)):
                    return Task(place, mark, party, due_date(case, place), helps=True)
    return None
