"""The pages of a review, and what each asks of `may`: the page itself and every way to it ask here.

A menu that knew by itself what is open led to pages that refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...engine.language.definition import Artefact
from ...engine.running.case import See
from ...engine.running.decide import No
from ...errors import N_, Message, NotFound, Refused
from .opening import OpenCase

# The pages of a review (pages.md, "Map"): by path, the kind of artefact they show and what they are called.
PAGES: Mapping[str, tuple[str, Message]] = {
    "team": ("team", N_("Teams")),
    "agreement": ("agreement", N_("Agreement")),
    "meetings": ("meeting", N_("Meetings")),
    "materials": ("documents", N_("Materials")),
    "questions": ("questions", N_("Questions")),
    "report": ("text", N_("Report")),
    "evaluation": ("form", N_("Evaluation")),
    "hours": ("form", N_("Hours")),
    "follow-up": ("form", N_("Follow-up")),
    "examples": ("example", N_("Examples")),
}


# What is read of any side and in any state: the page says of each thing how it stands, and why it is not open.
_OF_ANY = ("materials", "questions", "report", "examples")


def is_open(case: OpenCase, page: str) -> bool:
    """Whether a way leads there: the actor may see something of it, and it has begun."""
    return (
        any(_begun(case, each.key, page) for each in artefacts_on(case, page))
        and _why_not(case, page) is None
    )


def enter(case: OpenCase, page: str) -> None:
    """Raise NotFound where there is no such page in this review (yet), Refused with the reason for whoever may see
    nothing on it."""
    found = artefacts_on(case, page)
    if not found or (page in _OF_ANY and not any(_begun(case, each.key, page) for each in found)):
        raise NotFound(page)
    reason = _why_not(case, page)
    if reason is not None:
        raise NotFound(page) if page in _OF_ANY else Refused(reason)


def artefacts_on(case: OpenCase, page: str) -> tuple[Artefact, ...]:
    """What stands on a page: a form is a person's, a side's word to another, or what a side keeps for itself."""
    found = case.artefacts_of(PAGES[page][0])
    match page:
        case "evaluation":
            return tuple(each for each in found if each.per == "person")
        case "follow-up":
            return tuple(each for each in found if each.per != "person" and each.concerns)
        case "hours":
            return tuple(each for each in found if each.per != "person" and not each.concerns)
    return found


def _why_not(case: OpenCase, page: str) -> Message | None:
    """None: the actor may see something there. The reason of the first question that is answered with no."""
    reason: Message | None = None
    for what in _asked(case, page):
        answer = case.may(what)
        if not isinstance(answer, No):
            return None
        reason = reason or answer.reason
    return reason or N_("you may not do this")


def _asked(case: OpenCase, page: str) -> Iterator[See]:
    for artefact in artefacts_on(case, page):
        key = artefact.key
        if page in _OF_ANY:
            yield from _anything(case, artefact)
        elif page == "team":
            own = case.own_party() or 0
            yield See(key, "read", own, case.state(key, own))
        elif page in ("evaluation", "hours"):
            own_one = case.actor.person if page == "evaluation" else case.own_party()
            yield See(key, "read", own_one, case.state(key, own_one))
            yield See(key, "notice", None, case.state(key, None if page == "hours" else own_one))
        elif page == "follow-up":
            mine = case.own_party()
            for party in sorted(case.standing.parties, key=lambda each: each != mine):
                yield See(key, "read", party, case.state(key, party))
        else:
            yield See(key, "read", None, case.state(key, None))


def _anything(case: OpenCase, artefact: Artefact) -> Iterator[See]:
    """A right in any state, whosever it is."""
    owners: tuple[int | None, ...] = case.standing.parties
    if artefact.per != "party":
        owners = (None,) if artefact.per == "review" else (case.actor.person,)
    for owner in owners:
        for verb in ("read", "notice"):
            for state in (None, *artefact.kind.states):
                yield See(artefact.key, verb, owner, state)


def _begun(case: OpenCase, artefact: str, page: str) -> bool:
    """Whether it is there for anybody yet."""
    if page == "examples":
        # Belongs to no step: the rights say when there is something to tell.
        return True
    if page == "hours":
        # Belongs to no step: it is there as soon as there is work to put down.
        return any(path != case.workflow.steps[0].path for path, _ in case.standing.marks)
    if any(name == artefact for name, _ in case.rows.states):
        return True
    for path, _ in case.standing.marks:
        step = case.workflow.by_path[path]
        mentioned = {right.artefact for rights in step.allow.values() for right in rights}
        mentioned |= {effect.artefact for action in step.actions.values() for effect in action.does}
        if artefact in mentioned or step.page == page:
            return True
    return False
