"""Everything that a review's standing is judged by, for one review or many at once: a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from .agreements import Agreement, Confirmation
from .evaluations import FollowUp, FormAnswer
from .materials import Material
from .people import Membership, Person
from .questions import Question
from .reports import TextVersion
from .reviews import ArtefactState, Definition, Party, Review, Seat

SHARED = -1


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


def load(session: Session, ids: Iterable[int], *, lock: bool = False) -> dict[int, CaseRows]:
    """The rows of each review of `ids` that there is; `lock` holds the reviews until the transaction ends."""
    wanted = sorted(set(ids))
    query = (
        select(Review)
        .where(Review.id.in_(wanted))
        .order_by(Review.id)
        .options(
            selectinload(Review.parties).joinedload(Party.organisation),
            selectinload(Review.seats).joinedload(Seat.person),
            selectinload(Review.seats).joinedload(Seat.deputy),
        )
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = {review.id: CaseRows(review) for review in session.scalars(query)}
    if found:
        _load_states(session, found)
        _load_agreements(session, found)
        _load_counts(session, found)
        _load_texts(session, found)
    return found


def _load_states(session: Session, found: Mapping[int, CaseRows]) -> None:
    for state in session.scalars(select(ArtefactState).where(ArtefactState.review_id.in_(found))):
        found[state.review_id].states[(state.name, state.party)] = state


def _load_agreements(session: Session, found: Mapping[int, CaseRows]) -> None:
    query = select(Agreement).where(Agreement.review_id.in_(found)).order_by(Agreement.version)
    for agreement in session.scalars(query):
        found[agreement.review_id].agreements.append(agreement)
    confirmations = (
        select(Agreement.review_id, Confirmation.agreement_id, Confirmation.party)
        .join(Agreement, Agreement.id == Confirmation.agreement_id)
        .where(Agreement.review_id.in_(found))
    )
    for review_id, agreement_id, party in session.execute(confirmations):
        found[review_id].confirmed[agreement_id].add(party)


def _load_counts(session: Session, found: Mapping[int, CaseRows]) -> None:
    materials = select(Material.review_id, Material.artefact, Material.party, Material.wish_id).where(
        Material.review_id.in_(found), Material.withdrawn_at.is_(None), Material.wish_id != ""
    )
    for review_id, artefact, party, wish in session.execute(materials):
        found[review_id].wishes_met[(artefact, party)].add(wish)
    questions = select(
        Question.review_id, Question.artefact, Question.party, Question.state, Question.answer != ""
    ).where(Question.review_id.in_(found), Question.removed_at.is_(None))
    for review_id, artefact, party, state, answered in session.execute(questions):
        found[review_id].questions[(artefact, party)].append((state, bool(answered)))
    for answer in session.scalars(select(FormAnswer).where(FormAnswer.review_id.in_(found))):
        found[answer.review_id].forms.append(answer)
    follow_ups = (
        select(FollowUp.review_id, FollowUp.artefact, FollowUp.party, func.count())
        .where(FollowUp.review_id.in_(found), FollowUp.removed_at.is_(None))
        .group_by(FollowUp.review_id, FollowUp.artefact, FollowUp.party)
    )
    for review_id, artefact, party, count in session.execute(follow_ups):
        found[review_id].follow_ups[(artefact, party)] = count


def _load_texts(session: Session, found: Mapping[int, CaseRows]) -> None:
    newest = (
        select(
            TextVersion.review_id,
            TextVersion.artefact,
            TextVersion.party,
            func.max(TextVersion.number).label("n"),
        )
        .where(TextVersion.review_id.in_(found))
        .group_by(TextVersion.review_id, TextVersion.artefact, TextVersion.party)
        .subquery()
    )
    query = select(TextVersion).join(
        newest,
        and_(
            TextVersion.review_id == newest.c.review_id,
            TextVersion.artefact == newest.c.artefact,
            TextVersion.party == newest.c.party,
            TextVersion.number == newest.c.n,
        ),
    )
    for version in session.scalars(query):
        found[version.review_id].texts[(version.artefact, version.party)] = version.body


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
    query = select(Person.id).where(Person.is_lead, Person.closed_at.is_(None)).order_by(Person.id)
    return list(session.scalars(query))


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
