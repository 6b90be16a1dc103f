"""A side that says no to the whole where the others could go on without it (engine.md 14): the lead is asked."""

from __future__ import annotations

from ..language.definition import Action, Step
from .case import ACTIVE, Actor, Case, Place, Scope
from .changing import already_done


def refused_at(case: Case, place: Place) -> Action | None:
    """The action with which a side has said no at `place`, where the others could go on without it: what becomes of the
    whole is then not that side's to say. The lead is asked, who ends it or lets the side withdraw."""
    mark = case.standing.marks.get(place)
    if mark is None or mark.state != ACTIVE or place[1].party is None:
        return None
    said = _said_no(case, case.step(place), place[1].party)
    return said if said is not None and could_go_on(case, place) else None


def asks_the_lead(case: Case, action: Action, place: Place) -> bool:
    """Whether this action ends nothing yet, but has the lead asked (`refused_at`)."""
    return says_no(case, action) and not already_done(case, action, place[1]) and could_go_on(case, place)


def is_asked(case: Case, actor: Actor, action: Action, place: Place) -> bool:
    """Whether the actor is the lead who is asked whether it ends."""
    if not any(case.workflow.roles[role].of == "network" for role, _ in actor.roles):
        return False
    return refused_at(case, place) == action


def says_no(case: Case, action: Action) -> bool:
    """Whether an action of a side ends the whole before its time, and leaves a trace of whose it was."""
    ends = case.workflow.ends
    if action.to not in ends or action.to == next(iter(ends)) or not action.does:
        return False
    return all(r.role != "self" and case.workflow.roles[r.role].of == "party" for r in action.by)


def could_go_on(case: Case, place: Place) -> bool:
    """Whether there would be enough sides without the one whose copy of a step it is, that have not said no too."""
    path, scope = place
    standing = case.standing
    if scope.party not in standing.taking_part or len(standing.taking_part) <= case.workflow.min_parties:
        return False
    if not any(action.moves == "withdraw" for action in case.workflow.actions.values()):
        return False
    step = case.workflow.by_path[path]
    others = [p for p in standing.taking_part if p != scope.party and _said_no(case, step, p) is None]
    return len(others) >= case.workflow.min_parties


def _said_no(case: Case, step: Step, party: int) -> Action | None:
    for action in step.actions.values():
        if says_no(case, action) and already_done(case, action, Scope(party)):
            return action
    return None
