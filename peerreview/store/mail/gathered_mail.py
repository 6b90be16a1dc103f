"""Mail that waits for its reader: what would go at once, and goes in their digest or when they are back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, bindparam, false, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from ..connection.database import Base, UTCDateTime
from ..people.people import Person
from .outbox import PlannedMail


class Gathered(Base):
    """The words of one mail to one person about one review, as they were when it was written (`at`).

    `asks`: the step that it asks for, or says has begun, so that it can be asked whether that still holds; `news`:
    it may be declined. `due_at` and state as those of planned mail: planned, sent (as `outgoing_id`), or void with
    `why_not`; `nameless` as there. `held`, `line`, `by`: what the lead wants of it (nothing plans it anew, so that it
    stands here)."""

    __tablename__ = "gathered_mail"
    __table_args__ = (
        Index(
            "ix_gathered_mail_due",
            "due_at",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    kind: Mapped[str] = mapped_column(String(50))
    news: Mapped[bool]
    words: Mapped[dict[str, Any]] = mapped_column(JSON)
    asks: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    last_day: Mapped[str] = mapped_column(String(10), default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(10), default="planned")
    why_not: Mapped[str] = mapped_column(String(300), default="")
    outgoing_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing.id"), index=True)
    held: Mapped[bool] = mapped_column(default=False)
    line: Mapped[str] = mapped_column(String(1000), default="")
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    nameless: Mapped[bool] = mapped_column(default=False, server_default=false())

    writer: Mapped[Person | None] = relationship(foreign_keys=by)


# The words of the partial index, as they stand there: with bound parameters SQLite would not use it.
WAITING = text("gathered_mail.state = 'planned'")


# More than one round of sending takes on.
_MANY = 10_000
# Asked on every deed, so built once.
OTHERWISE = or_(Person.rhythm != "at_once", Person.declined != "", Person.away_until.is_not(None))
_IN_REVIEW = (
    select(Gathered)
    .where(Gathered.review_id == bindparam("review"), WAITING)
    .order_by(Gathered.id)
    .with_for_update()
)


def people_due(session: Session, now: datetime, limit: int) -> list[int]:
    """Persons to whom something gathered is due by `now`."""
    # The limit keeps SQLite from looking through the people of all that waits, instead of what is due.
    due = select(Gathered.person_id).where(WAITING, Gathered.due_at <= now)
    some = due.order_by(Gathered.due_at).limit(_MANY).subquery()
    return list(session.scalars(select(some.c.person_id).distinct().order_by(some.c.person_id).limit(limit)))


def next_due(session: Session, after: datetime) -> datetime | None:
    """When the next of them is due, after an instant of the method's time."""
    query = select(Gathered.due_at).where(WAITING, Gathered.due_at > after)
    return session.scalar(query.order_by(Gathered.due_at).limit(1))


def due_of(session: Session, person_id: int, now: datetime) -> list[Gathered]:
    """What is due to a person by `now`, the oldest first, held until the transaction ends."""
    query = select(Gathered).where(Gathered.person_id == person_id, WAITING, Gathered.due_at <= now)
    return list(session.scalars(query.order_by(Gathered.at, Gathered.id).with_for_update()))


def sent_in(session: Session, outgoing_id: int) -> list[Gathered]:
    """What went into a message."""
    query = select(Gathered).where(Gathered.outgoing_id == outgoing_id)
    return list(session.scalars(query.order_by(Gathered.at, Gathered.id)))


def waiting_for(session: Session, person_id: int) -> list[Gathered]:
    query = select(Gathered).where(Gathered.person_id == person_id, WAITING)
    return list(session.scalars(query.order_by(Gathered.id).with_for_update()))


def waiting_in(session: Session, review_id: int) -> list[Gathered]:
    """What waits about a review, held until the transaction ends."""
    return list(session.scalars(_IN_REVIEW, {"review": review_id}))


def by_id(session: Session, gathered_id: int, *, lock: bool = False) -> Gathered | None:
    query = select(Gathered).where(Gathered.id == gathered_id)
    return session.scalar(query.with_for_update() if lock else query)


def planned_for(session: Session, person_id: int, void_for: str) -> list[PlannedMail]:
    """A person's planned mails, those still to come and those void for that reason."""
    query = select(PlannedMail).where(
        PlannedMail.person_id == person_id,
        (PlannedMail.state == "planned")
        | ((PlannedMail.state == "void") & (PlannedMail.why_not == void_for)),
    )
    return list(session.scalars(query.order_by(PlannedMail.id).with_for_update()))
