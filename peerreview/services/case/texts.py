"""The texts of a review (reports): which there are, and who may see which version of them.

A team sees every version of its own text. All others see what an act froze: the version that was
presented, the version that was handed over. Its number, and whether there is a later one, stay the team's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...engine.language.definition import Artefact, Step
from ...engine.running.case import SKIPPED, WAITING, See
from ...engine.running.decide import No
from ...errors import N_, Message, NotFound, Refused
from ...store.artefacts import reports as store
from ...store.artefacts.reports import TextVersion
from ...store.case.case_rows import SHARED
from .opening import OpenCase

PAGE, JOINT = "report", "joint"
# The acts that freeze a version, the later first; `acknowledged` freezes none.
MILESTONES = ("handed_over", "presented")
MILESTONE_WORDS: Mapping[str, Message] = {
    "ready": N_("the version that was approved or marked as ready"),
    "presented": N_("the presented draft"),
    "handed_over": N_("the report as handed over"),
}
STATE_WORDS: Mapping[str, Message] = {
    "draft": N_("Draft"),
    "presented": N_("Presented"),
    "handed_over": N_("Handed over"),
    "acknowledged": N_("Received"),
}


@dataclass(frozen=True)
class Which:
    """One text of a review: a side's own (`owner` its number) or the one they share (None)."""

    artefact: Artefact
    owner: int | None

    @property
    def key(self) -> str:
        """As it stands in addresses."""
        return JOINT if self.owner is None else str(self.owner)

    @property
    def slot(self) -> int:
        return SHARED if self.owner is None else self.owner


@dataclass(frozen=True)
class Stamp:
    """When something was done to a text, and by whom where the reader may know (None: not told). `number`: of the
    version, to be told to its own team alone (0: not known)."""

    at: datetime
    by: str | None = None
    party: int | None = None
    number: int = 0


# ---- which texts there are


def which(case: OpenCase, key: str) -> Which:
    """The text that an address names; NotFound where the review has none such."""
    for one in texts_of(case):
        if one.key == key:
            return one
    raise NotFound(f"report {key}")


def texts_of(case: OpenCase) -> list[Which]:
    """The texts that this review writes (each side its own, or one joint), the actor's own side's first."""
    own = case.own_party()
    found: list[Which] = []
    for artefact in case.artefacts_of("text"):
        if in_play(case, artefact):
            owners = (None,) if artefact.per == "review" else case.standing.parties
            found += [Which(artefact, owner) for owner in owners]
    return sorted(found, key=lambda one: (one.owner is not None and one.owner != own, one.key))


def in_play(case: OpenCase, artefact: Artefact) -> bool:
    """Whether the review has such a text: there is one, or a step of its own has begun to be (joint or separate)."""
    return written_here(case, artefact) or any(name == artefact.key for name, _ in case.rows.texts)


def written_here(case: OpenCase, artefact: Artefact) -> bool:
    """Whether one of the steps that are there to write it takes place: the agreement's choice may pass them over."""
    return any(
        step.page == PAGE and written_in(step, artefact.key)
        for (path, _), mark in case.standing.marks.items()
        if mark.state != SKIPPED and (step := case.workflow.by_path[path])
    )


def written_in(step: Step, artefact: str) -> bool:
    """Whether the step is one in which somebody writes the artefact."""
    return any(
        (right.artefact, right.verb) == (artefact, "write")
        for rights in step.allow.values()
        for right in rights
    )


# ---- who sees what of a text


def sees_drafts(case: OpenCase, one: Which) -> bool:
    """Whether every version is the actor's to see: the text is their own team's."""
    return case.sees(one.artefact.key, "read", one.owner, "draft")


def milestones_seen(case: OpenCase, one: Which) -> list[str]:
    """The acts whose frozen version the actor may read, the latest first."""
    data = case.data(one.artefact.key, one.owner)
    return [
        act
        for act in MILESTONES
        if data.get(act, {}).get("version") and case.sees(one.artefact.key, "read", one.owner, act)
    ]


def shown_version(case: OpenCase, one: Which, wanted: str = "") -> TextVersion | None:
    """The version that stands for this reader, or the `wanted` one: a number for the text's own team, an act for
    all. None where the team has written nothing yet. Raises Refused, and NotFound for what is not theirs to see."""
    key, review_id = one.artefact.key, case.review.id
    seen, drafts = milestones_seen(case, one), sees_drafts(case, one)
    if not seen and not drafts:
        if wait := wait_for(case, one):
            raise Refused(wait)
        case.require(key, "read", one.owner)
        raise NotFound(f"report {one.key}")
    if not wanted and drafts:
        return store.newest(case.session, review_id, key, one.slot)
    act = wanted or seen[0]
    if act in seen:
        number = case.data(key, one.owner)[act]["version"]
    elif drafts and wanted.isascii() and wanted.isdigit() and len(wanted) < 9:
        number = int(wanted)
    else:
        raise NotFound(f"version {wanted}")
    found = store.version(case.session, review_id, key, one.slot, number)
    if found is None:
        raise NotFound(f"version {wanted}")
    return found


def state_seen(case: OpenCase, one: Which) -> str | None:
    """How far the text has come, as far as the actor may know; None where they may know nothing of it."""
    key, state = one.artefact.key, case.state(one.artefact.key, one.owner)
    if sees_drafts(case, one) or case.sees(key, "notice", one.owner, state):
        return state
    seen = milestones_seen(case, one)
    if not seen:
        return None
    return state if case.sees(key, "read", one.owner, state) else seen[0]


def wait_for(case: OpenCase, one: Which) -> Message | None:
    """For those who will be let in: after which act. It says nothing of how far the text has come."""
    key = one.artefact.key
    if case.standing.ended is None:
        if case.may(See(key, "read", one.owner, "presented")):
            return N_("You can read it when the drafts are presented.")
        if case.may(See(key, "read", one.owner, "handed_over")):
            return N_("You can read it when it has been handed over.")
    return None


def why_not_write(case: OpenCase, one: Which) -> Message | None:
    """Why the actor may not write in the text now; None where they may."""
    if not written_here(case, one.artefact):
        return N_("In this review no such report is written.")
    key = one.artefact.key
    answer = case.may(See(key, "write", one.owner, case.state(key, one.owner)))
    if not isinstance(answer, No):
        return None
    if case.state(key, one.owner) in ("handed_over", "acknowledged"):
        return N_("The report has been handed over and can no longer be changed.")
    for (path, scope), mark in case.standing.marks.items():
        step = case.workflow.by_path[path]
        if mark.state == WAITING and scope.party in (one.owner, None) and written_in(step, key):
            return N_("the step %(step)s has not begun", step=step.title)
    if case.standing.ended or case.standing.on_hold:
        return answer.reason
    return N_("In this step the report is read, not written.")


def template(case: OpenCase, one: Which) -> str:
    """What a text begins with, in its writer's language."""
    language = case.account.language if case.account else "sv"
    return one.artefact.template.get(language) if one.artefact.template else ""


def token_of(version: TextVersion | None) -> str:
    """What names exactly this text: a version that is written on keeps its number, not its hash."""
    return f"{version.number}.{version.sha256[:12]}" if version else "0"


def acts_of(case: OpenCase, one: Which) -> dict[str, Stamp]:
    """When the text was presented and handed over, as far as the actor may know."""
    data: Mapping[str, Any] = case.data(one.artefact.key, one.owner)
    key = one.artefact.key
    return {
        act: Stamp(datetime.fromisoformat(data[act]["at"]), number=data[act].get("version") or 0)
        for act in MILESTONES
        if data.get(act)
        and (case.sees(key, "read", one.owner, act) or case.sees(key, "notice", one.owner, act))
    }
