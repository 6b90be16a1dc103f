"""Teams by their offices: looking, appointing, and what came of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.team import appoint_members, team_page
from peerreview.services.team.appoint_members import Appointed
from peerreview.services.team.team_page import TeamsView
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.review.reviews import Seat

from .review_fixtures import Cast


def page(house: House, cast: Cast, who: Account) -> TeamsView:
    return team_page.teams(house, actor=who, review_id=cast.review_id, now=cast.now)


def appoint(house: House, cast: Cast, who: Account, **typed: Any) -> Appointed:
    given = {"person_id": None, "name": "", "email": "", "role": "member", "function": "development"}
    return appoint_members.appoint(
        house, actor=who, review_id=cast.review_id, now=cast.now, real_now=cast.now, **{**given, **typed}
    )


def seat_of(house: House, cast: Cast, who: Account) -> int:
    with house.db.read() as session:
        query = select(Seat.id).where(Seat.review_id == cast.review_id, Seat.person_id == who.person_id)
        return session.scalars(query).one()


def mails(house: House, kind: str) -> list[str]:
    with house.db.read() as session:
        return list(session.scalars(select(Outgoing.recipient).where(Outgoing.kind == kind)))


def names(view: TeamsView, party: int) -> list[str]:
    return [seat.name for seat in view.sides[party].team]


def lines(view: TeamsView, language: str = "en") -> list[str]:
    assert view.comparison is not None
    return [say(line, language, view.head.names) for line, _ in view.comparison.lines]
