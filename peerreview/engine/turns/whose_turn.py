"""Whose turn it is: what is left to do at a step, by whom, and who can do something about it now (engine.md 54).

Everything that tells people what to do asks here: My page, reminders, calendars, who has the ball, what is late. So
nobody is told of a task who cannot do it, and none is told to nobody. What is another's to do first is waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..language.definition import Action, Condition, FactRef, RoleRef, Step
from ..language.kinds import GATHERED, WRITTEN
from ..running import conflicts, joint
from ..running.case import ACTIVE, OVER, Actor, Case, Do, FactKey, Place, Scope, Seat, See, state_of
from ..running.conditions import answers_itself, awaiting, holds, owners
from ..running.decide import acting_scope, allowances, already_done, changes, concerns
from ..running.flow import active
from ..running.leaving import for_nobody, never
from ..running.refusing import refused_at

# That the reviews of a round are over comes of themselves, whoever may write them.
OF_ITSELF = frozenset({("reviews", "over")})


class Left(NamedTuple):
    """An action that is left to do at a place, for whom (`scope`), and whose it is (`seats`; none: nobody with an open
    account could). `doers`: those who can do it, or something towards it, by now; of the others, who write what it
    needs, where it is not theirs to write. None: it waits for others."""

    action: Action
    scope: Scope
    seats: tuple[Seat, ...]
    doers: tuple[Seat, ...]


class Vacancy(NamedTuple):
    """A role of a party that an action needs, now or further on, and nobody with an open account holds. `roles`: each
    would do; none: the step waits for the form of somebody whose account is closed."""

    party: int
    roles: tuple[str, ...]
    step: str
    now: bool


def whose_turn(case: Case, place: Place) -> tuple[Seat, ...]:
    """The seats that have something left to do at `place`, and can do something about it now; of a block, at the steps
    in it that are under way. Of a step that has not begun: whose turn it will be."""
    if case.step(place).children:
        inside = (other for other in active(case) if _inside(other, place))
        return _each_once(seat for other in inside for seat in whose_turn(case, other))
    mark = case.standing.marks.get(place)
    if mark is None or mark.state != ACTIVE:
        return _each_once(seat for one in left(case, place) for seat in one.seats)
    return turned(case, place, left(case, place))


def turned(case: Case, place: Place, several: tuple[Left, ...]) -> tuple[Seat, ...]:
    """`whose_turn`, for whoever knows already what is left."""
    doers = _each_once(seat for one in several for seat in one.doers)
    if doers or any(one.seats == () for one in several) or case.step(place).stuck:
        # Where remedies mend a step, who has done theirs waits until there is something to mend.
        return doers
    # Nobody has an action left that they could do; what ends the step may still be written.
    return _writers(case, missing_facts(case, case.step(place).done_when, place[1]), place[1])


def is_owed(case: Case, place: Place) -> bool:
    """Whether something there is somebody's turn now, or would be, were there anybody with an open account. Where it
    is not, the step waits for others, and nobody in it is late."""
    return bool(whose_turn(case, place)) or is_vacant(case, place)


def is_vacant(case: Case, place: Place) -> bool:
    """Whether something is left to do there that nobody with an open account could."""
    return bool(vacant_at(case, place))


def vacant_at(case: Case, place: Place) -> tuple[int, ...]:
    """The parties for which something is left to do there that nobody with an open account could. A form that nobody
    will hand in waits for nobody, where time ends its step."""
    if place[1].person is not None and case.step(place).ends_after is not None:
        return ()
    nobodys = (one for one in left(case, place) if not one.seats)
    found = {conflicts.NETWORK if _is_networks(case, one.action) else one.scope.party for one in nobodys}
    return tuple(sorted(party for party in found if party is not None))


def _is_networks(case: Case, action: Action) -> bool:
    return all(ref.role != "self" and case.workflow.roles[ref.role].of == "network" for ref in action.by)


def _inside(other: Place, block: Place) -> bool:
    (path, scope), (outer, of) = other, block
    return (
        path.startswith(outer + "/") and of.party in (None, scope.party) and of.person in (None, scope.person)
    )


def _each_once(seats: Iterable[Seat]) -> tuple[Seat, ...]:
    return tuple({seat.id: seat for seat in seats}.values())


def left(case: Case, place: Place) -> tuple[Left, ...]:
    """What is left to do at a step that is under way, its actions in order, for each party that does it for itself.
    Where a side has said no, and others could go on: what becomes of it, which is the network's to say."""
    said_no = refused_at(case, place)
    if said_no is not None:
        asked = _network(case)
        return (Left(said_no, place[1], asked, asked),)
    found = []
    for action in case.step(place).actions.values():
        if action.optional:
            continue
        for scope, seats in _whose(case, action, place):
            if applies(case, action, scope, place[0]) and not already_done(case, action, scope):
                # What mends a step can be done wherever it applies.
                doers = seats if action.remedy else _doers(case, action, scope, seats)
                if _waits_for_word(case, action, place, scope):
                    doers = ()
                found.append(Left(action, scope, seats, doers))
    return tuple(found)


def _waits_for_word(case: Case, action: Action, place: Place, scope: Scope) -> bool:
    """Whether others have to give their word first, and it has none of its own left to give (engine.md 56)."""
    waits = joint.others_word(case, action, place, scope)
    return bool(waits) and not joint.has_word_to_give(case, action, scope)


def applies(case: Case, action: Action, scope: Scope, path: str = "") -> bool:
    """False where the agreement has chosen another way: nobody waits for the handing over of a joint report
    where each side writes its own; nor for what a side that has withdrawn would have brought, or been given. A remedy
    is asked of people where there is something to mend."""
    if case.standing.withdrawn and (never(case, action.needs, scope) or for_nobody(case, action, scope)):
        return False
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


def _whose(case: Case, action: Action, place: Place) -> Iterator[tuple[Scope, tuple[Seat, ...]]]:
    """Whose an action is: its party's people where any of them may, else the network's (engine.md 54)."""
    scope = place[1]
    if scope.party is not None:
        seats = conflicts.able(case, action, recipients(case, action.by, scope))
        yield scope, tuple(seat for seat in seats if seat.party >= 0) or seats
        return
    refs = [ref for ref in action.by if ref.role == "self" or case.workflow.roles[ref.role].of == "party"]
    network = conflicts.able(
        case, action, recipients(case, (ref for ref in action.by if ref not in refs), scope)
    )
    own = tuple(RoleRef("own", ref.role) for ref in refs)
    by_party = {
        party: conflicts.able(case, action, recipients(case, own, Scope(party)))
        for party in case.standing.taking_part
    }
    if not refs or (network and not any(by_party.values())):
        yield scope, network
        return
    single = not done_by_each(case, action) and not joint.shared_text(case.workflow, action, place)
    for party, seats in by_party.items():
        # What one does for all is missed by no party that another has somebody for.
        if seats or not (single and any(by_party.values())):
            yield Scope(party), seats


def done_by_each(case: Case, action: Action) -> bool:
    """Whether the parties do it each for itself: what it changes is another thing for each of them."""
    sides = [changes(case, action.does, Scope(party)) for party in case.standing.taking_part]
    return len(sides) > 1 and sides[0] != sides[1]


# ---- who can do something about it now


def _doers(case: Case, action: Action, scope: Scope, seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
    if holds(case, action.needs, scope):
        return seats
    wanting = missing_facts(case, action.needs, scope)
    able = tuple(seat for seat in seats if any(_brings(case, key, seat, frozenset()) for key in wanting))
    return able or (_writers(case, wanting, scope) if seats else ())


def missing_facts(case: Case, condition: Condition | None, scope: Scope) -> tuple[FactKey, ...]:
    """The facts of artefacts that keep `condition` from holding, those of every way out."""
    if condition is None or condition.op == "not" or holds(case, condition, scope):
        return ()
    if condition.op != "fact":
        return tuple(key for part in condition.parts for key in missing_facts(case, part, scope))
    ref = condition.fact
    assert ref is not None
    if ref.artefact not in case.workflow.artefacts:
        return ()
    if ref.fact in GATHERED:
        ref = FactRef("all", ref.artefact, GATHERED[ref.fact])
    keys = ((ref.artefact, ref.fact, owner) for owner in owners(case, ref, scope))
    return tuple(key for key in keys if not case.facts.get(*key) and not answers_itself(case, *key))


def _writers(case: Case, keys: Iterable[FactKey], scope: Scope) -> tuple[Seat, ...]:
    """Who may write what is wanting: of the party whose step it is; the network where no party's people may."""
    wanted = tuple(keys)
    if not wanted:
        return ()
    own = case.standing.taking_part if scope.party is None else (scope.party,)
    seats = [seat for seat in case.seats if seat.party in own and not seat.closed]
    found = tuple(seat for seat in seats if any(_writes(case, key, actor_of(case, seat)) for key in wanted))
    if found:
        return found
    return tuple(
        seat for seat in _network(case) if any(_writes(case, key, actor_of(case, seat)) for key in wanted)
    )


def _network(case: Case) -> tuple[Seat, ...]:
    refs = (RoleRef("own", key) for key, role in case.workflow.roles.items() if role.of == "network")
    return recipients(case, refs, Scope())


def _brings(case: Case, key: FactKey, seat: Seat, tried: frozenset[tuple[Place, str]]) -> bool:
    """Whether somebody can make a fact true by now: by writing, or by an action of theirs."""
    actor = actor_of(case, seat)
    return _writes(case, key, actor) or any(
        _can_do(case, action, scope, seat, tried | {(place, action.key)})
        for place, action, scope in _makers(case, key, actor)
        if (place, action.key) not in tried and not _waits_for_word(case, action, place, scope)
    )


def _can_do(
    case: Case, action: Action, scope: Scope, seat: Seat, tried: frozenset[tuple[Place, str]]
) -> bool:
    if holds(case, action.needs, scope):
        return True
    return any(_brings(case, key, seat, tried) for key in missing_facts(case, action.needs, scope))


def _makers(case: Case, key: FactKey, actor: Actor) -> Iterator[tuple[Place, Action, Scope]]:
    """The actions under way by which the actor would make a fact true."""
    for place in active(case):
        if case.standing.marks[place].state != ACTIVE:
            continue
        for action in case.step(place).actions.values():
            if not any(effect.artefact == key[0] for effect in action.does):
                continue
            scope = acting_scope(case, actor, Do(action.key, place), action)
            if scope is not None and changes(case, action.does, scope).get(key):
                yield place, action, scope


def _writes(case: Case, key: FactKey, actor: Actor) -> bool:
    name, fact, owner = key
    artefact = case.workflow.artefacts[name]
    if (artefact.kind.name, fact) in OF_ITSELF:
        return False
    verbs = [verb for verb, facts in WRITTEN.get(artefact.kind.name, ()) if fact in facts]
    if not verbs:
        return False
    state = state_of(case, name, owner)
    return any(
        (None in states or state in states)
        and concerns(case, actor, (see := See(name, verb, owner, state)), ref, scope)
        and not conflicts.takes_right(case, actor, ref.role, see)
        for verb in verbs
        for allow, scope in allowances(case)
        for ref, states in allow.of(name, verb)
    )


def actor_of(case: Case, seat: Seat) -> Actor:
    """Somebody with the roles of one seat alone."""
    conflicted = seat.person in case.conflicted
    if seat.party < 0:
        return Actor(seat.person, frozenset({(seat.role, None)}), conflicted)
    roles = (seat.role, *case.workflow.roles[seat.role].includes)
    return Actor(seat.person, frozenset((role, seat.party) for role in roles), conflicted)


# ---- whom a definition means


def recipients(case: Case, refs: Iterable[RoleRef], scope: Scope) -> tuple[Seat, ...]:
    """The seats that `refs` mean, seen from `scope`; a lead has no seat: id is minus the person's."""
    return _each_first(seat for ref in refs for seat in _meant(case, ref, scope))


def _each_first(seats: Iterable[Seat]) -> tuple[Seat, ...]:
    found: dict[int, Seat] = {}
    for seat in seats:
        found.setdefault(seat.id, seat)
    return tuple(found.values())


def _meant(case: Case, ref: RoleRef, scope: Scope) -> tuple[Seat, ...]:
    gone = case.standing.withdrawn
    if ref.role == "self":
        own = (s for s in case.seats if s.person == scope.person and s.party not in gone and not s.closed)
        return tuple(own)[:1]
    if case.workflow.roles[ref.role].of == "network":
        return tuple(Seat(-person, person, -1, ref.role) for person in case.leads)
    if scope.person is not None and ref.relation == "own":
        theirs = case.people(ref.role, {scope.party or 0} - gone)
        return tuple(s for s in theirs if s.person == scope.person and not s.closed)
    if scope.party is None:
        return case.people(ref.role, case.standing.taking_part)
    parties = [p for p in case.standing.related(ref.relation, scope.party) if p not in gone]
    return case.people(ref.role, parties)


def is_leads_turn(case: Case) -> bool:
    """Whether something is the network's to do now."""
    if case.standing.ended or case.standing.on_hold:
        return False
    leaves = (p for p in active(case) if case.standing.marks[p].state == ACTIVE and not case.step(p).children)
    return any(seat.party < 0 for place in leaves for seat in whose_turn(case, place))


# ---- roles that nobody holds


def vacancies(case: Case) -> tuple[Vacancy, ...]:
    """Each role of a party that what is still to be done needs, and nobody with an open account holds."""
    if case.standing.ended:
        return ()
    found: dict[tuple[int, tuple[str, ...]], Vacancy] = {}
    if conflicts.is_nobodys(case):
        everywhere = Vacancy(conflicts.NETWORK, conflicts.network_roles(case), "", False)
        found[(everywhere.party, everywhere.roles)] = everywhere
    for step in case.workflow.walk():
        if step.children:
            continue
        for vacancy in _vacant_at(case, step):
            slot = (vacancy.party, vacancy.roles)
            if slot not in found or (vacancy.now and not found[slot].now):
                found[slot] = vacancy
    return tuple(sorted(found.values(), key=lambda one: (not one.now, one.party)))


def _vacant_at(case: Case, step: Step) -> Iterator[Vacancy]:
    copies = case.workflow.scope(step.path)
    if copies == "person":
        yield from _abandoned(case, step)
        return
    for scope in map(Scope, case.standing.taking_part) if copies == "party" else (Scope(),):
        mark = case.standing.marks.get((step.path, scope))
        if mark is not None and mark.state in OVER:
            continue
        if mark is None and step.condition is not None and not holds(case, step.condition, scope):
            continue
        now = mark is not None and mark.state == ACTIVE
        for action in step.actions.values():
            if action.optional:
                continue
            for acting, seats in _whose(case, action, (step.path, scope)):
                done = now and already_done(case, action, acting)
                if not seats and not done and applies(case, action, acting, step.path):
                    yield from _of_parties(case, action, acting, step.path, now=now)


def _of_parties(case: Case, action: Action, scope: Scope, path: str, *, now: bool) -> Iterator[Vacancy]:
    roles = tuple(ref.role for ref in action.by if ref.role != "self")
    if _is_networks(case, action):
        yield Vacancy(conflicts.NETWORK, conflicts.network_roles(case), path, now)
        return
    assert scope.party is not None
    relation = next(ref.relation for ref in action.by)
    for party in case.standing.related(relation, scope.party):
        if party not in case.standing.withdrawn:
            yield Vacancy(party, roles, path, now)


def _abandoned(case: Case, step: Step) -> Iterator[Vacancy]:
    """The forms that nobody will hand in, where time does not end the step."""
    if step.ends_after is not None:
        return
    open_to = {seat.person for seat in case.seats if not seat.closed}
    for (path, scope), mark in case.standing.marks.items():
        if path == step.path and mark.state == ACTIVE and scope.person not in open_to:
            yield Vacancy(scope.party or 0, (), path, True)
