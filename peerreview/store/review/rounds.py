"""Rounds: what each organisation wants of one, the lead's talks with them, who is to review whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..connection.database import Base, UTCDateTime
from .reviews import Party, Review


class Round(Base):
    """What makes a case a round: the reviews with `review.round_id` are its children. The case's title is the
    round's name; `year` is what the rule on who has met lately counts from."""

    __tablename__ = "round"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), primary_key=True)
    year: Mapped[int]


class Interest(Base):
    """What an organisation says that it wants of a round: a row each time it is saved, the newest counts.

    `wants`, `offers`: keys of the definition's themes, or free words. `perspectives`: keys of the definition's.
    `not_months`: "2027-03". `wishes`, `excludes`: ids of organisations: for the lead's eyes and its own alone."""

    __tablename__ = "interest"
    __table_args__ = (UniqueConstraint("review_id", "party", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    party: Mapped[int]
    number: Mapped[int]
    unit_level: Mapped[str] = mapped_column(String(20), default="")
    unit: Mapped[str] = mapped_column(String(200), default="")
    wants: Mapped[list[str]] = mapped_column(JSON, default=list)
    offers: Mapped[list[str]] = mapped_column(JSON, default=list)
    perspectives: Mapped[list[str]] = mapped_column(JSON, default=list)
    aims: Mapped[str] = mapped_column(Text, default="")
    expectations: Mapped[str] = mapped_column(Text, default="")
    not_months: Mapped[list[str]] = mapped_column(JSON, default=list)
    wishes: Mapped[list[int]] = mapped_column(JSON, default=list)
    excludes: Mapped[list[int]] = mapped_column(JSON, default=list)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    saved_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Dialogue(Base):
    """The lead's talk with one organisation: a row each time it is saved, the newest counts.

    `note` is the lead's own; `expectations` is what was agreed, and the organisation reads it."""

    __tablename__ = "dialogue"
    __table_args__ = (UniqueConstraint("review_id", "party", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    party: Mapped[int]
    number: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    expectations: Mapped[str] = mapped_column(Text, default="")
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    saved_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Pairing(Base):
    """A set of pairs and rings for a round, as it was worked out with `settings`: weights, and who was fixed
    and forbidden. Nothing of it is changed afterwards but that one is chosen, with the reason.

    `groups`: [{"members": [ids of organisations, in ring order], "score": x, "reasons": [{"feature", "share",
    ...}]}]; `unmatched`: [{"organisation": id, ...}]."""

    __tablename__ = "pairing"
    __table_args__ = (UniqueConstraint("review_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    number: Mapped[int]
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    groups: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    unmatched: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    total: Mapped[float] = mapped_column(default=0.0)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    chosen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    chosen_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(Text, default="")


class EarlierMeeting(Base):
    """Two organisations that reviewed each other before, or outside, this program: the smaller id first."""

    __tablename__ = "earlier_meeting"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id", "year"),
        CheckConstraint("first_id < second_id", name="in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    year: Mapped[int]


@dataclass(frozen=True)
class OfRound:
    """What a round's facts are made of beside the rows that every case has: by party, what it wants; by end
    (None: it runs), how many of its reviews have come to it."""

    interests: Mapping[int, Interest] = field(default_factory=dict)
    ends: Mapping[str | None, int] = field(default_factory=dict)


def of_round(session: Session, round_id: int) -> OfRound:
    return OfRound(interests(session, round_id), ends_of(session, [round_id]).get(round_id, {}))


def rounds(session: Session) -> list[tuple[Round, Review]]:
    """Every round with its case, the newest first."""
    query = select(Round, Review).join(Review, Review.id == Round.review_id)
    return [(one, review) for one, review in session.execute(query.order_by(Round.review_id.desc()))]


def running(session: Session) -> list[int]:
    """The rounds that are under way."""
    query = select(Round.review_id).join(Review, Review.id == Round.review_id).where(Review.ended.is_(None))
    return list(session.scalars(query.order_by(Round.review_id)))


def children(session: Session, round_id: int) -> list[int]:
    """The reviews of a round, the oldest first."""
    return list(session.scalars(select(Review.id).where(Review.round_id == round_id).order_by(Review.id)))


def members_of(session: Session, review_id: int) -> list[int]:
    """The ids of a case's organisations, in ring order."""
    query = select(Party.organisation_id).where(Party.review_id == review_id).order_by(Party.position)
    return list(session.scalars(query))


def interests(session: Session, round_id: int) -> dict[int, Interest]:
    """By party, what it last saved."""
    return {row.party: row for row in session.scalars(_newest(Interest, round_id))}


def dialogues(session: Session, round_id: int) -> dict[int, Dialogue]:
    """By party, what the lead last saved of the talk with it."""
    return {row.party: row for row in session.scalars(_newest(Dialogue, round_id))}


def pairings(session: Session, round_id: int) -> Sequence[Pairing]:
    """All that were kept, the newest first."""
    query = select(Pairing).where(Pairing.review_id == round_id).order_by(Pairing.number.desc())
    return session.scalars(query).all()


def chosen_pairing(session: Session, round_id: int) -> Pairing | None:
    """The one that was chosen last."""
    query = select(Pairing).where(Pairing.review_id == round_id, Pairing.chosen_at.is_not(None))
    return session.scalar(query.order_by(Pairing.chosen_at.desc(), Pairing.number.desc()).limit(1))


def next_number(
    session: Session, table: type[Interest | Dialogue | Pairing], round_id: int, **of: Any
) -> int:
    """The number that the next row of a round (and party) gets."""
    query = select(func.max(table.number)).where(table.review_id == round_id)
    return (session.scalar(query.filter_by(**of)) or 0) + 1


def ends_of(session: Session, ids: Iterable[int]) -> dict[int, dict[str | None, int]]:
    """By round, how many of its reviews have come to which end (None: they run)."""
    query = (
        select(Review.round_id, Review.ended, func.count())
        .where(Review.round_id.in_(list(ids)))
        .group_by(Review.round_id, Review.ended)
    )
    found: dict[int, dict[str | None, int]] = {}
    for round_id, ended, count in session.execute(query):
        assert round_id is not None
        found.setdefault(round_id, {})[ended] = count
    return found


def _newest(table: type[Interest | Dialogue], round_id: int) -> Any:
    newest = (
        select(table.party, func.max(table.number).label("number"))
        .where(table.review_id == round_id)
        .group_by(table.party)
        .subquery()
    )
    of_round = select(table).where(table.review_id == round_id)
    return of_round.join(newest, (table.party == newest.c.party) & (table.number == newest.c.number))
