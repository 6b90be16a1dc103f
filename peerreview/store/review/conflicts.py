"""Conflicts of interest that somebody has declared: in a review, or (a lead) towards an organisation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Select, String, Text, or_, select, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from ..connection.database import Base, UTCDateTime
from ..people.organisations import Organisation
from ..people.people import Membership, Person
from .reviews import Party, Review

# What a lead can decide of one: it is no hindrance; somebody else does what it concerns; somebody else has the place.
NO_HINDRANCE, TAKEN_OVER, REPLACED = "no_hindrance", "taken_over", "replaced"


class Conflict(Base):
    """`review_id` and the declarer's `party` (null: a lead), or `organisation_id`. `person_id`: who has it; null where
    a side has described it in its answer. `text` is for the lead and those two alone. `changed_at`: when the text last
    was; `ended_at`: when it was taken back. `decision` is "" before there is one."""

    __tablename__ = "conflict"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    party: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    declared_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    declared_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decision: Mapped[str] = mapped_column(String(12), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    declarer: Mapped[Person] = relationship(foreign_keys=[declared_by])
    decider: Mapped[Person | None] = relationship(foreign_keys=[decided_by])
    organisation: Mapped[Organisation | None] = relationship()


_WHOLE = (
    joinedload(Conflict.person),
    joinedload(Conflict.declarer),
    joinedload(Conflict.decider),
    joinedload(Conflict.organisation),
)
# Those that count: not taken back, and not found to be no hindrance.
_STANDS = (Conflict.ended_at.is_(None), Conflict.decision != NO_HINDRANCE)

# For a case's rows (`case_rows`), each by the review of its party: who leads the network and has a function in an
# organisation of the review, and who has declared that they have a conflict of interest.
EMPLOYED: Select[int] = (
    select(Membership.person_id)
    .join(Person, Person.id == Membership.person_id)
    .join(Party, Party.organisation_id == Membership.organisation_id)
    .where(Person.is_lead)
)
DECLARED: Select[int | None] = (
    select(Conflict.person_id)
    .join(
        Party, or_(Party.review_id == Conflict.review_id, Party.organisation_id == Conflict.organisation_id)
    )
    .where(Conflict.person_id.is_not(None), *_STANDS)
)


def by_id(session: Session, conflict_id: int) -> Conflict | None:
    return session.scalar(select(Conflict).where(Conflict.id == conflict_id).options(*_WHOLE))


def of_review(session: Session, review_id: int) -> Sequence[Conflict]:
    """Those declared in a review, and by leads towards its organisations; the latest first."""
    sides = select(Party.organisation_id).where(Party.review_id == review_id)
    query = select(Conflict).where(or_(Conflict.review_id == review_id, Conflict.organisation_id.in_(sides)))
    return session.scalars(query.options(*_WHOLE).order_by(Conflict.id.desc())).all()


def of_organisation(session: Session, organisation_id: int) -> Sequence[Conflict]:
    query = select(Conflict).where(Conflict.organisation_id == organisation_id)
    return session.scalars(query.options(*_WHOLE).order_by(Conflict.id)).all()


def of_network(session: Session, *, limit: int) -> Sequence[Conflict]:
    """All, those that nobody has decided on first."""
    query = (
        select(Conflict)
        .options(*_WHOLE)
        .order_by(Conflict.ended_at.is_not(None), Conflict.decision != "", Conflict.changed_at.desc())
        .limit(limit)
    )
    return session.scalars(query).all()


def undecided(session: Session, *, limit: int) -> Sequence[Conflict]:
    """Those that a lead has to decide on: of running reviews, but for sides that have left them, and towards
    organisations."""
    query = (
        select(Conflict, Review.standing)
        .outerjoin(Review, Review.id == Conflict.review_id)
        .where(Conflict.ended_at.is_(None), Conflict.decision == "", Review.ended.is_(None))
        .options(*_WHOLE)
        .order_by(Conflict.id)
        .limit(limit)
    )
    return [
        one
        for one, standing in session.execute(query)
        if standing is None or one.party is None or one.party not in standing["withdrawn"]
    ]


def towards(session: Session, organisations: Iterable[int]) -> set[tuple[int, int]]:
    """(lead's id, organisation's id): who of the leads has a conflict of interest towards which of these, by a function
    there or because they have declared it."""
    wanted = tuple(organisations)
    employed = (
        select(Membership.person_id, Membership.organisation_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.is_lead, Person.closed_at.is_(None), Membership.organisation_id.in_(wanted))
    )
    declared = select(Conflict.person_id, Conflict.organisation_id).where(
        Conflict.organisation_id.in_(wanted), Conflict.person_id.is_not(None), *_STANDS
    )
    rows = (*session.execute(employed), *session.execute(declared))
    return {(person, organisation) for person, organisation in rows if person and organisation}


def has_running(session: Session, organisation_id: int) -> bool:
    """Whether the organisation has a review under way."""
    query = select(Party.id).join(Review, Review.id == Party.review_id)
    return (
        session.scalar(query.where(Party.organisation_id == organisation_id, Review.ended.is_(None)))
        is not None
    )


def wake_reviews(session: Session, organisations: Iterable[int]) -> None:
    """Let the running reviews of these organisations look at once at whose turn it is."""
    of = select(Party.review_id).where(Party.organisation_id.in_(tuple(organisations)))
    session.execute(
        update(Review).where(Review.ended.is_(None), Review.id.in_(of)).values(wake_at=Review.created_at)
    )


def wake_reviews_of_lead(session: Session, person_id: int) -> None:
    """The same where a lead comes or goes: those of all organisations towards which any lead has one."""
    employed = (
        select(Membership.organisation_id)
        .join(Person, Person.id == Membership.person_id)
        .where(or_(Person.is_lead, Person.id == person_id))
    )
    declared = (
        select(Party.organisation_id)
        .join(
            Conflict,
            or_(Conflict.review_id == Party.review_id, Conflict.organisation_id == Party.organisation_id),
        )
        .where(*_STANDS)
    )
    wake_reviews(session, {*session.scalars(employed), *session.scalars(declared)})


def reviews_of_conflicted(session: Session) -> set[int]:
    """The running reviews in which a lead has one."""
    running = select(Party.review_id).join(Review, Review.id == Party.review_id).where(Review.ended.is_(None))
    lead = select(Person.id).where(Person.is_lead, Person.closed_at.is_(None))
    employed = running.join(Membership, Membership.organisation_id == Party.organisation_id).where(
        Membership.person_id.in_(lead)
    )
    declared = running.join(
        Conflict,
        or_(Conflict.review_id == Party.review_id, Conflict.organisation_id == Party.organisation_id),
    ).where(Conflict.person_id.in_(lead), *_STANDS)
    return {*session.scalars(employed), *session.scalars(declared)}


def leads_in(session: Session, review_id: int) -> list[tuple[Person, Organisation]]:
    """The leads who have a function in an organisation of a review, and which."""
    query = (
        select(Person, Organisation)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .join(Party, Party.organisation_id == Organisation.id)
        .where(Party.review_id == review_id, Person.is_lead, Person.closed_at.is_(None))
        .order_by(Person.sort_key, Person.id, Organisation.sort_key)
    )
    return list(dict.fromkeys((person, organisation) for person, organisation in session.execute(query)))


def leads_employed(session: Session) -> list[tuple[Person, Organisation]]:
    """The leads who have a function in an organisation, and which."""
    query = (
        select(Person, Organisation)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Person.is_lead, Person.closed_at.is_(None))
        .order_by(Person.sort_key, Person.id, Organisation.sort_key)
    )
    return list(dict.fromkeys((person, organisation) for person, organisation in session.execute(query)))
