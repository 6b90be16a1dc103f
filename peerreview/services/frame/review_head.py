"""What every page of a review shows at its top: the title, where it stands in a sentence, the ways onward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ...engine.running.case import ACTIVE
from ...engine.running.conflicts import is_nobodys
from ...errors import N_, Message, Text
from ...store.review import conflicts
from ..base.house import Account, House
from ..case import review_pages
from ..case.opening import OpenCase, looking
from ..turns.vacancies import VacancyView, vacant_in
from ..turns.wording import short


@dataclass(frozen=True)
class Tab:
    """A way to a page of the review: `path` under /reviews/<id>/ ("" = the review itself)."""

    path: str
    title: Message


@dataclass(frozen=True)
class ReviewHead:
    """`names`: by party, the organisation's name. `own`: the reader's side, None for the lead. `version`: of the
    standing, for the forms of actions. `steps`: titles of what is under way. `unreached`: the people to whom mail does
    not arrive, `vacant`: what nobody with an open account could do, of the reader's own side (the lead's: of all).
    `conflict`: that the reader has a conflict of interest here."""

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
    vacant: tuple[VacancyView, ...] = ()
    conflict: Message | None = None
    called: str = ""

    def leads_to(self, page: str) -> bool:
        """Whether the reader may go to this page of the review."""
        return any(tab.path == page for tab in self.tabs)

    @property
    def short(self) -> str:
        """ "Kalmar län – Gävleborg"; a round is called by its name."""
        return self.called or " – ".join(short(name) for name in self.names.values())


def head_of(case: OpenCase) -> ReviewHead:
    """The head of a review's pages, as this actor sees it."""
    ended, called = case.standing.ended, case.review.title if case.workflow.apart else ""
    active = {path for (path, _), mark in case.standing.marks.items() if mark.state == ACTIVE}
    active = active if case.until is None else set()
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
        on_hold=case.standing.on_hold and case.until is None,
        steps=tuple(steps),
        tabs=(Tab("", N_("Overview")), *_tabs(case), Tab("history", N_("History")), Tab("mail", N_("Mail"))),
        unreached=() if ended else _unreached(case),
        vacant=vacant_in(case),
        conflict=_conflict(case),
    )


def _conflict(case: OpenCase) -> Message | None:
    """That the reader has one, and why it is known: a lead by where they belong, all by what they have declared."""
    if not case.actor.conflicted or case.workflow.apart:
        return None
    employed = case.actor.person in case.rows.employed
    if ("lead", None) not in case.actor.roles or (is_nobodys(case.case) and not employed):
        return N_("You have declared a conflict of interest in this review.")
    if employed:
        found = conflicts.leads_in(case.session, case.review.id)
        names = tuple(one.name for person, one in found if person.id == case.actor.person)
        if is_nobodys(case.case):
            return N_("You have a conflict of interest in this review: you belong to %(names)s.", names=names)
        return N_(
            "You have a conflict of interest in this review: you belong to %(names)s. "
            "What it keeps you from is done by another project lead.",
            names=names,
        )
    return N_(
        "You have declared a conflict of interest in this review. "
        "What it keeps you from is done by another project lead."
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
    return [
        Tab(page, title)
        for page, (_, title) in review_pages.PAGES.items()
        if review_pages.is_open(case, page)
    ]
