"""Queries on planned mail: of a review, due for a person, who has any due. Work goes with what is due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, String, and_, bindparam, exists, or_, select, text, union_all
from sqlalchemy.orm import Session

from ..connection.statements import Prepared, gathered, inserting, instant, listed, updating
from ..people.people import Person
from ..review.reviews import Seat
from ..review.rows import PLANNED_COLUMNS, Otherwise, PlannedRow
from .gathered_mail import OTHERWISE, WAITING, Gathered
from .outbox import KEY, Clock, MailWish, PlannedMail

# With every deed: so no more than what may still go, and what has gone or been given up of the steps that are planned.
_LAID_BESIDE = and_(
    PlannedMail.review_id == bindparam("review"),
    or_(PlannedMail.state == "planned", bindparam("steps", type_=String()).contains(PlannedMail.step)),
)
_THEIR_PEOPLE: CompoundSelect[int | None] = union_all(
    select(Seat.person_id).where(Seat.review_id == bindparam("review")),
    select(Seat.deputy_id).where(Seat.review_id == bindparam("review")),
    select(Person.id).where(Person.is_lead),
)
_PLANS = Prepared(
    select(
        gathered(
            select(*(PlannedMail.__table__.c[name] for name in PLANNED_COLUMNS)).where(_LAID_BESIDE)
        ).label("planned"),
        gathered(
            select(Person.id, Person.rhythm, Person.declined, Person.away_until).where(
                OTHERWISE, Person.id.in_(_THEIR_PEOPLE)
            )
        ).label("otherwise"),
        exists().where(Gathered.review_id == bindparam("review"), WAITING).label("waiting"),
    )
)


class Plans(NamedTuple):
    """What the plan of a review's mails is laid beside: what is written down of it; of its people those who want
    their mail otherwise than at once and all of it; and whether mails wait for their readers."""

    planned: list[PlannedRow]
    otherwise: list[Otherwise]
    waiting: bool


def plans_of(session: Session, review_id: int, steps: Iterable[str]) -> Plans:
    """`steps`: those of which mails are planned now."""
    [(planned, otherwise, waiting)] = _PLANS.rows(session, review=review_id, steps=" ".join(steps))
    rows = []
    for *values, due_at in listed(planned):
        values.append(instant(due_at))
        rows.append(PlannedRow(**dict(zip(PLANNED_COLUMNS, values, strict=True))))
    people = []
    for id, rhythm, declined, away in listed(otherwise):
        people.append(Otherwise(id, rhythm, declined, date.fromisoformat(away) if away else None))
    return Plans(rows, people, bool(waiting))


_ADDED = inserting(PlannedMail)


@cache
def _updates(columns: tuple[str, ...]) -> Prepared:
    return updating(PlannedMail, columns, id="the_id")


def keep(session: Session, review_id: int, rows: Iterable[PlannedRow]) -> None:
    """Write what has been changed of planned mails, and those that are new (they have no id)."""
    changed: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    added = []
    for row in rows:
        if row.id is None:
            added.append({"review_id": review_id, "kind": "reminder", **row.values()})
        elif changes := row.changes():
            changed.setdefault(tuple(changes), []).append({**changes, "the_id": row.id})
    for columns, several in changed.items():
        _updates(columns).run(session, *several)
    if added:
        _ADDED.run(session, *added)


def planned_of(session: Session, review_id: int) -> list[PlannedMail]:
    """All planned mails of a review, by hour."""
    query = select(PlannedMail).where(PlannedMail.review_id == review_id)
    return list(session.scalars(query.order_by(PlannedMail.due_at, PlannedMail.id)))


def nameless_of(session: Session, review_id: int, step: str, rule: str) -> list[PlannedMail]:
    """The reminders by one rule to all who have not answered an anonymous form, as far as they are still to come."""
    rows = planned_of(session, review_id)
    return [
        row
        for row in rows
        if row.nameless and row.state == "planned" and (row.step, row.rule) == (step, rule)
    ]


def warned_of(session: Session, review_id: int, steps: Iterable[str]) -> dict[tuple[str, int, int], set[int]]:
    """Who has been told that others are late with these steps, by (step, party, visit)."""
    query = select(PlannedMail).where(
        PlannedMail.review_id == review_id, PlannedMail.step.in_(list(steps)), PlannedMail.state == "sent"
    )
    found: dict[tuple[str, int, int], set[int]] = {}
    for row in session.scalars(query):
        if row.data.get("late") and not row.data.get("own_turn"):
            found.setdefault((row.step, row.party, row.visit), set()).add(row.person_id)
    return found


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
