"""Places and messages in plain English: for what is told without translations (the problems of a definition)."""

from __future__ import annotations

from typing import Any

from ..errors import Message, PartyName, Text
from .case import WAITING, Case, Place
from .conditions import missing
from .decide import already_done


def side(place: Place) -> str:
    return "all sides" if place[1].party is None else f"side {place[1].party + 1}"


def wants(case: Case, place: Place) -> str:
    """What a place waits for, in words."""
    step, scope = case.step(place), place[1]
    if case.standing.marks[place].state == WAITING:
        wanted = missing(case, step.starts_when, scope)
    else:
        wanted = missing(case, step.done_when, scope)
        for action in step.actions.values():
            if action.to == "next":
                wanted += missing(case, action.needs, scope)
    said = [english(message) for message in dict.fromkeys(wanted)]
    for action in step.actions.values():
        if action.to == "next" and already_done(case, action, scope):
            said.append(f"`{action.key}` would do what has already been done")
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
