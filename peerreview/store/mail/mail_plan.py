"""What is planned and what has been sent, as lists: of the whole network, of a review, a person, a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select, union, union_all
from sqlalchemy.orm import Session

from ..connection.collation import key_contains
from ..people.organisations import Organisation
from ..people.people import Person, named
from ..review.reviews import Party, Review
from ..review.rounds import Round
from .gathered_mail import Gathered
from .outbox import KEY, MailWish, Outgoing, PlannedMail

Coming = PlannedMail | Gathered


@dataclass(frozen=True)
class Wanted:
    """Which mails; what is left as it is means all. `who`: words of the recipient's name or address; `about`: of the
    name of one of the review's organisations; `since`, `until`: instants, the second no longer wanted. `nameless`: also
    those to people who have not answered an anonymous form; else only as many as there are, and of nobody who is asked
    for by name."""

    review_id: int | None = None
    person_id: int | None = None
    who: str = ""
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None
    nameless: bool = False

    @property
    def somebodys(self) -> bool:
        return self.person_id is not None or bool(self.who)


@dataclass(frozen=True)
class Missing:
    """A reminder to all who have not answered an anonymous form: `row` is one of them, for what they have in common."""

    row: PlannedMail
    people: int


def missing(session: Session, wanted: Wanted, *, limit: int) -> list[Missing]:
    """What is planned for those who have not answered, the soonest first."""
    if wanted.somebodys:
        return []
    of = PlannedMail
    together = (of.review_id, of.step, of.visit, of.rule, of.due_at)
    some = select(func.min(of.id).label("id"), func.count(of.person_id.distinct()).label("people"))
    some = some.where(*_of_coming(of, replace(wanted, nameless=True), ("planned",)), of.nameless)
    groups = some.group_by(*together).order_by(of.due_at, func.min(of.id)).limit(limit).subquery()
    query = select(PlannedMail, groups.c.people).join(groups, groups.c.id == PlannedMail.id)
    return [Missing(row, people) for row, people in session.execute(query.order_by(of.due_at, of.id))]


def coming(
    session: Session, wanted: Wanted, states: tuple[str, ...], *, limit: int, offset: int
) -> list[tuple[Coming, Person, Review]]:
    """Planned and gathered mails in these states: what is to come first, by its hour; three queries."""

    def order(of: Any) -> tuple[ColumnElement[Any], ...]:
        last = () if len(states) == 1 else (case((of.state == "planned", 0), else_=1),)
        return (*last, of.due_at, of.id)

    # The first so many of each, along its index: of a million planned mails nobody sorts all.
    arms = []
    for n, table in enumerate(_TABLES):
        some = select(literal(n).label("sort"), table.id, table.due_at, table.state)
        some = some.where(*_of_coming(table, wanted, states)).order_by(*order(table)).limit(limit + offset)
        arms.append(select(*some.subquery().c))
    both = union_all(*arms).subquery()
    query = select(both.c.sort, both.c.id).order_by(*order(both.c), both.c.sort)
    keys = [(sort, id) for sort, id in session.execute(query.limit(limit).offset(offset))]
    rows: dict[tuple[int, int], tuple[Coming, Person, Review]] = {}
    for n, table in enumerate(_TABLES):
        ids = [id for sort, id in keys if sort == n]
        if ids:
            found = select(table, Person, Review).join(Person, Person.id == table.person_id)
            found = found.join(Review, Review.id == table.review_id).where(table.id.in_(ids))
            for row, person, review in session.execute(found):
                one = cast("Coming", row)
                rows[(n, one.id)] = (one, person, review)
    return [rows[key] for key in keys]


def count_coming(session: Session, wanted: Wanted, states: tuple[str, ...]) -> int:
    counts = (
        select(func.count()).select_from(table).where(*_of_coming(table, wanted, states)) for table in _TABLES
    )
    return sum(session.scalar(query) or 0 for query in counts)


def count_going(session: Session, wanted: Wanted) -> tuple[int, int]:
    """How many of what is planned will go as things stand, with those to people who have not answered, and in how many
    messages: what one person is to get at one hour goes together. What is held back does not go."""
    arms, rows = [], 0
    wanted = replace(wanted, nameless=wanted.nameless or not wanted.somebodys)
    for table in _TABLES:
        asked = (*_of_coming(table, wanted, ("planned",)), ~_is_held(table))
        rows += session.scalar(select(func.count()).select_from(table).where(*asked)) or 0
        arms.append(select(table.person_id, table.due_at).where(*asked))
    if replace(wanted, nameless=False) == Wanted():
        # Of the whole network nobody sorts all of them for this.
        return rows, rows
    return rows, session.scalar(select(func.count()).select_from(union(*arms).subquery())) or 0


def _is_held(table: type[PlannedMail] | type[Gathered]) -> ColumnElement[bool]:
    if issubclass(table, Gathered):
        return table.held.is_(True)
    key = [getattr(MailWish, name) == getattr(table, name) for name in KEY]
    return select(MailWish.id).where(*key, MailWish.held.is_(True)).exists()


def outgoing(
    session: Session, wanted: Wanted, state: str, *, limit: int, offset: int
) -> list[tuple[Outgoing, str | None]]:
    """Messages with the person's name, the newest first; `state` "": in any."""
    query = select(Outgoing, Person.name).outerjoin(Person, Person.id == Outgoing.person_id)
    query = query.where(*_of_sent(wanted, state)).order_by(Outgoing.id.desc())
    return [(row, name) for row, name in session.execute(query.limit(limit).offset(offset))]


def count_outgoing(session: Session, wanted: Wanted, state: str) -> int:
    query = select(func.count()).select_from(Outgoing).where(*_of_sent(wanted, state))
    return session.scalar(query) or 0


def is_about(session: Session, outgoing_id: int, review_id: int) -> bool:
    """Whether the review is what a message is about, or one of several."""
    here = _about(select(Review.id).where(Review.id == review_id))
    query = select(func.count()).select_from(Outgoing).where(Outgoing.id == outgoing_id, here)
    return bool(session.scalar(query))


_TABLES: tuple[type[PlannedMail] | type[Gathered], ...] = (PlannedMail, Gathered)


def _of_coming(
    table: type[PlannedMail] | type[Gathered], wanted: Wanted, states: tuple[str, ...]
) -> list[ColumnElement[bool]]:
    # The word itself: with a bound parameter SQLite would not use the partial index.
    one = [table.state == literal(states[0], literal_execute=True)] if len(states) == 1 else []
    asked: list[ColumnElement[bool]] = one or [table.state.in_(states)]
    if wanted.review_id is not None:
        asked.append(table.review_id == wanted.review_id)
    if wanted.about:
        asked.append(table.review_id.in_(_reviews(wanted.about)))
    if wanted.since is not None:
        asked.append(table.due_at >= wanted.since)
    if wanted.until is not None:
        asked.append(table.due_at < wanted.until)
    if not wanted.nameless:
        asked.append(table.nameless.is_(False))
    if states == ("planned",):
        # Nothing goes to whose account is closed.
        asked.append(table.person_id.not_in(select(Person.id).where(Person.closed_at.is_not(None))))
    return [*asked, *_to(table, wanted)]


def _of_sent(wanted: Wanted, state: str) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.review_id is not None:
        asked.append(_about(select(Review.id).where(Review.id == wanted.review_id)))
    if wanted.about:
        asked.append(_about(_reviews(wanted.about)))
    if wanted.since is not None:
        asked.append(Outgoing.about_at >= wanted.since)
    if wanted.until is not None:
        asked.append(Outgoing.about_at < wanted.until)
    if state == "unsent":
        asked.append(or_(Outgoing.state == "waiting", Outgoing.state == "sending"))
    elif state:
        asked.append(Outgoing.state == state)
    if wanted.somebodys and not wanted.nameless:
        asked.append(Outgoing.nameless.is_(False))
    return [*asked, *_to(Outgoing, wanted)]


def _to(
    table: type[PlannedMail] | type[Gathered] | type[Outgoing], wanted: Wanted
) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.person_id is not None:
        asked.append(table.person_id == wanted.person_id)
    if wanted.who:
        asked.append(table.person_id.in_(select(Person.id).where(*named(wanted.who))))
    return asked


def _reviews(about: str) -> Select[Any]:
    """Those in which an organisation takes part whose name has these words."""
    words = [key_contains(Organisation.sort_key, word) for word in about.split()]
    return select(Party.review_id).join(Organisation).where(*words)


def _about(reviews: Select[Any]) -> ColumnElement[bool]:
    """About one of these reviews, also as a digest over several."""
    inside = [
        select(table.outgoing_id).where(table.review_id.in_(reviews), table.outgoing_id.is_not(None))
        for table in _TABLES
    ]
    return or_(Outgoing.review_id.in_(reviews), *(Outgoing.id.in_(query) for query in inside))


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
