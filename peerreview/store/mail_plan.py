"""What is planned and what has been sent, as lists: of the whole network, of one review, of one person in it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.orm import Session

from .organisations import Organisation
from .outbox import Outgoing, PlannedMail
from .people import Person
from .reviews import Party, Review
from .rounds import Round

# The words of the partial index, as they stand there: with bound parameters SQLite would not use it.
_PLANNED = text("planned_mail.state = 'planned'")


def planned_next(session: Session, *, limit: int, offset: int) -> list[tuple[PlannedMail, str, Review]]:
    """What would be sent next in the network, with the person's name and the review."""
    query = (
        select(PlannedMail, Person.name, Review)
        .join(Person, Person.id == PlannedMail.person_id)
        .join(Review, Review.id == PlannedMail.review_id)
        .where(_PLANNED)
        .order_by(PlannedMail.due_at, PlannedMail.id)
    )
    found = session.execute(query.limit(limit).offset(offset))
    return [(row, name, review) for row, name, review in found]


def count_planned(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(PlannedMail).where(_PLANNED)) or 0


def planned_in(session: Session, review_id: int, person_id: int | None) -> list[tuple[PlannedMail, str]]:
    """The planned mails of a review (of one person there), those not yet due and those that never went."""
    query = (
        select(PlannedMail, Person.name)
        .join(Person, Person.id == PlannedMail.person_id)
        .where(PlannedMail.review_id == review_id, PlannedMail.state != "sent")
    )
    if person_id is not None:
        query = query.where(PlannedMail.person_id == person_id)
    found = session.execute(query.order_by(PlannedMail.due_at, PlannedMail.id))
    return [(row, name) for row, name in found]


def outgoing(
    session: Session, *, review_id: int | None, person_id: int | None, state: str, limit: int, offset: int
) -> list[tuple[Outgoing, str | None]]:
    """Messages with the person's name, the newest first; None and "" leave that out of account."""
    query = select(Outgoing, Person.name).outerjoin(Person, Person.id == Outgoing.person_id)
    query = query.where(*_asked_for(review_id, person_id, state)).order_by(Outgoing.id.desc())
    return [(row, name) for row, name in session.execute(query.limit(limit).offset(offset))]


def count_outgoing(session: Session, *, review_id: int | None, person_id: int | None, state: str) -> int:
    query = select(func.count()).select_from(Outgoing).where(*_asked_for(review_id, person_id, state))
    return session.scalar(query) or 0


def _asked_for(review_id: int | None, person_id: int | None, state: str) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if review_id is not None:
        asked.append(Outgoing.review_id == review_id)
    if person_id is not None:
        asked.append(Outgoing.person_id == person_id)
    if state == "unsent":
        asked.append(or_(Outgoing.state == "waiting", Outgoing.state == "sending"))
    elif state:
        asked.append(Outgoing.state == state)
    return asked


def message(session: Session, outgoing_id: int) -> Outgoing | None:
    return session.get(Outgoing, outgoing_id)


def review_names(session: Session, ids: set[int]) -> dict[int, tuple[str, ...]]:
    """The names of the sides of each review, in their order; of a round its own name alone."""
    query = (
        select(Party.review_id, Organisation.name, Round.review_id, Review.title)
        .join(Review, Review.id == Party.review_id)
        .outerjoin(Round, Round.review_id == Party.review_id)
        .join(Organisation, Organisation.id == Party.organisation_id)
        .where(Party.review_id.in_(ids))
        .order_by(Party.review_id, Party.position)
    )
    found: dict[int, tuple[str, ...]] = {}
    for review_id, name, round_id, title in session.execute(query):
        found[review_id] = (title,) if round_id else (*found.get(review_id, ()), name)
    return found
