"""Everything that a review's standing is judged by, for one review or many at once: a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Executable, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from .agreements import Agreement, Confirmation
from .database import Writing
from .evaluations import FollowUp, FormAnswer
from .materials import Material
from .people import Membership, Person
from .questions import Question
from .reports import TextVersion
from .reviews import ArtefactState, Definition, Party, Review, Seat

SHARED = -1
Row = TypeVar("Row")


@dataclass
class CaseRows:
    """The rows of one review, as far as facts are made of them."""

    review: Review
    states: dict[tuple[str, int], ArtefactState] = field(default_factory=dict)
    agreements: list[Agreement] = field(default_factory=list)
    confirmed: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    wishes_met: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    questions: dict[tuple[str, int], list[tuple[str, bool]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    texts: dict[tuple[str, int], str] = field(default_factory=dict)
    forms: list[FormAnswer] = field(default_factory=list)
    follow_ups: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def parties(self) -> Sequence[Party]:
        return self.review.parties

    @property
    def seats(self) -> Sequence[Seat]:
        return [seat for seat in self.review.seats if seat.removed_at is None]


# Statements are built once: building one costs more than most of them take.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)

_REVIEWS = select(Review).where(Review.id.in_(_IDS)).order_by(Review.id)
_LOCKED = _REVIEWS.with_for_update().execution_options(populate_existing=True)
_PARTIES = (
    select(Party)
    .where(Party.review_id.in_(_IDS))
    .order_by(Party.review_id, Party.position)
    .options(joinedload(Party.organisation))
)
_SEATS = (
    select(Seat)
    .where(Seat.review_id.in_(_IDS))
    .order_by(Seat.review_id, Seat.id)
    .options(joinedload(Seat.person), joinedload(Seat.deputy))
)
_STATES = select(ArtefactState).where(ArtefactState.review_id.in_(_IDS))
_AGREEMENTS = select(Agreement).where(Agreement.review_id.in_(_IDS)).order_by(Agreement.version)
_CONFIRMATIONS = (
    select(Agreement.review_id, Confirmation.agreement_id, Confirmation.party)
    .join(Agreement, Agreement.id == Confirmation.agreement_id)
    .where(Agreement.review_id.in_(_IDS))
)
_MATERIALS = select(Material.review_id, Material.artefact, Material.party, Material.wish_id).where(
    Material.review_id.in_(_IDS), Material.withdrawn_at.is_(None), Material.wish_id != ""
)
_QUESTIONS = select(
    Question.review_id, Question.artefact, Question.party, Question.state, Question.answer != ""
).where(Question.review_id.in_(_IDS), Question.removed_at.is_(None))
_FORMS = select(FormAnswer).where(FormAnswer.review_id.in_(_IDS))
_FOLLOW_UPS = (
    select(FollowUp.review_id, FollowUp.artefact, FollowUp.party, func.count())
    .where(FollowUp.review_id.in_(_IDS), FollowUp.removed_at.is_(None))
    .group_by(FollowUp.review_id, FollowUp.artefact, FollowUp.party)
)
_NEWEST = (
    select(
        TextVersion.review_id,
        TextVersion.artefact,
        TextVersion.party,
        func.max(TextVersion.number).label("n"),
    )
    .where(TextVersion.review_id.in_(_IDS))
    .group_by(TextVersion.review_id, TextVersion.artefact, TextVersion.party)
    .subquery()
)
_TEXTS = select(TextVersion.review_id, TextVersion.artefact, TextVersion.party, TextVersion.body).join(
    _NEWEST,
    and_(
        TextVersion.review_id == _NEWEST.c.review_id,
        TextVersion.artefact == _NEWEST.c.artefact,
        TextVersion.party == _NEWEST.c.party,
        TextVersion.number == _NEWEST.c.n,
    ),
)

Found = Mapping[int, CaseRows]


def load(session: Session, ids: Iterable[int], *, lock: bool = False) -> dict[int, CaseRows]:
    """The rows of each review of `ids` that there is; `lock` holds the reviews until the transaction ends."""
    reviews = session.scalars(_LOCKED if lock else _REVIEWS, {"ids": sorted(set(ids))})
    found = {review.id: CaseRows(review) for review in reviews}
    if found:
        for part in dict.fromkeys(_PARTS.values()):
            part(session, found)
    return found


def load_again(session: Writing, rows: CaseRows) -> CaseRows:
    """The rows of a review as they now are in the transaction that holds it: of the tables that it has written to;
    nobody else can have changed the others meanwhile."""
    again = replace(rows)
    for part in {_PARTS[table] for table in session.touched if table in _PARTS}:
        part(session, {rows.review.id: again})
    return again


def _rows(session: Session, query: Executable, found: Found) -> Iterable[Any]:
    return session.execute(query, {"ids": list(found)})


def _objects(session: Session, query: Select[Row], found: Found) -> Iterable[Row]:
    return session.scalars(query, {"ids": list(found)})


def _load_parties(session: Session, found: Found) -> None:
    parties = defaultdict(list)
    for party in _objects(session, _PARTIES, found):
        parties[party.review_id].append(party)
    for review_id, rows in found.items():
        set_committed_value(rows.review, "parties", parties[review_id])


def _load_seats(session: Session, found: Found) -> None:
    seats = defaultdict(list)
    for seat in _objects(session, _SEATS, found):
        seats[seat.review_id].append(seat)
    for review_id, rows in found.items():
        set_committed_value(rows.review, "seats", seats[review_id])


def _load_states(session: Session, found: Found) -> None:
    for rows in found.values():
        rows.states = {}
    for state in _objects(session, _STATES, found):
        found[state.review_id].states[(state.name, state.party)] = state


def _load_agreements(session: Session, found: Found) -> None:
    for rows in found.values():
        rows.agreements, rows.confirmed = [], defaultdict(set)
    for agreement in _objects(session, _AGREEMENTS, found):
        found[agreement.review_id].agreements.append(agreement)
    for review_id, agreement_id, party in _rows(session, _CONFIRMATIONS, found):
        found[review_id].confirmed[agreement_id].add(party)


def _load_materials(session: Session, found: Found) -> None:
    for rows in found.values():
        rows.wishes_met = defaultdict(set)
    for review_id, artefact, party, wish in _rows(session, _MATERIALS, found):
        found[review_id].wishes_met[(artefact, party)].add(wish)


def _load_questions(session: Session, found: Found) -> None:
    for rows in found.values():
        rows.questions = defaultdict(list)
    for review_id, artefact, party, state, answered in _rows(session, _QUESTIONS, found):
        found[review_id].questions[(artefact, party)].append((state, bool(answered)))


def _load_forms(session: Session, found: Found) -> None:
    for rows in found.values():
        rows.forms = []
    for answer in _objects(session, _FORMS, found):
        found[answer.review_id].forms.append(answer)


def _load_follow_ups(session: Session, found: Found) -> None:
    for rows in found.values():
        rows.follow_ups = {}
    for review_id, artefact, party, count in _rows(session, _FOLLOW_UPS, found):
        found[review_id].follow_ups[(artefact, party)] = count


def _load_texts(session: Session, found: Found) -> None:
    for rows in found.values():
        rows.texts = {}
    for review_id, artefact, party, body in _rows(session, _TEXTS, found):
        found[review_id].texts[(artefact, party)] = body


# Which part of the rows a table's are.
_PARTS: Mapping[str, Callable[[Session, Found], None]] = {
    "party": _load_parties,
    "seat": _load_seats,
    "artefact_state": _load_states,
    "agreement": _load_agreements,
    "agreement_confirmation": _load_agreements,
    "material": _load_materials,
    "question": _load_questions,
    "form_answer": _load_forms,
    "follow_up": _load_follow_ups,
    "text_version": _load_texts,
}


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


_LEADS = select(Person.id).where(Person.is_lead, Person.closed_at.is_(None)).order_by(Person.id)


def leads(session: Session) -> list[int]:
    """The persons who lead the network."""
    return list(session.scalars(_LEADS))


def employers(session: Session, person_id: int) -> set[int]:
    """The organisations in which a person has any function."""
    return set(session.scalars(select(Membership.organisation_id).where(Membership.person_id == person_id)))


def definition_text(session: Session, hash: str) -> str | None:
    return session.scalar(select(Definition.text).where(Definition.hash == hash))


def keep_definition(session: Session, *, hash: str, name: str, text: str, now: datetime) -> None:
    if session.get(Definition, hash) is None:
        session.add(Definition(hash=hash, name=name, text=text, added_at=now))
        session.flush()


def members(session: Session, organisation_id: int, role: str) -> list[Person]:
    """The people with `role` in an organisation whose accounts are open, in Swedish order."""
    query = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == role,
            Person.closed_at.is_(None),
        )
        .order_by(Person.sort_key, Person.id)
    )
    return list(session.scalars(query))
