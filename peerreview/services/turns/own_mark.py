"""Who may mark the draft of their side as ready to present, and whom the others wait for."""

from __future__ import annotations

from ...engine.language.definition import Action
from ...engine.running import joint
from ...engine.running.case import OVER, Scope
from ..case.opening import OpenCase


def marker_of(case: OpenCase, text: str) -> tuple[str, Action] | None:
    """The step and the action by which a side says that its draft is ready to present."""
    for step in case.workflow.walk():
        for action in step.actions.values():
            if (
                step.path != case.workflow.shown_together.get(text)
                and joint.marks(case.workflow, action) == text
            ):
                return step.path, action
    return None


def may_mark(case: OpenCase, text: str, party: int) -> bool:
    """Whether the actor can mark the side's draft anew: its step is over, and the draft has not been shown. (While the
    step is under way, its action does it.)"""
    found = marker_of(case, text)
    if found is None or case.standing.ended or case.standing.on_hold or case.state(text, party) != "draft":
        return False
    path, action = found
    mark = case.standing.marks.get((path, Scope(party)))
    roles = [ref.role for ref in action.by if ref.relation == "own"]
    mine = any(case.actor.has(role, (party,)) for role in roles)
    return mark is not None and mark.state in OVER and mine and party in case.standing.taking_part


def waits_for_mark(case: OpenCase, text: str) -> bool:
    """Whether the others wait for the actor to mark a version of the own side's draft."""
    party = case.own_party()
    return (
        party is not None
        and bool(case.case.facts.get(text, joint.UNMARKED, party))
        and may_mark(case, text, party)
    )
