"""What a right and a fact of a definition are called where people read of them: never by their keys."""

from __future__ import annotations

from collections.abc import Mapping

from ...engine.language.definition import Workflow
from ...errors import N_, Message, Text
from ..terms.agreement_terms import LABELS

VERBS: Mapping[str, Message] = {
    "read": N_("read"),
    "write": N_("write"),
    "notice": N_("see that it is there"),
    "confirm": N_("confirm"),
    "move": N_("move its dates"),
    "hand_in": N_("hand in"),
    "comment": N_("comment"),
    "send": N_("send"),
    "answer": N_("answer"),
    "present": N_("present"),
    "hand_over": N_("hand over"),
    "acknowledge": N_("acknowledge receipt"),
    "publish": N_("publish"),
    "unpublish": N_("take back what is published"),
    "consent": N_("consent to publishing"),
}
STATES: Mapping[str, Message] = {
    "open": N_("not finished"),
    "accepted": N_("accepted"),
    "declined": N_("declined"),
    "confirmed": N_("confirmed"),
    "draft": N_("a draft"),
    "internal": N_("internal"),
    "draft_for_comments": N_("a draft for comments"),
    "handed_in": N_("handed in"),
    "opened": N_("open to the other side"),
    "sent": N_("sent"),
    "answered": N_("answered"),
    "presented": N_("presented"),
    "handed_over": N_("handed over"),
    "acknowledged": N_("receipt acknowledged"),
    "submitted": N_("handed in"),
    "unplanned": N_("not planned"),
    "planned": N_("planned"),
    "held": N_("held"),
    "interested": N_("interested"),
    "asked": N_("consent asked for"),
    "published": N_("published"),
    "none": N_("not begun"),
    "begun": N_("begun"),
    "over": N_("over"),
}


def right_said(what: str) -> Message:
    """A right as the table of rights has it ("materials.read@opened"), without the thing that it is about."""
    verb, _, state = what.partition(".")[2].partition("@")
    if state:
        return N_("%(verb)s (%(state)s)", verb=VERBS[verb], state=STATES[state])
    return VERBS[verb]


def fact_said(workflow: Workflow, name: str) -> Message | Text:
    """A fact that a right hangs on ("agreement.lead_reads_reports")."""
    artefact, _, fact = name.partition(".")
    return LABELS.get(fact) or workflow.artefacts[artefact].title
