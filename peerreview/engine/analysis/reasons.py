"""Places of a made-up review in words, and what is wanted there (the problems of a definition)."""

from __future__ import annotations

from ...errors import N_, Message, PartyName, all_of, nameless
from ..language.definition import Condition
from ..running.case import WAITING, Case, Place, Scope
from ..running.conditions import missing
from ..running.decide import already_done
from ..running.flow import active


def side(party: int | None) -> Message:
    return N_("all sides") if party is None else nameless(PartyName(party))


def where(case: Case) -> list[Place]:
    """The places at which something is wanted: those under way that nothing is inside of, and those that wait."""
    return [p for p in active(case) if not case.step(p).children or case.standing.marks[p].state == WAITING]


def wanted(case: Case, place: Place) -> tuple[Message, ...]:
    """What a place waits for; () where nothing that could come would lead on."""
    step, scope = case.step(place), place[1]
    if case.standing.marks[place].state == WAITING:
        found = missing(case, step.starts_when, scope)
    else:
        found = missing(case, step.done_when, scope)
        awaited = {ref.artefact for ref in step.done_when.facts()} if step.done_when else set()
        for action in step.actions.values():
            # Of what leads on, or brings about what the step waits for.
            if action.to == "next" or any(effect.artefact in awaited for effect in action.does):
                for one in _asked_of(case, action.needs, scope):
                    found += missing(case, action.needs, one)
    for action in step.actions.values():
        if action.to == "next" and already_done(case, action, scope):
            found += (N_("`%(action)s` would do what has already been done", action=action.key),)
    return tuple(dict.fromkeys(found))


def _asked_of(case: Case, condition: Condition | None, scope: Scope) -> tuple[Scope, ...]:
    """Whose sight a condition is looked at from: in a step that all share, each side that acts there for itself."""
    relations = {ref.relation for ref in condition.facts()} if condition else set()
    if scope.party is not None or relations <= {"own", "all", "any"}:
        return (scope,)
    return tuple(Scope(party) for party in case.standing.taking_part)


def wants(case: Case, place: Place) -> Message:
    """What a place waits for, in words."""
    where = {"path": place[0], "side": side(place[1].party)}
    if found := wanted(case, place):
        return N_("`%(path)s` (%(side)s) waits: %(what)s", **where, what=all_of(found))
    return N_("`%(path)s` (%(side)s) can do nothing that leads on", **where)
