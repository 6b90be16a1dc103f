"""Everything that a review's standing is judged by, for one review or many at once: a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, event, or_, select
from sqlalchemy.orm import Session, aliased

from ..connection.database import Writing
from ..connection.statements import Prepared, as_json, gathered, inserting, listed, updating
from ..people.people import Membership, Person
from ..review.reviews import ArtefactState, Definition, Review, Seat
from ..review.rows import ReviewRow, StateRow
from .case_rows import MADE_OF, PARTS, CaseRows, Found, Part

# ---- reading them


# Statements are built once: building one costs more than most of them take.
_review_id: ColumnElement[int] = Review.__table__.c.id
_COLUMNS = [column.name for column in Review.__table__.c]
_LEADS = select(Person.id).where(Person.is_lead, Person.closed_at.is_(None)).order_by(Person.id)
_LOCK = Prepared(select(_review_id).where(_review_id == bindparam("id")).with_for_update())
_WHOLE = Prepared(
    select(
        *Review.__table__.c,
        gathered(_LEADS).label("leads"),
        *(
            gathered(part.query.where(part.review == bindparam("id"))).label(f"part{n}")
            for n, part in enumerate(PARTS)
        ),
    ).where(_review_id == bindparam("id"))
)


def load_one(session: Session, id: int, *, lock: bool = False) -> CaseRows | None:
    """The rows of a review in one question, if there is such a review; `lock` holds it until the transaction ends."""
    if lock and session.connection().dialect.name != "sqlite":
        # Before it is read: what somebody else has just written is to be seen. (SQLite has one writer at a time.)
        _LOCK.rows(session, id=id)
    _keep_all(session)
    for row in _WHOLE.rows(session, id=id):
        rows = _begun(session, row, together={})
        _fill(rows, row)
        return rows
    return None


def load(session: Session, ids: Iterable[int]) -> dict[int, CaseRows]:
    """The rows of each review of `ids` that there is, in as many questions however many there are."""
    query = select(*Review.__table__.c).where(Review.id.in_(sorted(set(ids)))).order_by(Review.id)
    found: dict[int, CaseRows] = {}
    _keep_all(session)
    for row in session.execute(query):
        _begun(session, row, found)
    if found:
        _fill_many(session, found)
    return found


def _begun(session: Session, row: Sequence[Any], together: dict[int, CaseRows]) -> CaseRows:
    review = ReviewRow(**dict(zip(_COLUMNS, row, strict=False)))
    if isinstance(session, Writing):
        # However often a review is opened in a transaction, it is the same.
        held = _held(session).setdefault(review.id, review)
        held.become(review)
        review = held
    rows = together[review.id] = CaseRows(review, session, together)
    return rows


def _held(session: Session) -> dict[int, ReviewRow]:
    found: dict[int, ReviewRow] = session.info.setdefault("reviews", {})
    return found


@event.listens_for(Writing, "before_commit")
def _keep_all(session: Session) -> None:
    for review in _held(session).values():
        keep(session, review)


def load_again(session: Writing, rows: CaseRows) -> None:
    """Let the rows of a review be what they now are in the transaction that holds it: nobody else can have changed
    them meanwhile, so that there is nothing to do where it has not written to them."""
    session.flush()
    if not session.touched.isdisjoint(MADE_OF):
        [row] = _WHOLE.rows(session, id=rows.review.id)
        _fill(rows, row)


def _fill(rows: CaseRows, row: Sequence[Any]) -> None:
    """All parts of one review's rows, from the answer to `_WHOLE`."""
    leads, *parts = row[len(_COLUMNS) :]
    rows.leads = tuple(sorted(id for (id,) in listed(leads)))
    for part, found in zip(PARTS, parts, strict=True):
        part.fill(rows, listed(found))


def _fill_many(session: Session, found: Mapping[int, CaseRows]) -> None:
    """The same for many, a question for each part."""
    of_all = tuple(leads(session))
    for rows in found.values():
        rows.leads = of_all
    for part in PARTS:
        by_review: dict[int, Found] = {}
        for id, text in session.execute(_of_many(part), {"ids": list(found)}):
            by_review[id] = listed(text)
        for id, rows in found.items():
            part.fill(rows, by_review.get(id, ()))


@cache
def _of_many(part: Part) -> Select[int, str]:
    of_review = part.review
    query = part.query.add_columns(of_review.label("of_review"))
    inner = query.where(of_review.in_(bindparam("ids", expanding=True))).subquery()
    *columns, review = inner.c
    return select(review, as_json(*columns)).group_by(review)


# ---- writing them


@cache
def _updates(columns: tuple[str, ...]) -> Prepared:
    return updating(Review, columns, id="the_id")


def keep(session: Session, review: ReviewRow) -> None:
    """Write what has been changed of a review."""
    if changes := review.changes():
        _updates(tuple(changes)).run(session, {**changes, "the_id": review.id})
        review.read()


_STATE_ADDED = inserting(ArtefactState)
_STATE_CHANGED = updating(
    ArtefactState,
    ("state", "data", "version", "changed_at", "changed_by"),
    review_id="of_review",
    name="of_name",
    party="of_party",
)


_STATE_RECORDED = updating(ArtefactState, ["data"], review_id="of_review", name="of_name", party="of_party")


def put_data(session: Session, rows: CaseRows, old: StateRow, data: Mapping[str, Any]) -> StateRow:
    """Write an artefact's record alone: nothing has been done to it, something is remembered."""
    of = {"of_review": rows.review.id, "of_name": old.name, "of_party": old.party}
    _STATE_RECORDED.run(session, {"data": data, **of}, known=True)
    new = rows.states[(old.name, old.party)] = old._replace(data=data)
    return new


def put_state(session: Session, rows: CaseRows, state: StateRow, *, at: datetime, by: int | None) -> None:
    """Write an artefact's state down, here and in the database; `state.version` 1 is a new one's."""
    values = {"state": state.state, "data": state.data, "version": state.version}
    values |= {"changed_at": at, "changed_by": by}
    of = {"review_id": rows.review.id, "name": state.name, "party": state.party}
    if (state.name, state.party) in rows.states:
        of = {"of_review": rows.review.id, "of_name": state.name, "of_party": state.party}
        _STATE_CHANGED.run(session, values | of, known=True)
    else:
        _STATE_ADDED.run(session, values | of, known=True)
    rows.states[(state.name, state.party)] = state


def reviews_of(session: Session, person_id: int, now: datetime) -> list[int]:
    """The reviews in which a person has a seat, or sits in as a deputy now."""
    seated = and_(Seat.person_id == person_id, Seat.removed_at.is_(None))
    deputy = and_(
        Seat.deputy_id == person_id,
        Seat.removed_at.is_(None),
        Seat.deputy_from <= now,
        Seat.deputy_until >= now,
    )
    query = select(Seat.review_id).where(or_(seated, deputy)).distinct().order_by(Seat.review_id)
    return list(session.scalars(query))


def all_reviews(session: Session) -> list[int]:
    return list(session.scalars(select(Review.id).order_by(Review.id)))


def to_wake(session: Session, now: datetime, limit: int) -> list[int]:
    """Reviews that time alone could move by `now`."""
    query = select(Review.id).where(Review.wake_at <= now).order_by(Review.wake_at).limit(limit)
    return list(session.scalars(query))


def leads(session: Session) -> list[int]:
    """The persons who lead the network."""
    return list(session.scalars(_LEADS))


def definition_text(session: Session, hash: str) -> str | None:
    return session.scalar(select(Definition.text).where(Definition.hash == hash))


def keep_definition(session: Session, *, hash: str, name: str, text: str, now: datetime) -> None:
    if session.get(Definition, hash) is None:
        session.add(Definition(hash=hash, name=name, text=text, added_at=now))
        session.flush()


def members(session: Session, organisation_id: int, role: str) -> list[Person]:
    """The people with `role` in an organisation whose accounts are open, in Swedish order: not those who have once been
    given a seat for it, and belong elsewhere by the register."""
    other = aliased(Membership)
    entered = select(other.id).where(other.person_id == Person.id, other.by_seat.is_(False)).exists()
    query = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == role,
            or_(Membership.by_seat.is_(False), ~entered),
            Person.closed_at.is_(None),
        )
        .order_by(Person.sort_key, Person.id)
    )
    return list(session.scalars(query))
