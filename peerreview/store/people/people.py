"""People, what they are in their organisations, their sessions and their single-use links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    exists,
    false,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship, selectinload

from ..connection.collation import SORT_KEY, fold, key_contains
from ..connection.database import Base, UTCDateTime
from .organisations import Organisation


class Person(Base):
    """Somebody with an account (or an invitation to one: then `password_hash` is null).

    `email` is as typed, `email_folded` what is compared. `is_lead`: the network's project lead.
    `mail_problem`: why mail does not arrive; `bounced_at`: when a report said so (a server that took a later mail does
    not take that back), else it was refused at once. `address_unproven`: a project lead has written the address, and
    nobody has logged in with it since: no link for a new password goes there. `rhythm`, `declined` (words apart) and
    `away_until` (its last day) are how they want their mail: services/mail/mail_choices.py. `still_told`: of a
    lead, the Monday of the week in which they were told last what stands still.
    """

    __tablename__ = "person"
    __table_args__ = (
        # Every deed asks who leads the network; they are few among very many.
        Index("ix_person_lead", "id", sqlite_where=text("is_lead = 1"), postgresql_where=text("is_lead")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[str] = mapped_column(SORT_KEY, index=True)
    email: Mapped[str] = mapped_column(String(254))
    email_folded: Mapped[str] = mapped_column(String(254), unique=True)
    phone: Mapped[str] = mapped_column(String(50), default="")
    language: Mapped[str] = mapped_column(String(5), default="sv")
    password_hash: Mapped[str | None] = mapped_column(String(300))
    is_lead: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    mail_problem: Mapped[str] = mapped_column(String(500), default="")
    bounced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    address_unproven: Mapped[bool] = mapped_column(default=False)
    rhythm: Mapped[str] = mapped_column(String(10), default="at_once")
    declined: Mapped[str] = mapped_column(String(50), default="")
    away_until: Mapped[date | None]
    still_told: Mapped[date | None]

    memberships: Mapped[list[Membership]] = relationship(back_populates="person")


class Membership(Base):
    """A person's function in an organisation: role is coordinator, member or contact. `by_seat`: nobody has entered it,
    it came of a seat that they were given for the organisation by their address."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200), default="")
    by_seat: Mapped[bool] = mapped_column(default=False, server_default=false())

    person: Mapped[Person] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship()


class LoginSession(Base):
    """One logged-in browser. The cookie holds a random token, the row its SHA-256 in hex."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    agent: Mapped[str] = mapped_column(String(200), default="")


class Link(Base):
    """A single-use link sent by mail; the row holds the token's SHA-256. `kind`: invite, reset, address (to a new
    address: `email`, which counts when it is used) or stop (to an old one: `email`, which objects to another).
    `by_id`: the project lead who wrote the new address, null where its owner did."""

    __tablename__ = "link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    email: Mapped[str] = mapped_column(String(254), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Feed(Base):
    """A person's private calendar address: whoever has it reads what is due to them, until it is ended. The row
    holds the token's SHA-256."""

    __tablename__ = "feed"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class LoginFailure(Base):
    """A failed try to log in, to slow down guessing; `key` is a digest of the folded address, or of the
    client's: people type their password in the wrong field."""

    __tablename__ = "login_failure"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(254), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


_WITH_MEMBERSHIPS = selectinload(Person.memberships).joinedload(Membership.organisation)


def leads_not_told(session: Session, monday: date) -> list[int]:
    """The leads with an open account who have not been told in this week what stands still."""
    query = select(Person.id).where(
        Person.is_lead,
        Person.closed_at.is_(None),
        or_(Person.still_told.is_(None), Person.still_told < monday),
    )
    return list(session.scalars(query.order_by(Person.id)))


def person_by_id(session: Session, person_id: int, *, lock: bool = False) -> Person | None:
    """The person with their memberships; `lock` holds the row until the transaction ends."""
    query = select(Person).where(Person.id == person_id).options(_WITH_MEMBERSHIPS)
    return session.scalar(query.with_for_update(of=Person) if lock else query)


def open_names(session: Session) -> list[str]:
    """What those with open accounts are called."""
    return list(session.scalars(select(Person.name).where(Person.closed_at.is_(None))))


def memberships_in(session: Session, person_id: int) -> Sequence[Membership]:
    """The person's functions, whatever else has been loaded of them."""
    return session.scalars(select(Membership).where(Membership.person_id == person_id)).all()


def leads(session: Session) -> Sequence[Person]:
    """Who leads the network, with an open account."""
    query = select(Person).where(Person.is_lead, Person.closed_at.is_(None)).order_by(Person.id)
    return session.scalars(query).all()


def person_by_email(session: Session, email: str, *, lock: bool = False) -> Person | None:
    query = select(Person).where(Person.email_folded == fold(email))
    return session.scalar(query.with_for_update() if lock else query)


def people_at(session: Session, emails: Iterable[str]) -> dict[str, Person]:
    """By folded address those who have one of these, with their memberships."""
    folded = sorted({fold(email) for email in emails} - {""})
    query = select(Person).where(Person.email_folded.in_(folded)).options(_WITH_MEMBERSHIPS)
    return {one.email_folded: one for one in session.scalars(query)}


def people(
    session: Session, *, search: str, organisation_id: int | None, state: str, limit: int, offset: int
) -> Sequence[Person]:
    """Those asked for, with their memberships, in Swedish order; `state` is a key of _STATES or ""."""
    query = select(Person).where(*_asked_for(search, organisation_id, state)).options(_WITH_MEMBERSHIPS)
    return session.scalars(query.order_by(Person.sort_key, Person.id).limit(limit).offset(offset)).all()


def count_people(session: Session, *, search: str, organisation_id: int | None, state: str) -> int:
    query = select(func.count()).select_from(Person).where(*_asked_for(search, organisation_id, state))
    return session.scalar(query) or 0


def _asked_for(search: str, organisation_id: int | None, state: str) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = [*_STATES[state]] if state else []
    asked += named(search)
    if organisation_id is not None:
        asked.append(Person.memberships.any(Membership.organisation_id == organisation_id))
    return asked


def named(search: str) -> list[ColumnElement[bool]]:
    """Each word of `search` stands in the name or the address."""
    return [
        or_(key_contains(Person.sort_key, word), Person.email_folded.contains(fold(word), autoescape=True))
        for word in search.split()
    ]


# Brought in, and never invited: no link has been sent to them.
_UNINVITED = (
    Person.closed_at.is_(None),
    Person.password_hash.is_(None),
    ~exists().where(Link.person_id == Person.id, Link.kind == "invite"),
)


def uninvited(session: Session, *, lock: bool = False) -> Sequence[Person]:
    """Those who have never been invited, with their memberships, in Swedish order."""
    query = select(Person).where(*_UNINVITED).order_by(Person.sort_key, Person.id)
    query = query.options(_WITH_MEMBERSHIPS)
    return session.scalars(query.with_for_update(of=Person) if lock else query).all()


def never_invited(session: Session, people: Iterable[int]) -> frozenset[int]:
    """Those of them who have never been invited."""
    query = select(Person.id).where(Person.id.in_(tuple(people)), *_UNINVITED)
    return frozenset(session.scalars(query))


def count_uninvited(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Person).where(*_UNINVITED)) or 0


_STATES = {
    "open": (Person.closed_at.is_(None),),
    "invited": (Person.closed_at.is_(None), Person.password_hash.is_(None)),
    "uninvited": _UNINVITED,
    "closed": (Person.closed_at.is_not(None),),
    "mail": (Person.mail_problem != "",),
}


def members_of(session: Session, organisation_id: int) -> Sequence[Membership]:
    """The memberships of an organisation with their people, in Swedish order of names."""
    query = select(Membership).join(Person).where(Membership.organisation_id == organisation_id)
    query = query.options(joinedload(Membership.person)).order_by(Person.sort_key, Person.id, Membership.role)
    return session.scalars(query).all()


def homes_of(session: Session, people: Iterable[int]) -> dict[int, frozenset[int]]:
    """By person, the organisations that they belong to (see `homes`)."""
    wanted = tuple(people)
    found: dict[int, list[Membership]] = {person: [] for person in wanted}
    for one in session.scalars(select(Membership).where(Membership.person_id.in_(wanted))):
        found[one.person_id].append(one)
    return {person: homes(memberships) for person, memberships in found.items()}


def homes(memberships: Iterable[Membership]) -> frozenset[int]:
    """Where somebody belongs: as the register has it; who is in it by a seat alone belongs there for want of better."""
    known = list(memberships)
    kept = [one for one in known if not one.by_seat] or known
    return frozenset(one.organisation_id for one in kept)


def members_by_organisation(session: Session) -> dict[int, int]:
    """How many people with open accounts each organisation has."""
    query = select(Membership.organisation_id, func.count(Membership.person_id.distinct())).join(Person)
    query = query.where(Person.closed_at.is_(None)).group_by(Membership.organisation_id)
    return dict(iter(session.execute(query)))
