"""The closed list of artefact kinds: what each can suffer, be and say (engine.md 17).

A kind's `effects` say which facts an action's effect makes true or false, so that the engine can
think an action through before anything is written. Facts in `by_party` are kept for each party
even where the artefact is the review's: a confirmation, a receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...errors import N_, Message


@dataclass(frozen=True)
class Kind:
    """`verbs` and `states` of a kind; `facts` with the words for "this is missing"; `effects` on facts.

    `undo`: the effect that takes another back when a side is sent back to before it. What another side
    has been given (opened, presented, handed over) has none: nothing that was opened is closed.
    `shared`: the words for "this is missing" where the artefact is the review's, and no side can be named.
    `values`: what a field that is a choice can be. `received`: the facts that the side concerned brings about, which
    nobody waits for where that side has withdrawn; `final`: the fact with which the thing is finished."""

    name: str
    verbs: frozenset[str]
    states: tuple[str, ...]
    facts: Mapping[str, Message]
    effects: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    by_party: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    undo: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shared: Mapping[str, Message] = field(default_factory=dict)
    received: frozenset[str] = frozenset()
    final: str = ""


def _kind(
    name: str,
    verbs: str,
    states: str,
    facts: Mapping[str, Message],
    effects: Mapping[str, Mapping[str, bool]] | None = None,
    by_party: str = "",
    fields: str = "",
    undo: Mapping[str, str] | None = None,
    values: Mapping[str, tuple[str, ...]] | None = None,
    shared: Mapping[str, Message] | None = None,
    received: str = "",
    final: str = "",
) -> Kind:
    return Kind(
        name,
        frozenset(("read", "write", "notice", *verbs.split())),
        tuple(states.split()),
        facts,
        effects or {},
        frozenset(by_party.split()),
        frozenset(fields.split()),
        undo or {},
        values or {},
        shared or {},
        frozenset(received.split()),
        final,
    )


_LIST = (
    _kind(
        "decision",
        "",
        "open accepted declined",
        {
            "accepted": N_("%(party)s has not accepted"),
            "declined": N_("%(party)s has not declined"),
        },
        {"accept": {"accepted": True}, "decline": {"declined": True}, "reopen": {"accepted": False}},
        undo={"accept": "reopen"},
        shared={
            "accepted": N_("the proposal has not been accepted"),
            "declined": N_("the proposal has not been declined"),
        },
    ),
    _kind(
        "team",
        "",
        "open confirmed",
        {
            "complete": N_(
                "the team of %(party)s needs a coordinator and at least two people with a function"
            ),
            "comparable": N_("the teams are not comparable in number and functions"),
            "confirmed": N_("%(party)s has not confirmed its team"),
        },
        {"confirm": {"confirmed": True}, "reopen": {"confirmed": False}},
        undo={"confirm": "reopen"},
        shared={
            "complete": N_("the team needs a coordinator and at least two people with a function"),
            "confirmed": N_("the team has not been confirmed"),
        },
    ),
    _kind(
        "agreement",
        "confirm move",
        "draft confirmed",
        {
            "complete": N_("the agreement is not filled in"),
            "confirmed": N_("%(party)s has not confirmed the agreement"),
            "confirmed_by_all": N_("all sides have not confirmed the same version of the agreement"),
        },
        {"confirm": {"confirmed": True}, "reopen": {"confirmed": False}},
        by_party="confirmed",
        undo={"confirm": "reopen"},
        shared={"confirmed": N_("not all sides have confirmed the agreement")},
        fields="report opening follow_up lead_reads_materials lead_reads_reports "
        "dates.materials dates.questions dates.second_meeting dates.report dates.closing",
        values={"report": ("separate", "joint"), "opening": ("all", "each")},
    ),
    _kind(
        "documents",
        "hand_in comment",
        "internal draft_for_comments handed_in opened",
        {
            "all_accounted_for": N_("%(missing)s of %(total)s agreed documents of %(party)s are missing"),
            "handed_in": N_("%(party)s has not handed in its materials"),
            "opened": N_("the materials of %(party)s are not open yet"),
        },
        {"hand_in": {"handed_in": True}, "take_back": {"handed_in": False}, "open": {"opened": True}},
        undo={"hand_in": "take_back"},
        shared={
            "all_accounted_for": N_("%(missing)s of %(total)s agreed documents are missing"),
            "handed_in": N_("the materials have not been handed in"),
            "opened": N_("the materials are not open yet"),
        },
    ),
    _kind(
        "questions",
        "send answer",
        "draft sent answered",
        {
            "some": N_("%(party)s has not written any question"),
            "sent": N_("%(party)s has not sent its questions"),
            "all_answered": N_("the questions of %(party)s are not all answered"),
        },
        {"send": {"sent": True}, "reopen": {"sent": False}},
        undo={"send": "reopen"},
        shared={
            "some": N_("no question has been written"),
            "sent": N_("the questions have not been sent"),
            "all_answered": N_("the questions are not all answered"),
        },
        received="all_answered",
    ),
    _kind(
        "text",
        "present comment hand_over acknowledge",
        "draft presented handed_over acknowledged",
        {
            "ready": N_("the report of %(party)s is still empty"),
            "presented": N_("the drafts have not been presented"),
            "handed_over": N_("the report of %(party)s has not been handed over"),
            "acknowledged": N_("receipt of the report has not been acknowledged"),
        },
        {
            "present": {"presented": True},
            "hand_over": {"handed_over": True},
            "acknowledge": {"acknowledged": True},
        },
        by_party="acknowledged",
        shared={
            "ready": N_("this is still empty: %(thing)s"),
            "handed_over": N_("this has not been handed over: %(thing)s"),
        },
        received="acknowledged",
        final="handed_over",
    ),
    _kind(
        "form",
        "",
        "open submitted",
        {
            "some": N_("nothing has been written"),
            "submitted": N_("the form has not been handed in"),
            "submitted_by_all": N_("all forms have not been handed in"),
        },
        {"submit": {"submitted": True}, "reopen": {"submitted": False}},
        undo={"submit": "reopen"},
    ),
    _kind(
        "meeting",
        "",
        "unplanned planned held",
        {
            "planned": N_("the meeting has no date yet"),
            "held": N_("the meeting has not been held"),
        },
        {"hold": {"held": True}, "reopen": {"held": False}},
        fields="at",
        undo={"hold": "reopen"},
    ),
    _kind(
        "letter",
        "",
        "draft sent",
        {
            "ready": N_("this has not been written: %(thing)s"),
            "sent": N_("this has not been sent: %(thing)s"),
        },
        {"send": {"sent": True}},
    ),
    _kind("timetable", "", "open", {}, fields="answers pairing"),
    _kind(
        "interest",
        "",
        "open interested declined",
        {
            "complete": N_("say first what you want to learn or are good at, and in which unit"),
            "interested": N_("%(party)s has not said that it is interested"),
            "declined": N_("%(party)s has not declined"),
        },
        {
            "say": {"interested": True, "declined": False},
            "decline": {"interested": False, "declined": True},
            "reopen": {"interested": False, "declined": False},
        },
        undo={"say": "reopen", "decline": "reopen"},
        shared={
            "interested": N_("nobody has said that they are interested"),
            "declined": N_("nobody has declined"),
        },
    ),
    _kind(
        "dialogue",
        "",
        "open held",
        {"held": N_("the talk with %(party)s has not been held")},
        {"hold": {"held": True}, "reopen": {"held": False}},
        undo={"hold": "reopen"},
        shared={"held": N_("the talk has not been held")},
    ),
    _kind("notes", "", "open", {}),
    _kind("example", "publish consent unpublish", "draft asked published", {}),
    _kind(
        "reviews",
        "",
        "none begun over",
        {
            "begun": N_("no review of the round has begun"),
            "over": N_("the reviews of the round are not over"),
        },
    ),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _LIST}

# What is said of all parties at once, and the fact of each party that it gathers.
GATHERED = {"confirmed_by_all": "confirmed", "submitted_by_all": "submitted"}

# By kind: the facts that come of a right that people use (they write, they answer), not of an action's effect.
WRITTEN: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "team": (("write", ("complete", "comparable")),),
    "agreement": (("write", ("complete",)),),
    "documents": (("write", ("all_accounted_for",)),),
    "questions": (("write", ("some",)), ("answer", ("all_answered",))),
    "text": (("write", ("ready",)),),
    "form": (("write", ("some",)),),
    "meeting": (("write", ("planned", "at")),),
    "letter": (("write", ("ready",)),),
    "interest": (("write", ("complete",)),),
    # Reviews are begun by whoever may write them; that they are over comes of themselves.
    "reviews": (("write", ("begun", "over")),),
}
