"""How far a new house has come."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from ..people.organisations import Organisation
from ..people.people import Membership, Person, count_uninvited
from ..review.reviews import Review


@dataclass(frozen=True)
class Counted:
    """`with_coordinator`: organisations that somebody with an open account coordinates; `others`: open accounts beside
    the leads'."""

    organisations: int
    with_coordinator: int
    others: int
    uninvited: int


def has_begun(session: Session) -> bool:
    """Whether there is, or has been, a review or a round."""
    return bool(session.scalar(select(exists().where(Review.id.is_not(None)))))


def counted(session: Session) -> Counted:
    coordinated = select(func.count(Membership.organisation_id.distinct())).join(Person)
    coordinated = coordinated.where(Membership.role == "coordinator", Person.closed_at.is_(None))
    others = select(func.count()).select_from(Person)
    others = others.where(Person.closed_at.is_(None), Person.is_lead.is_(False))
    return Counted(
        organisations=session.scalar(select(func.count()).select_from(Organisation)) or 0,
        with_coordinator=session.scalar(coordinated) or 0,
        others=session.scalar(others) or 0,
        uninvited=count_uninvited(session),
    )
