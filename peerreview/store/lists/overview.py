"""Which reviews a list shows: a person's, the network's, by what is due first; and when somebody last looked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from ..connection.collation import key_contains
from ..people.organisations import Organisation
from ..people.people import Membership, Person
from ..review.reviews import LastVisit, Party, Review
from ..review.rounds import Round


@dataclass(frozen=True)
class Ended:
    """A review that is over, in few words: no case is made of it. `round`: the name of what is a round; it has no
    `names`, for whoever is of it knows nobody else there."""

    id: int
    end: str
    workflow: str
    names: tuple[str, ...]
    round: str | None


# A round is a case with pages of its own: no list of reviews has it, nor is it found by who was invited to it.
_NO_ROUND = Review.id.not_in(select(Round.review_id))


def running(session: Session, ids: Iterable[int]) -> list[int]:
    query = select(Review.id).where(Review.id.in_(list(ids)), Review.ended.is_(None)).order_by(Review.id)
    return list(session.scalars(query))


def under_way(session: Session) -> list[tuple[int, str]]:
    """Every case that has not ended, by id and what it is called: a round by its name, a review by its sides."""
    query = select(Review.id, Review.title, Round.review_id, Organisation.name)
    query = query.join(Party, Party.review_id == Review.id).outerjoin(Round, Round.review_id == Review.id)
    query = query.join(Organisation, Organisation.id == Party.organisation_id).where(Review.ended.is_(None))
    found: dict[int, str] = {}
    for id, title, round, name in session.execute(query.order_by(Review.id, Party.position)):
        found[id] = title if round else f"{found[id]} – {name}" if id in found else name
    return list(found.items())


def ended(session: Session, ids: Iterable[int]) -> list[Ended]:
    """Of `ids` those that are over, the newest first."""
    query = (
        select(
            Review.id, Review.ended, Review.definition_hash, Organisation.name, Round.review_id, Review.title
        )
        .join(Party, Party.review_id == Review.id)
        .outerjoin(Round, Round.review_id == Review.id)
        .join(Organisation, Organisation.id == Party.organisation_id)
        .where(Review.id.in_(list(ids)), Review.ended.is_not(None))
        .order_by(Review.id.desc(), Party.position)
    )
    found: dict[int, Ended] = {}
    for id, end, workflow, name, round_id, title in session.execute(query):
        names = found[id].names if id in found else ()
        known = () if round_id else (*names, name)
        found[id] = Ended(id, end or "", workflow, known, title if round_id else None)
    return list(found.values())


def due_first(session: Session, *, limit: int, offset: int = 0) -> list[int]:
    """The running reviews, by what is due first; those on hold and without a date come last.

    Two queries, so that the first can walk along the index: an ended review has no date."""
    dated = select(Review.id).where(Review.due_on.is_not(None), _NO_ROUND)
    dated = dated.order_by(Review.due_on, Review.id)
    found = list(session.scalars(dated.limit(limit).offset(offset)))
    if len(found) == limit:
        return found
    passed = offset - (session.scalar(select(func.count()).where(Review.due_on.is_not(None), _NO_ROUND)) or 0)
    rest = select(Review.id).where(Review.due_on.is_(None), Review.ended.is_(None), _NO_ROUND)
    rest = rest.order_by(Review.id)
    return found + list(session.scalars(rest.limit(limit - len(found)).offset(max(passed, 0))))


def vacant(session: Session, *, limit: int) -> list[int]:
    """The running reviews and rounds in which nobody could do something, the oldest first."""
    query = select(Review.id).where(Review.vacant, Review.ended.is_(None)).order_by(Review.id)
    return list(session.scalars(query.limit(limit)))


def standing_still(session: Session, today: date) -> list[int]:
    """The running reviews and rounds in which something is late, or nobody could do it."""
    late = or_(Review.due_on < today, Review.vacant)
    return list(session.scalars(select(Review.id).where(late, Review.ended.is_(None)).order_by(Review.id)))


def of_lead(session: Session, *, limit: int) -> list[int]:
    """The running reviews in which something is the lead's to do, by what is due first."""
    query = select(Review.id).where(Review.leads_turn, Review.ended.is_(None), _NO_ROUND)
    return list(session.scalars(query.order_by(Review.due_on, Review.id).limit(limit)))


def count_running(session: Session) -> int:
    return session.scalar(select(func.count()).where(Review.ended.is_(None), _NO_ROUND)) or 0


def count_overdue(session: Session, today: date) -> int:
    late = (Review.due_on < today, Review.ended.is_(None), _NO_ROUND)
    return session.scalar(select(func.count()).where(*late)) or 0


def listed(
    session: Session, ids: Iterable[int] | None, *, search: str, state: str, limit: int, offset: int
) -> list[int]:
    """The reviews asked for (`ids` None: all), in Swedish order of their sides' names."""
    sides = [aliased(Organisation) for _ in range(2)]
    query = select(Review.id)
    for position, side in enumerate(sides):
        party = aliased(Party)
        at = and_(party.review_id == Review.id, party.position == position)
        query = query.join(party, at).join(side, side.id == party.organisation_id)
    query = query.where(*_asked_for(ids, search, state))
    keys = [side.sort_key for side in sides]
    return list(session.scalars(query.order_by(*keys, Review.id).limit(limit).offset(offset)))


def count_listed(session: Session, ids: Iterable[int] | None, *, search: str, state: str) -> int:
    query = select(func.count()).select_from(Review).where(*_asked_for(ids, search, state))
    return session.scalar(query) or 0


def _asked_for(ids: Iterable[int] | None, search: str, state: str) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = [_NO_ROUND]
    if ids is not None:
        asked.append(Review.id.in_(list(ids)))
    if state == "running":
        asked.append(Review.ended.is_(None))
    elif state == "ended":
        asked.append(Review.ended.is_not(None))
    for word in search.split():
        organisations = (
            select(Party.review_id)
            .join(Organisation, Organisation.id == Party.organisation_id)
            .where(key_contains(Organisation.sort_key, word))
        )
        asked.append(Review.id.in_(organisations))
    return asked


def last_visit(session: Session, person_id: int, review_id: int) -> datetime | None:
    row = session.get(LastVisit, (person_id, review_id))
    return row.at if row else None


def note_visit(session: Session, person_id: int, review_id: int, at: datetime) -> None:
    row = session.get(LastVisit, (person_id, review_id))
    if row is not None:
        row.at = at
        return
    # The same person's other window may be first, with the same news.
    with suppress(IntegrityError), session.begin_nested():
        session.add(LastVisit(person_id=person_id, review_id=review_id, at=at))


def organisations_with(session: Session, role: str) -> Sequence[tuple[int, str, bool]]:
    """(id, name, has anybody with `role`) of every organisation, in Swedish order."""
    somebody = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organisation_id == Organisation.id,
            Membership.role == role,
            Person.closed_at.is_(None),
        )
        .exists()
    )
    query = select(Organisation.id, Organisation.name, somebody)
    found = session.execute(query.order_by(Organisation.sort_key, Organisation.id))
    return [(id, name, ready) for id, name, ready in found]
