"""What has been done with people, accounts and organisations: append-only, one chain for the whole register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..connection.database import Base, UTCDateTime
from .organisations import Organisation
from .people import Person


class RegisterRow(Base):
    """One deed about a person, an organisation, or a person in an organisation (then both). On the real clock.

    `hash` covers everything but `words` (names, addresses), for which a salted digest stands. `actor_id` null: done by
    a command, by whoever runs the program."""

    __tablename__ = "register_history"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    deed: Mapped[str] = mapped_column(String(50))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    words: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    words_salt: Mapped[str] = mapped_column(String(32), default="")
    words_digest: Mapped[str] = mapped_column(String(64), default="")
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class RegisterHead(Base):
    """How many rows the register's history has, and the hash of the last: one row, locked by whoever adds to it."""

    __tablename__ = "register_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default="")


def locked_head(session: Session) -> RegisterHead:
    """The head, ours until the transaction ends."""
    found = session.get(RegisterHead, 1, with_for_update=True)
    if found is None:
        try:
            with session.begin_nested():
                session.add(RegisterHead(id=1, count=0, hash=""))
        except IntegrityError:
            pass  # another transaction was first
        found = session.get_one(RegisterHead, 1, with_for_update=True)
    return found


def head(session: Session) -> tuple[int, str]:
    found = session.get(RegisterHead, 1)
    return (found.count, found.hash) if found else (0, "")


def rows(session: Session) -> Sequence[RegisterRow]:
    return session.scalars(select(RegisterRow).order_by(RegisterRow.number, RegisterRow.id)).all()


def hash_at(session: Session, number: int) -> str | None:
    return session.scalar(select(RegisterRow.hash).where(RegisterRow.number == number))


def lines_about(
    session: Session,
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    limit: int,
    offset: int,
) -> Sequence[RegisterRow]:
    """Of a person or an organisation, the newest first."""
    query = select(RegisterRow).where(_about(person_id, organisation_id)).order_by(RegisterRow.number.desc())
    return session.scalars(query.limit(limit).offset(offset)).all()


def count_about(session: Session, *, person_id: int | None = None, organisation_id: int | None = None) -> int:
    query = select(func.count()).select_from(RegisterRow).where(_about(person_id, organisation_id))
    return session.scalar(query) or 0


def _about(person_id: int | None, organisation_id: int | None) -> Any:
    asked = []
    if person_id is not None:
        asked.append(RegisterRow.person_id == person_id)
    if organisation_id is not None:
        asked.append(RegisterRow.organisation_id == organisation_id)
    return or_(*asked)


def names(
    session: Session, people: set[int], organisations: set[int]
) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """Names of people and of organisations, as they are called now."""
    named = select(Person.id, Person.name).where(Person.id.in_(people))
    called = select(Organisation.id, Organisation.name).where(Organisation.id.in_(organisations))
    return dict(iter(session.execute(named))), dict(iter(session.execute(called)))


def standings(session: Session) -> Mapping[int, tuple[str, str, bool]]:
    """By person: name, address, whether the account is closed."""
    query = select(Person.id, Person.name, Person.email, Person.closed_at)
    return {id: (name, email, closed is not None) for id, name, email, closed in session.execute(query)}
