"""The small parts of which `scxml` makes a chart: its words, and elements of XML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from xml.etree import ElementTree as ET

from ..language.definition import Action, Step, Workflow
from ..running.case import ACTIVE, DONE, SKIPPED, WAITING, WAIVED, Place, Scope
from .expressions import NOBODY, Excused, any_of
from .unfolding import name_of

SPACE = "http://www.w3.org/2005/07/scxml"
NOT_BEGUN = "not_begun"
OVER = (DONE, SKIPPED, WAIVED)
IS_OVER = "over"
STATES = (NOT_BEGUN, WAITING, ACTIVE, *OVER)
GOING_ON = "In('rest.no')"


class Deed(NamedTuple):
    """An action done by somebody for somebody: the event, when it is possible, what it does."""

    event: str
    action: Action
    place: Place
    scope: Scope
    possible: str


class Reset(NamedTuple):
    """Going back to `path` of a side, or of all: `found` says what becomes of each instance that it touches."""

    event: str
    possible: str
    path: str
    party: int | None
    found: Mapping[Place, str]


def in_any(*states: str) -> str:
    return any_of(f"In('{state}')" for state in states)


def is_in(place: Place, *states: str) -> str:
    return in_any(*(f"{name_of(place)}.{state}" for state in states))


def excused(workflow: Workflow, place: Place) -> Excused:
    """Whether nobody at `place` waits for a side: its own copy was gone on without (see `conditions.awaiting`)."""
    path, scope = place
    if scope.party is None or scope.person is not None:
        return NOBODY
    names = path.split("/")
    above = ["/".join(names[:number]) for number in range(len(names), 0, -1)]
    of_sides = [path for path in above if workflow.scope(path) == "party"]
    return lambda party: any_of(is_in((path, Scope(party)), WAIVED) for path in of_sides)


def dates(step: Step) -> tuple[str, ...]:
    ends = step.ends_after is not None and not step.children
    return (*(["opens"] if step.opens is not None else []), *(["ends"] if ends else []))


def whom(path: str, party: int | None) -> str:
    return f"{path.replace('/', '-')}.{'all' if party is None else party + 1}"


def transition(
    parent: ET.Element, event: str, cond: str, target: str = "", *, inner: bool = False
) -> ET.Element:
    """A transition of `parent`; one that can never be taken is left out."""
    found = {"event": event, "cond": cond if cond != "true" else "", "target": target}
    found["type"] = "internal" if inner else ""
    attributes = {key: value for key, value in found.items() if value}
    if cond == "false":
        return ET.Element("transition", attributes)
    return ET.SubElement(parent, "transition", attributes)


def assign(parent: ET.Element, values: Mapping[str, bool]) -> None:
    for name, value in values.items():
        ET.SubElement(parent, "assign", location=name, expr="1" if value else "0")
