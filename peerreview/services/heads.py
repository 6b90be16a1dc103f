"""What every page of a review shows at its top: the title, where it stands in a sentence, the ways onward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..engine.case import ACTIVE
from ..engine.decide import See
from ..engine.definition import Artefact
from ..errors import N_, Message, Text
from .cases import OpenCase, looking
from .house import Account, House
from .wording import short

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


@dataclass(frozen=True)
class Tab:
    """A way to a page of the review: `path` under /reviews/<id>/ ("" = the review itself)."""

    path: str
    title: Message


@dataclass(frozen=True)
class ReviewHead:
    """`names`: by party, the organisation's name. `own`: the reader's side, None for the lead. `version`: of the
    standing, for the forms of actions. `steps`: titles of what is under way. `unreached`: the people to whom mail does
    not arrive, of the reader's own side (the lead's: of all)."""

    id: int
    version: int
    title: str
    names: Mapping[int, str]
    own: int | None
    is_lead: bool
    ended: Text | None
    on_hold: bool
    steps: tuple[Text, ...]
    tabs: tuple[Tab, ...]
    unreached: tuple[str, ...] = ()
    called: str = ""

    @property
    def short(self) -> str:
        """ "Kalmar län – Gävleborg"; a round is called by its name."""
        return self.called or " – ".join(short(name) for name in self.names.values())


def head_of(case: OpenCase) -> ReviewHead:
    """The head of a review's pages, as this actor sees it."""
    ended, called = case.standing.ended, case.review.title if case.workflow.apart else ""
    active = {path for (path, _), mark in case.standing.marks.items() if mark.state == ACTIVE}
    steps = [s.title for s in case.workflow.walk() if s.path in active and not s.children]
    return ReviewHead(
        id=case.review.id,
        version=case.review.version,
        title=called or " – ".join(case.names[p] for p in sorted(case.names)),
        called=called,
        names=dict(sorted(case.names.items())),
        own=case.own_party(),
        is_lead=("lead", None) in case.actor.roles,
        ended=case.workflow.ends[ended].title if ended else None,
        on_hold=case.standing.on_hold,
        steps=tuple(steps),
        tabs=(Tab("", N_("Overview")), *_tabs(case), Tab("history", N_("History")), Tab("mail", N_("Mail"))),
        unreached=() if ended else _unreached(case),
    )


def _unreached(case: OpenCase) -> tuple[str, ...]:
    own, is_lead = case.own_party(), ("lead", None) in case.actor.roles
    seats = [seat for seat in case.rows.seats if is_lead or seat.party == own]
    return tuple(dict.fromkeys(seat.person.name for seat in seats if seat.person.mail_problem))


def names_of(house: House, *, actor: Account, review_id: int, now: datetime) -> Mapping[int, str]:
    """The organisations of a review by party, for a page that could not be made. NotFound for outsiders."""
    with looking(house, review_id=review_id, actor=actor, now=now, rounds="all") as case:
        return case.names


def _tabs(case: OpenCase) -> list[Tab]:
    return [Tab(path, title) for path, (kind, title) in PAGES.items() if page_is_open(case, path, kind)]


def page_is_open(case: OpenCase, path: str, kind: str) -> bool:
    """Whether the actor has anything to see on a page: a right in any state, of a thing that has begun."""
    return any(
        _begun(case, artefact.key, path) and _any_right(case, artefact.key)
        for artefact in case.artefacts_of(kind)
        if kind != "form" or _form_page(artefact) == path
    )


def _form_page(artefact: Artefact) -> str:
    """A person's form, a side's word to another, or what a side keeps for itself."""
    if artefact.per == "person":
        return "evaluation"
    return "follow-up" if artefact.concerns else "hours"


def _begun(case: OpenCase, artefact: str, page: str) -> bool:
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


def _any_right(case: OpenCase, artefact: str) -> bool:
    thing = case.artefact(artefact)
    owners: tuple[int | None, ...] = case.standing.parties
    if thing.per != "party":
        owners = (None,) if thing.per == "review" else (case.actor.person,)
    states = (None, *thing.kind.states)
    return any(
        case.may(See(artefact, verb, owner, state))
        for owner in owners
        for verb in ("read", "notice")
        for state in states
    )
