"""Asking somebody who belongs to another organisation to sit for a side: whom, until when, and what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, and_, or_, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship, selectinload

from ..connection.database import Base, UTCDateTime
from ..people.organisations import Organisation
from ..people.people import Membership, Person
from .reviews import Party, Review

WAITING = "waiting"


class SeatRequest(Base):
    """`state`: waiting, accepted, declined, expired, withdrawn (by those who asked) or void (it cannot be any more).
    The seat is given when everybody asked has said yes; until then the person has no part in the review."""

    __tablename__ = "seat_request"
    __table_args__ = (Index("ix_seat_request_waiting", "state", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    party: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    function: Mapped[str] = mapped_column(String(50), default="")
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    answers: Mapped[list[SeatAnswer]] = relationship(order_by="SeatAnswer.id")


class SeatAnswer(Base):
    """One of those who are asked: the person (`organisation_id` null), or an organisation that they belong to.
    `said` is null until they have answered."""

    __tablename__ = "seat_answer"
    __table_args__ = (UniqueConstraint("request_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("seat_request.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    said: Mapped[bool | None]
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    organisation: Mapped[Organisation | None] = relationship()


_WHOLE = (
    joinedload(SeatRequest.person),
    selectinload(SeatRequest.answers).joinedload(SeatAnswer.organisation),
)


def request_by_id(session: Session, request_id: int) -> SeatRequest | None:
    return session.scalar(select(SeatRequest).where(SeatRequest.id == request_id).options(*_WHOLE))


def of_review(session: Session, review_id: int, parties: Iterable[int]) -> Sequence[SeatRequest]:
    """The requests of these sides, the latest first."""
    asked = (SeatRequest.review_id == review_id, SeatRequest.party.in_(tuple(parties)))
    return session.scalars(
        select(SeatRequest).where(*asked).options(*_WHOLE).order_by(SeatRequest.id.desc())
    ).all()


def is_asked(session: Session, person_id: int) -> bool:
    """Whether a side waits for this person's own answer."""
    waiting = (SeatRequest.person_id == person_id, SeatRequest.state == WAITING)
    return session.scalar(select(SeatRequest.id).where(*waiting).limit(1)) is not None


def waiting_for(
    session: Session, person_id: int, *, lead: bool, now: datetime
) -> Sequence[tuple[SeatRequest, bool]]:
    """What waits for this person's answer: (request, whether it is about themselves). For an organisation its
    coordinators answer; where it has none that could, its contacts, and where it has none of those, the lead."""
    mine = _answerers(session, person_id, lead)
    query = (
        select(SeatRequest)
        .join(SeatAnswer)
        .where(
            SeatRequest.state == WAITING,
            SeatRequest.expires_at > now,
            SeatAnswer.said.is_(None),
            or_(
                and_(SeatAnswer.organisation_id.is_(None), SeatRequest.person_id == person_id),
                SeatAnswer.organisation_id.in_(mine),
            ),
        )
        .options(*_WHOLE)
        .order_by(SeatRequest.expires_at, SeatRequest.id)
        .distinct()
    )
    found = session.scalars(query).unique().all()
    pointless = _pointless(session, found)
    return [(one, one.person_id == person_id) for one in found if one.id not in pointless]


def _pointless(session: Session, requests: Sequence[SeatRequest]) -> set[int]:
    """Those of reviews that have ended and of sides that have left: there is no team to sit on."""
    if not requests:
        return set()
    query = select(Review.id, Review.ended, Review.standing).where(
        Review.id.in_({one.review_id for one in requests})
    )
    left = {
        id: None if ended is not None else standing["withdrawn"]
        for id, ended, standing in session.execute(query)
    }
    return {one.id for one in requests if (sides := left[one.review_id]) is None or one.party in sides}


def _answerers(session: Session, person_id: int, lead: bool) -> set[int]:
    """The organisations with an open question for which this person answers."""
    query = (
        select(SeatAnswer.organisation_id)
        .join(SeatRequest)
        .where(
            SeatRequest.state == WAITING, SeatAnswer.said.is_(None), SeatAnswer.organisation_id.is_not(None)
        )
        .distinct()
    )
    if not lead:
        query = query.where(
            SeatAnswer.organisation_id.in_(
                select(Membership.organisation_id).where(Membership.person_id == person_id)
            )
        )
    asked = {found for found in session.scalars(query) if found is not None}
    speaking = speaks_for(session, asked)
    return {
        organisation
        for organisation in asked
        if any(person.id == person_id for person in speaking[organisation])
        or (lead and not speaking[organisation])
    }


def speaks_for(session: Session, organisations: Iterable[int]) -> dict[int, list[Person]]:
    """By organisation, who answers for it: its coordinators with open accounts, or its contacts; none where there
    is neither, and the network's lead answers."""
    wanted = tuple(organisations)
    found: dict[int, list[Person]] = {organisation: [] for organisation in wanted}
    if not wanted:
        return found
    query = (
        select(Membership.organisation_id, Membership.role, Person)
        .join(Person, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id.in_(wanted),
            Membership.role.in_(("coordinator", "contact")),
            Person.closed_at.is_(None),
        )
        .order_by(Person.sort_key, Person.id)
    )
    by_role: dict[tuple[int, str], list[Person]] = {}
    for organisation, role, person in session.execute(query):
        by_role.setdefault((organisation, role), []).append(person)
    for organisation in wanted:
        found[organisation] = by_role.get((organisation, "coordinator")) or by_role.get(
            (organisation, "contact"), []
        )
    return found


def sides_of(session: Session, reviews: Iterable[int]) -> dict[int, dict[int, str]]:
    """By review, what its sides are called."""
    query = (
        select(Party.review_id, Party.position, Organisation.name)
        .join(Organisation, Organisation.id == Party.organisation_id)
        .where(Party.review_id.in_(tuple(reviews)))
    )
    found: dict[int, dict[int, str]] = {}
    for review, position, name in session.execute(query):
        found.setdefault(review, {})[position] = name
    return found


def run_out(session: Session, now: datetime) -> list[tuple[int, int]]:
    """(id, review's id) of the requests whose last day has been, and of those whose review has ended or whose side
    has left it."""
    waiting = session.scalars(
        select(SeatRequest).where(SeatRequest.state == WAITING).order_by(SeatRequest.id)
    ).all()
    pointless = _pointless(session, waiting)
    return [(one.id, one.review_id) for one in waiting if one.expires_at <= now or one.id in pointless]
