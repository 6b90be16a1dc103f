"""When a thing is due to be done, and what its turn still waits for, asked from the thing's side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ...engine.language.definition import Action, Right, Step
from ...engine.running.case import ACTIVE, WAITING, Scope
from ...engine.running.conditions import missing
from ...engine.running.timing import due_date
from ...errors import Message
from ..case.opening import OpenCase


def _actions(case: OpenCase, artefact: str, effect: str) -> Iterator[tuple[Step, Action]]:
    for step in case.workflow.walk():
        for action in step.actions.values():
            if any(done.artefact == artefact and done.effect == effect for done in action.does):
                yield step, action


def due_of(case: OpenCase, artefact: str, effect: str, party: int) -> date | None:
    """By when `party` is to do it, while that step is under way; while the review rests no day counts."""
    if case.standing.on_hold:
        return None
    for step, _ in _actions(case, artefact, effect):
        place = step.path, Scope(party)
        mark = case.standing.marks.get(place)
        if mark is not None and mark.state == ACTIVE:
            return due_date(case.case, place)
    return None


def waiting_for(case: OpenCase, artefact: str, verb: str, party: int) -> tuple[Message, ...]:
    """What the step that will give the right to `verb` still waits for; () where it does not wait."""
    for step in case.workflow.walk():
        mark = case.standing.marks.get((step.path, Scope(party)))
        if mark is None or mark.state != WAITING:
            continue
        rights: set[Right] = set().union(*step.allow.values())
        if any(right.artefact == artefact and right.verb == verb for right in rights):
            return missing(case.case, step.starts_when, Scope(party))
    return ()
