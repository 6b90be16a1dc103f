"""Somebody of another organisation is asked for a seat: the deeds, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.home.my_page import home
from peerreview.services.team import ask_for_seat, seat_request_page
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Membership
from peerreview.store.review.seat_requests import SeatRequest
from tests.people import make_organisation, make_person

from .review_fixtures import Cast
from .team_play import appoint


@dataclass
class Skane:
    """An organisation that has no part in the review: its coordinator, and an analyst of it."""

    organisation: int
    coordinator: Account
    analyst: Account


def make_skane(house: House) -> Skane:
    organisation = make_organisation(house, "Region Skåne")
    return Skane(
        organisation,
        make_person(house, "Processledare, Skåne", "pl@skane.example", in_organisation=organisation),
        make_person(house, "Utredare", "u@skane.example", in_organisation=organisation, role="member"),
    )


def asked(house: House, cast: Cast, who: Account, party: int = 0) -> int:
    """The side asks for somebody by the address; gives the request's id."""
    found = appoint(
        house, cast, cast.coordinator(party), name="Någon", email=who.email, function="public_health"
    )
    assert found.how == "asked"
    with house.db.read() as session:
        return session.scalars(select(SeatRequest.id).order_by(SeatRequest.id.desc())).first() or 0


def answers(house: House, cast: Cast, who: Account, request: int, *, yes: bool = True) -> None:
    ask_for_seat.answer(house, actor=who, request_id=request, yes=yes, now=cast.now)


def looks(house: House, cast: Cast, who: Account, request: int) -> seat_request_page.RequestView:
    return seat_request_page.request(house, actor=who, request_id=request, now=cast.now)


def tasks(house: House, cast: Cast, who: Account) -> list[str]:
    view = home(house, actor=who, now=cast.now, real_now=cast.now)
    return [say(task.title, "sv") for task in view.tasks if "seat-requests" in task.href]


def subjects(house: House, who: Account) -> list[str]:
    with house.db.read() as session:
        rows = session.scalars(
            select(Outgoing).where(Outgoing.person_id == who.person_id).order_by(Outgoing.id)
        )
        return [row.subject for row in rows]


def register(house: House, who: Account, organisation: int, role: str = "member") -> None:
    with house.db.write() as session:
        session.add(Membership(person_id=who.person_id, organisation_id=organisation, role=role))
