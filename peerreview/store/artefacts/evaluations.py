"""Evaluations, hours and follow-ups: what the review cost, what it was worth, what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, Date, ForeignKey, Numeric, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..connection.database import Base, UTCDateTime
from ..connection.statements import updating
from ..people.people import Person


class FormAnswer(Base):
    """A person's answers to a form; null `submitted_at` is a draft. `version` guards each save. `function`: what they
    had on the team when they saved ("role:contact": none, and that role)."""

    __tablename__ = "form_answer"
    __table_args__ = (UniqueConstraint("review_id", "artefact", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    artefact: Mapped[str] = mapped_column(String(50))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    party: Mapped[int]
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    function: Mapped[str] = mapped_column(String(60), default="", server_default="")


_SUBMITTED = updating(
    FormAnswer, ["submitted_at"], review_id="of_review", artefact="of_artefact", person_id="of_person"
)


def submit(
    session: Session, review_id: int, artefact: str, person_id: int | None, at: datetime | None
) -> None:
    """Hand in a person's answers; `at` None: they are a draft again."""
    of = {"of_review": review_id, "of_artefact": artefact, "of_person": person_id}
    _SUBMITTED.run(session, {"submitted_at": at, **of})


class Hours(Base):
    """Hours a person spent on a step (the definition's top-level key; "" for the whole review).

    A row that was struck out stays, with the instant (`struck_at`)."""

    __tablename__ = "hours"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    party: Mapped[int]
    function: Mapped[str] = mapped_column(String(50), default="")
    step: Mapped[str] = mapped_column(String(100), default="")
    day: Mapped[date | None] = mapped_column(Date)
    hours: Mapped[float] = mapped_column(Numeric(6, 2, asdecimal=False))
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    struck_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class FollowUp(Base):
    """One change at `party` since it was reviewed: the finding or question it answers, what was done."""

    __tablename__ = "follow_up"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    artefact: Mapped[str] = mapped_column(String(50), default="follow_up")
    party: Mapped[int]
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
    finding: Mapped[str] = mapped_column(Text)
    change: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(20), default="not_begun")
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    saved_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def hours_of(session: Session, review_id: int, party: int) -> Sequence[tuple[Hours, str]]:
    """The rows of a side with the names of those who worked, newest day first; struck rows left out."""
    query = (
        select(Hours, Person.name)
        .join(Person, Person.id == Hours.person_id)
        .where(Hours.review_id == review_id, Hours.party == party, Hours.hours > 0, Hours.struck_at.is_(None))
        .order_by(Hours.day.desc(), Hours.id.desc())
    )
    return [(row, name) for row, name in session.execute(query)]


def hours_row(session: Session, review_id: int, row_id: int) -> Hours | None:
    return session.scalar(select(Hours).where(Hours.review_id == review_id, Hours.id == row_id))


class Spent(NamedTuple):
    """Hours put down, or (below zero) struck out again, by somebody with a function, on a step; in which row."""

    person: int
    step: str
    function: str
    hours: float
    row: int


def hours_in_order(session: Session, review_id: int) -> list[Spent]:
    """All that has been put down and struck out in a review, as it happened."""
    rows = session.scalars(select(Hours).where(Hours.review_id == review_id, Hours.hours > 0)).all()
    deeds = [(row.noted_at, False, row) for row in rows]
    deeds += [(row.struck_at, True, row) for row in rows if row.struck_at is not None]
    # At one instant what is struck out comes last: it takes nothing back from what has been shown.
    deeds.sort(key=lambda deed: (deed[0], deed[1], deed[2].id))
    return [
        Spent(row.person_id, row.step, row.function, float(-row.hours if struck else row.hours), row.id)
        for _, struck, row in deeds
    ]


def hours_spent(session: Session, review_id: int, person_id: int) -> float:
    """What somebody has put down in a review, and not struck out."""
    own = (Hours.review_id == review_id, Hours.person_id == person_id, Hours.struck_at.is_(None))
    return float(session.scalar(select(func.sum(Hours.hours)).where(*own)) or 0)


def follow_ups_of(
    session: Session, review_id: int, artefact: str, party: int, *, removed: bool = False
) -> Sequence[tuple[FollowUp, str]]:
    """A side's rows with the names of those who saved them last, as they were added; `removed`: those that have been
    taken away too."""
    query = (
        select(FollowUp, Person.name)
        .join(Person, Person.id == FollowUp.saved_by)
        .where(
            FollowUp.review_id == review_id,
            FollowUp.artefact == artefact,
            FollowUp.party == party,
            *(() if removed else (FollowUp.removed_at.is_(None),)),
        )
        .order_by(FollowUp.id)
    )
    return [(row, name) for row, name in session.execute(query)]


def follow_up_row(session: Session, review_id: int, artefact: str, row_id: int) -> FollowUp | None:
    """A row that is not removed."""
    query = select(FollowUp).where(
        FollowUp.review_id == review_id,
        FollowUp.artefact == artefact,
        FollowUp.id == row_id,
        FollowUp.removed_at.is_(None),
    )
    return session.scalar(query)
