"""Where one side would act for others: a text that all share is finished, drafts of all are shown at once.

Each side gives its own word first (engine.md 20 and 56). To what, the archive knows: `approved` holds of a party that
has approved a shared text as it stands; `unmarked` of one whose draft is there, but that has not marked any version of
it as ready. Both are facts beside those of the kind, and neither is anything that a definition can ask for: what was
done before the house asked for a side's word is played again as it was done.
"""

from __future__ import annotations

from ...errors import N_, Message, PartyName
from ..language.definition import Action, Effect, Workflow
from .case import Case, Place, Scope

APPROVED, UNMARKED = "approved", "unmarked"
_NOT_APPROVED = N_("%(party)s has not approved the text as it now stands")
_NOT_MARKED = N_("%(party)s has not marked its draft as ready to present")


def shared_text(workflow: Workflow, action: Action, place: Place) -> str:
    """The text of all that `action` finishes or hands over for all, at a step that all share; "" for any other."""
    if not place[0] or place[1].party is not None:
        return ""
    for effect in action.does:
        if effect.effect == "hand_over" and _is_shared(workflow, effect.artefact):
            return effect.artefact
    if action.to is not None and action.to not in workflow.ends:
        for ref in action.needs.facts():
            if ref.fact == "ready" and _is_shared(workflow, ref.artefact):
                return ref.artefact
    return ""


def _is_shared(workflow: Workflow, artefact: str) -> bool:
    thing = workflow.artefacts.get(artefact)
    return thing is not None and thing.kind.name == "text" and thing.per == "review"


def has_approved(case: Case, text: str, party: int | None) -> bool:
    return party is not None and bool(case.facts.get(text, APPROVED, party))


def awaited(case: Case, text: str, party: int | None) -> tuple[int, ...]:
    """The sides beside `party` that take part and have not approved a shared text as it stands."""
    return tuple(p for p in case.standing.taking_part if p != party and not has_approved(case, text, p))


def others_word(case: Case, action: Action, place: Place, scope: Scope) -> tuple[Message, ...]:
    """What `scope` has to wait for before it can do this: that others approve what it has approved itself, or mark
    their drafts; () where it need not."""
    if text := shared_text(case.workflow, action, place):
        left = awaited(case, text, scope.party)
        if scope.party is None or has_approved(case, text, scope.party):
            return tuple(_of(_NOT_APPROVED, party) for party in left)
        return ()
    return tuple(_of(_NOT_MARKED, owner) for owner in unmarked(case, action, scope))


def has_word_to_give(case: Case, action: Action, scope: Scope) -> bool:
    """Whether `action` would show a draft of `scope` that it has not marked as ready itself."""
    return any(
        effect.effect == "present" and bool(case.facts.get(effect.artefact, UNMARKED, scope.party))
        for effect in action.does
    )


def unmarked(case: Case, action: Action, scope: Scope) -> tuple[int, ...]:
    """The other sides whose drafts `action` would show, and that have marked none as ready."""
    found: dict[int, None] = {}
    for effect in action.does:
        if effect.effect == "present" and effect.relation == "all":
            for party in case.standing.taking_part:
                if party != scope.party and case.facts.get(effect.artefact, UNMARKED, party):
                    found[party] = None
    return tuple(found)


def _of(words: Message, party: int) -> Message:
    return Message(words.text, (("party", PartyName(party)),))


# ---- drafts that are shown all at once


def marks(workflow: Workflow, action: Action) -> str:
    """The side's own draft that `action` says is ready to present; "" where it says nothing of that."""
    if action.to != "next" or any(_acts_on_text(workflow, effect) for effect in action.does):
        return ""
    for ref in action.needs.facts():
        if ref.relation == "own" and ref.fact == "ready" and ref.artefact in workflow.shown_together:
            return ref.artefact
    return ""


def _acts_on_text(workflow: Workflow, effect: Effect) -> bool:
    return workflow.artefacts[effect.artefact].kind.name == "text"
