"""Places and messages in plain English: for what is told without translations (the problems of a definition)."""

from __future__ import annotations

from typing import Any

from ..errors import N_, Message, PartyName, Text
from .case import WAITING, Case, Place, Scope
from .conditions import missing
from .decide import already_done
from .definition import Condition
from .flow import active


def side(place: Place) -> str:
    return "all sides" if place[1].party is None else f"side {place[1].party + 1}"


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


def wants(case: Case, place: Place) -> str:
    """What a place waits for, in words."""
    said = [english(message) for message in wanted(case, place)]
    return "waits: " + "; ".join(said) if said else "can do nothing that leads on"


def english(message: Message) -> str:
    """A message in English, with sides by their number."""
    params = {key: plain(value) for key, value in message.params}
    return message.text % params if params else message.text


def plain(value: Any) -> Any:
    """Whatever may stand in a message's gap, or be one itself, in English."""
    if isinstance(value, PartyName):
        return f"side {value.party + 1}"
    if isinstance(value, Message):
        return english(value)
    if type(value) is tuple:
        return ", ".join(str(plain(one)) for one in value)
    return value.get("en") if isinstance(value, Text) else value
