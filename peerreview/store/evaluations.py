"""Evaluations, hours and follow-ups: what the review cost, what it was worth, what changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base, UTCDateTime


class FormAnswer(Base):
    """A person's answers to a form; null `submitted_at` is a draft. `version` guards each save."""

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


class Hours(Base):
    """Hours a person spent on a step (the definition's top-level key; "" for the whole review)."""

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
