"""Likeness of teams is asked when all have confirmed (engine.md 12): how a definition that asks for it is meant.

A definition of language 1 writes it among what a side needs to confirm. Taken at its word nobody could confirm
before the other side had appointed as many, who waited for the same. It is read so that each side confirms a team
that is whole, and that the step is over, for all at once, when all have confirmed and the teams are alike or the
lead has consented. Where they are unlike a side may open its team again and the lead may consent. Before a team is
confirmed the other sides may notice it: how many its people are and which functions they have, and no names. What the
definition's hash covers is its text: it stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from ...errors import Text
from .definition import (
    ALWAYS,
    Action,
    Allow,
    Condition,
    Effect,
    FactRef,
    MailRule,
    Right,
    RoleRef,
    Step,
    Workflow,
)

# The number of this way of reading. A line of history says by which it was done; those without were by the first.
READING = 2

_REOPEN = Text.of({"sv": "Öppna teamet igen", "en": "Open the team again"})
_REOPEN_HELP = Text.of(
    {
        "sv": "Teamen liknar inte varandra. Öppna ert team om ni vill ändra det, och bekräfta det sedan på nytt.",
        "en": "The teams are unlike. Open your team if you want to change it, and confirm it again after that.",
    }
)
_UNLIKE = Text.of({"sv": "Teamen är olika – {review}", "en": "The teams are unlike – {review}"})
_WHO_CAN_WHAT = Text.of(
    {
        "sv": "Alla har bekräftat sina team, men teamen liknar inte varandra. Varje sida kan öppna sitt team igen och "
        "ändra det. Projektledaren kan godta att teamen är olika och skriver då varför. "
        "Granskningen går vidare av sig själv när något av det är gjort.",
        "en": "All have confirmed their teams, but the teams are unlike. Each side can open its team again and change "
        "it. The project lead can accept that the teams are unlike, and then says why. "
        "The review goes on by itself when one of these has been done.",
    }
)


def meant(workflow: Workflow) -> Workflow:
    """The workflow as it is meant; its text and hash stay."""
    steps = tuple(_step(workflow, step) for step in workflow.steps)
    by_path = {step.path: step for top in steps for step in top.walk()}
    return replace(workflow, steps=steps, by_path=by_path, allow=_noticed(workflow, workflow.allow))


def _step(workflow: Workflow, step: Step) -> Step:
    step = replace(
        step,
        allow=_noticed(workflow, step.allow),
        steps=tuple(_step(workflow, one) for one in step.steps),
        together=tuple(_step(workflow, one) for one in step.together),
    )
    if workflow.scope(step.path) != "party":
        return step
    for action in step.actions.values():
        team = _confirmed_by(workflow, action)
        asked, rest = _parted(action.needs, team)
        if asked and (action.to == "next" or (action.to is None and step.done_when is not None)):
            return _asked_of_all(step, replace(action, needs=rest, to=None), team, asked)
    return step


def _confirmed_by(workflow: Workflow, action: Action) -> str:
    """The key of the team that an action confirms for the side that does it; "" where it confirms none."""
    for effect in action.does:
        kind = workflow.artefacts[effect.artefact].kind.name
        if (kind, effect.effect, effect.relation) == ("team", "confirm", "own"):
            return effect.artefact
    return ""


def _parted(needs: Condition, team: str) -> tuple[tuple[Condition, ...], Condition]:
    """The parts of what is needed that ask whether the teams are alike, and the rest."""
    parts = needs.parts if needs.op == "all" else (needs,)
    asked = tuple(part for part in parts if any(ref in _alike(team) for ref in _plainly(part)))
    return asked, _all_of(part for part in parts if part not in asked)


def _alike(team: str) -> tuple[FactRef, ...]:
    return tuple(FactRef(relation, team, "comparable") for relation in ("own", "all", "any"))


def _plainly(condition: Condition) -> Iterator[FactRef]:
    """The facts of a condition that are to hold: what it denies is another question."""
    if condition.op != "not":
        yield from (condition.fact,) if condition.fact else ()
        for part in condition.parts:
            yield from _plainly(part)


def _asked_of_all(step: Step, confirm: Action, team: str, asked: tuple[Condition, ...]) -> Step:
    """The step with likeness moved from what one side needs to what all wait for."""
    wanted = {ref for part in asked for ref in part.facts()}
    consents = {action.records for action in step.actions.values() if action.records in wanted}
    alike = _all_of(_of_anybody(part, {*_alike(team), *consents}) for part in asked)
    confirmed = Condition("fact", fact=FactRef("all", team, "confirmed"))
    over = [confirmed, alike]
    # Before, the confirmation alone led on and what ends the step was another way; or it only added to that.
    if step.done_when is not None and step.actions[confirm.key].to is None:
        over.append(step.done_when)
    done_when = _all_of(over)
    if step.done_when is not None and step.actions[confirm.key].to == "next":
        done_when = Condition("any", (step.done_when, done_when))
    unlike = _all_of((confirmed, Condition("not", (alike,))))
    actions = {
        key: confirm if key == confirm.key else _consent(action, unlike, consents)
        for key, action in step.actions.items()
    }
    reopen = Action(
        _free("reopen", actions),
        _REOPEN,
        confirm.by,
        needs=unlike,
        does=(Effect("own", team, "reopen"),),
        help=_REOPEN_HELP,
        remedy=True,
    )
    asked_of = (
        *(_at_all(ref) for ref in confirm.by),
        *(r for a in actions.values() if a.remedy for r in a.by),
    )
    told = MailRule(asked_of, _UNLIKE, _WHO_CAN_WHAT)
    return replace(step, done_when=done_when, actions={**actions, reopen.key: reopen}, stuck=(told,))


def _all_of(parts: Iterable[Condition]) -> Condition:
    found = tuple(parts)
    return found[0] if len(found) == 1 else Condition("all", found)


def _of_anybody(condition: Condition, refs: Collection[FactRef | None]) -> Condition:
    """The same condition, in which what is the same for all sides (whether the teams are alike, a consent) counts
    for all, at whichever side it is found."""
    if condition.fact in refs:
        return replace(condition, fact=condition.fact._replace(relation="any"))  # type: ignore[union-attr]
    return replace(condition, parts=tuple(_of_anybody(part, refs) for part in condition.parts))


def _consent(action: Action, unlike: Condition, consents: Collection[FactRef | None]) -> Action:
    """An action of the step; where it is the consent that likeness can do with, given when it is wanting."""
    if action.records is None or action.records not in consents:
        return action
    needs = unlike if action.needs == ALWAYS else _all_of((unlike, action.needs))
    mail = tuple(replace(rule, to=tuple(_at_all(ref) for ref in rule.to)) for rule in action.mail)
    return replace(action, needs=needs, optional=False, remedy=True, mail=mail)


def _at_all(ref: RoleRef) -> RoleRef:
    return ref._replace(relation="all") if ref.role != "self" else ref


def _free(key: str, taken: dict[str, Action]) -> str:
    while key in taken:
        key += "_team"
    return key


def _noticed(workflow: Workflow, allow: Allow) -> Allow:
    """Who may read another's team once it is confirmed may notice it before."""
    teams = {artefact.key for artefact in workflow.artefacts.values() if artefact.kind.name == "team"}
    if not any(right.artefact in teams for rights in allow.values() for right in rights):
        return allow
    return Allow((ref, rights | _notices(rights, teams)) for ref, rights in allow.items())


def _notices(rights: frozenset[Right], teams: set[str]) -> frozenset[Right]:
    return frozenset(
        Right(right.artefact, "notice")
        for right in rights
        if right.artefact in teams and right.verb == "read" and right.state == "confirmed"
    )


# ---- reviews that were under way when it was read otherwise
