"""What nobody with an open account could do, because nobody holds the role: told wherever people look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ...engine.running.conflicts import NETWORK
from ...engine.turns.whose_turn import Vacancy, vacancies
from ...errors import N_, Message, Text
from ...store.lists import overview as store
from ...store.people.people import leads
from ..case.opening import OpenCase
from .wording import in_a_row, title_of, way_to

# Of a network's reviews; more in such a plight would fill the page and say no more.
MOST = 100


@dataclass(frozen=True)
class VacancyView:
    """`now`: it is that side's turn. `href` and `mend`: where the lead does something about it, and what. `page`: the
    review's, or the round's."""

    review_id: int
    review: str
    words: Message
    now: bool
    href: str
    mend: Message
    page: str


def vacant_in(case: OpenCase) -> tuple[VacancyView, ...]:
    """Those that concern the reader: all for the lead, those of the own side for its people."""
    lead, own = ("lead", None) in case.actor.roles or case.account is None, case.actor.parties()
    found = vacancies(case.case)
    return tuple(view_of(case, one) for one in found if lead or one.party in own)


def vacant_among(cases: Iterable[OpenCase]) -> tuple[VacancyView, ...]:
    """Of several reviews, where it is somebody's turn first."""
    return tuple(sorted((view for case in cases for view in vacant_in(case)), key=lambda view: not view.now))


def to_look_at(session: Session) -> list[int]:
    """The reviews and rounds in which there may be some."""
    return store.vacant(session, limit=MOST)


def view_of(case: OpenCase, one: Vacancy, *, would_be: bool = False) -> VacancyView:
    href, mend = way_to_mend(case, one)
    words = then(case, one) if would_be else said(case, one)
    return VacancyView(case.review.id, title_of(case), words, one.now, href, mend, way_to(case))


def said(case: OpenCase, one: Vacancy) -> Message:
    """What is wanting, in a sentence."""
    if one.party == NETWORK:
        return _of_network(case, one)
    side, step = case.names[one.party], case.workflow.by_path[one.step].title
    if not one.roles:
        return N_("In the step %(step)s a form waits for somebody whose account is closed.", step=step)
    roles = tuple(in_a_row(title) for title in roles_of(case, one))
    if one.now and len(roles) == 1:
        return N_(
            "%(side)s has nobody with an open account who is %(role)s, and it is their turn: %(step)s.",
            side=side,
            role=roles[0],
            step=step,
        )
    if len(roles) == 1:
        return N_(
            "%(side)s has nobody with an open account who is %(role)s. That is needed in the step %(step)s.",
            side=side,
            role=roles[0],
            step=step,
        )
    return N_(
        "%(side)s has nobody with an open account who can do the step %(step)s. Any of these could: %(roles)s.",
        side=side,
        roles=roles,
        step=step,
    )


def _of_network(case: OpenCase, one: Vacancy) -> Message:
    """All who lead the network have a conflict of interest."""
    if one.now:
        return N_(
            "“%(step)s” waits for a project lead, and all of them have a conflict of interest in this review.",
            step=case.workflow.by_path[one.step].title,
        )
    return N_(
        "All project leads have a conflict of interest in this review: nobody can do what it keeps them from."
    )


def then(case: OpenCase, one: Vacancy) -> Message:
    """What would be wanting."""
    if one.party == NETWORK:
        return _of_network_then(case, one)
    side, step = case.names[one.party], case.workflow.by_path[one.step].title
    if not one.roles:
        return N_("their form in the step %(step)s would not be handed in", step=step)
    roles = tuple(in_a_row(title) for title in roles_of(case, one))
    if one.now and len(roles) == 1:
        return N_(
            "%(side)s would have nobody who is %(role)s, and it is their turn: %(step)s.",
            side=side,
            role=roles[0],
            step=step,
        )
    if len(roles) == 1:
        return N_(
            "%(side)s would have nobody who is %(role)s, which is needed in the step %(step)s.",
            side=side,
            role=roles[0],
            step=step,
        )
    return N_("%(side)s would have nobody who can do the step %(step)s.", side=side, step=step)


def _of_network_then(case: OpenCase, one: Vacancy) -> Message:
    """Those who would lead the network alone, each with a conflict of interest, by name."""
    names = tuple(person.name for person in leads(case.session) if person.id in case.case.conflicted)
    if one.now:
        return N_(
            "the step %(step)s waits for a project lead, and all who would be left have a conflict of interest: "
            "%(names)s.",
            step=case.workflow.by_path[one.step].title,
            names=names,
        )
    return N_(
        "all project leads who would be left have a conflict of interest: %(names)s. Nobody could do what it keeps "
        "them from.",
        names=names,
    )


def roles_of(case: OpenCase, one: Vacancy) -> tuple[Text, ...]:
    return tuple(dict.fromkeys(case.workflow.roles[key].title for key in one.roles))


def way_to_mend(case: OpenCase, one: Vacancy) -> tuple[str, Message]:
    if one.party == NETWORK:
        return way_to(case, "conflicts"), N_("See what can be done")
    if not one.roles:
        return way_to(case), N_("Go on without it")
    if case.workflow.apart:
        return way_to(case, f"organisations/{one.party}"), N_("See who takes part")
    return f"/lead/reviews/{case.review.id}/sides/{one.party}", N_("Name somebody")
