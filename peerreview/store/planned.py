"""Queries on planned mail: of a review, due for a person, who has any due. Work goes with what is due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from .outbox import KEY, Clock, MailWish, PlannedMail
from .people import Person

# Built once: it runs with every deed.
_PLANNED_OF = (
    select(PlannedMail)
    .where(PlannedMail.review_id == bindparam("review"))
    .order_by(PlannedMail.due_at, PlannedMail.id)
)


def planned_of(session: Session, review_id: int) -> list[PlannedMail]:
    return list(session.scalars(_PLANNED_OF, {"review": review_id}))


def planned_by_id(session: Session, planned_id: int, *, lock: bool = False) -> PlannedMail | None:
    query = select(PlannedMail).where(PlannedMail.id == planned_id)
    return session.scalar(query.with_for_update() if lock else query)


def wishes_of(session: Session, reviews: Iterable[int]) -> list[tuple[MailWish, str]]:
    """What the lead wants of planned mails of these reviews, each with the lead's name."""
    query = select(MailWish, Person.name).join(Person, Person.id == MailWish.by)
    found = session.execute(query.where(MailWish.review_id.in_(list(reviews))))
    return [(wish, name) for wish, name in found]


def wish_on(session: Session, row: PlannedMail) -> MailWish:
    """The wish on the key of a planned mail, made where there is none; the planned mail is held by the caller."""
    key = {name: getattr(row, name) for name in KEY}
    found = session.scalar(select(MailWish).filter_by(**key))
    if found is None:
        found = MailWish(**key, held=False, line="")
        session.add(found)
    return found


# The words of the partial index, as they stand there: with bound parameters SQLite would not use it.
MANY = 1_000_000
_PLANNED = text("planned_mail.state = 'planned'")


def people_due(session: Session, now: datetime, limit: int) -> list[int]:
    """Persons to whom something planned is due by `now`."""
    # The limit keeps SQLite from looking through the people of all that is planned, instead of what is due.
    due = select(PlannedMail.person_id).where(_PLANNED, PlannedMail.due_at <= now)
    some = due.order_by(PlannedMail.due_at).limit(MANY).subquery()
    return list(session.scalars(select(some.c.person_id).distinct().order_by(some.c.person_id).limit(limit)))


def due_of(session: Session, person_id: int, now: datetime) -> list[PlannedMail]:
    """The planned mails of a person that are due by `now`, held until the transaction ends."""
    query = (
        select(PlannedMail)
        .where(PlannedMail.person_id == person_id, _PLANNED, PlannedMail.due_at <= now)
        .order_by(PlannedMail.due_at, PlannedMail.id)
        .with_for_update()
    )
    return list(session.scalars(query))


def people(session: Session, ids: Iterable[int]) -> dict[int, Person]:
    wanted = list(ids)
    if not wanted:
        return {}
    return {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(wanted)))}


def ahead(session: Session) -> int:
    """By how many seconds the method's time is ahead of the real clock."""
    return session.scalar(select(Clock.ahead).where(Clock.id == 1)) or 0
