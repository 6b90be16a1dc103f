"""The definition's actions as a page offers them: a way to the page of the action, or why not yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...engine.language.definition import Action, Step
from ...engine.running.case import ACTIVE, Do, Place
from ...engine.running.decide import No, acting_scope, already_done
from ...errors import Message, Text
from ..case.opening import OpenCase
from .left_undone import lies_ahead


@dataclass(frozen=True)
class Offer:
    """An action that the reader's roles include; a remedy: where there is something to mend. `party`: for whom it
    would be done; `why_not`: None where it can be done now; `done`: all that it would change or record is so already;
    `consent`: it records a fact and moves nothing (engine.md 12)."""

    key: str
    title: Text
    help: Text | None
    party: int | None
    href: str
    why_not: Message | None
    done: bool
    consent: bool


def offers(case: OpenCase, *, page: str = "", does: str = "") -> tuple[Offer, ...]:
    """What the reader may be offered in the steps under way: those of a page, or those that do `does`
    ("second_meeting.hold"), in the definition's order."""
    found = []
    for place in _under_way(case):
        step = case.workflow.by_path[place[0]]
        for action in step.actions.values():
            if (page and step.page == page) or (does and does in _effects(action)):
                found.append(_offer(case, step, place, action))
    return tuple(offer for offer in found if offer is not None)


def _under_way(case: OpenCase) -> Iterator[Place]:
    for place, mark in sorted(case.standing.marks.items(), key=lambda item: str(item[0])):
        if mark.state == ACTIVE:
            yield place


def _effects(action: Action) -> set[str]:
    return {f"{effect.artefact}.{effect.effect}" for effect in action.does}


def _offer(case: OpenCase, step: Step, place: Place, action: Action) -> Offer | None:
    what = Do(action.key, place)
    scope = acting_scope(case.case, case.actor, what, action)
    if scope is None:
        return None
    answer = case.may(what)
    if action.remedy and not answer:
        return None
    party = place[1].party if place[1].party is not None else scope.party
    return Offer(
        key=action.key,
        title=action.title,
        help=action.help,
        party=party,
        href=action_path(case.review.id, action.key, step.path, party),
        why_not=answer.reason if isinstance(answer, No) else lies_ahead(case, action),
        done=already_done(case.case, action, scope) or _recorded(case, step, action, party),
        consent=action.records is not None,
    )


def _recorded(case: OpenCase, step: Step, action: Action, party: int | None) -> bool:
    wanted = action.records
    return wanted is not None and any(
        (r.role, r.fact, r.step) == (wanted.artefact, wanted.fact, step.path) and r.party in (None, party)
        for r in case.standing.records
    )


def action_path(review_id: int, action: str, step: str, party: int | None) -> str:
    """The page on which an action is done (pages.md, "Map")."""
    asked = f"?step={step}" + (f"&party={party}" if party is not None else "")
    return f"/reviews/{review_id}/actions/{action}{asked}"
