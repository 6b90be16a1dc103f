"""Agreements: what the first meeting decided, by version, and who has confirmed which version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base, UTCDateTime


class Agreement(Base):
    """One version of a review's agreement. `fields` holds:

    period_from, period_to: ISO dates; report: separate|joint; opening: each|all;
    follow_up: 6|12 (months); lead_reads_materials, lead_reads_reports: bool;
    dates: {materials, questions, second_meeting, report, closing: ISO date};
    wishes: list of {id, party (whose documents), title, note}: `id` stays through the versions.
    """

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("review_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    version: Mapped[int]
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Confirmation(Base):
    """A party's yes to one version of the agreement."""

    __tablename__ = "agreement_confirmation"
    __table_args__ = (UniqueConstraint("agreement_id", "party"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    party: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
