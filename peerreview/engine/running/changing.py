"""What an action changes, before it is done: whose facts, and whether they are so already."""

from __future__ import annotations

from ..language.definition import Action, Effect
from .case import Case, FactKey, Scope
from .conditions import still_concerns


def changes(case: Case, effects: tuple[Effect, ...], scope: Scope) -> dict[FactKey, bool]:
    """The facts that `effects` would set, seen from `scope`; withdrawn parties and directions given up left out."""
    found: dict[FactKey, bool] = {}
    for effect in effects:
        artefact = case.workflow.artefacts[effect.artefact]
        for fact, value in artefact.kind.effects[effect.effect].items():
            for owner in effect_owners(case, effect, scope):
                found[(effect.artefact, fact, owner)] = value
    return found


def effect_owners(case: Case, effect: Effect, scope: Scope) -> tuple[int | None, ...]:
    """Whose artefact an effect falls on; for the review's own: the party that acts, where the fact is each party's."""
    artefact = case.workflow.artefacts[effect.artefact]
    if artefact.per == "person":
        return (scope.person,)
    if artefact.per == "review":
        gathered = any(f in artefact.kind.by_party for f in artefact.kind.effects[effect.effect])
        return (scope.party,) if gathered else (None,)
    if effect.relation == "all" or scope.party is None:
        return tuple(
            p for p in case.standing.taking_part if still_concerns(case.standing, artefact.concerns, p)
        )
    return case.standing.related(effect.relation, scope.party)


def already_done(case: Case, action: Action, scope: Scope) -> bool:
    """True when all that the action would change is so already."""
    wanted = changes(case, action.does, scope)
    return bool(wanted) and all(case.facts.get(*key) == value for key, value in wanted.items())
