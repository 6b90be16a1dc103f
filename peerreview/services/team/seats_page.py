"""The form in which somebody is appointed to a side, and what it knows already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...errors import N_, Message, Text
from ...store.lists.accounts import last_link
from ...store.people.people import person_by_id
from ...store.review.reviews import Seat, organisations_sat_for
from ...store.review.seat_requests import is_asked
from ..base.house import Account, House
from ..case.belonging import team_key
from ..case.facts import TEAM_ROLES
from ..case.opening import OpenCase, looking
from ..frame.review_head import ReviewHead, head_of
from .seat_rules import deputies_of, is_mine, known_people, seat_of_mine, writing_for
from .team_page import SeatView, functions_of, seat_view, standing_of, titles_in


@dataclass(frozen=True)
class AppointView:
    """What the form for appointing needs; `known`: (person id, name and title) of the own organisation."""

    head: ReviewHead
    organisation: str
    known: tuple[tuple[int, str], ...]
    functions: tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class SeatPage:
    """A seat to somebody who may do something about it. `may_write`: as the side's coordinator; `mine`: it is
    the reader's own, who may name a deputy. `keeps`: why the person cannot be removed or made a member."""

    head: ReviewHead
    seat: SeatView
    may_write: bool
    mine: bool
    keeps: Message | None
    invited_until: datetime | None
    may_correct: bool
    functions: tuple[tuple[str, Text], ...]
    deputies: tuple[tuple[int, str], ...]


def appoint_form(house: House, *, actor: Account, review_id: int, now: datetime) -> AppointView:
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        party = writing_for(case)
        seated = {s.person_id for s in case.rows.seats if s.party == party and s.role in TEAM_ROLES}
        return AppointView(
            head=head_of(case),
            organisation=case.names[party],
            known=known_people(case, party, but=seated),
            functions=functions_of(case),
        )


def seat_page(house: House, *, actor: Account, review_id: int, seat_id: int, now: datetime) -> SeatPage:
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        seat = seat_of_mine(case, seat_id)
        may_write, mine = case.sees(team_key(case), "write", seat.party), is_mine(case, seat)
        if not mine:
            case.require(team_key(case), "write", seat.party)
        link = last_link(case.session, seat.person_id, "invite")
        invited = may_write and standing_of(seat.person) == "invited"
        return SeatPage(
            head=head_of(case),
            seat=seat_view(case, seat, titles_in(case, seat.party)),
            may_write=may_write,
            mine=mine and case.standing.ended is None,
            keeps=keeps_of(case, seat),
            invited_until=link.expires_at if link and invited else None,
            may_correct=invited and is_only_ours(case, seat),
            functions=functions_of(case),
            deputies=deputies_of(case, seat) if mine else (),
        )


def keeps_of(case: OpenCase, seat: Seat) -> Message | None:
    """Why this seat must stay a coordinator's; None where it need not."""
    if seat.role != "coordinator":
        return None
    others = (
        s for s in case.rows.seats if s.party == seat.party and s.role == "coordinator" and s.id != seat.id
    )
    # Somebody who has only been invited could leave the side without anybody to act for it.
    if any(standing_of(s.person) == "active" for s in others):
        return None
    return N_("A side needs a coordinator who has logged in. Appoint another one first.")


def is_only_ours(case: OpenCase, seat: Seat) -> bool:
    """Whether the person belongs to this side's organisation alone, in this and every other review, and no other side
    has asked them to sit for it."""
    organisation = case.rows.parties[seat.party].organisation_id
    person = person_by_id(case.session, seat.person_id)
    if person is None or person.is_lead:
        return False
    theirs = {m.organisation_id for m in person.memberships}
    theirs |= organisations_sat_for(case.session, seat.person_id)
    return theirs <= {organisation} and not is_asked(case.session, seat.person_id)
