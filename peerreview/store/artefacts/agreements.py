"""Agreements: what the first meeting decided, by version, and who has confirmed which version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..connection.database import Base, UTCDateTime
from ..people.people import Person
from ..review.rows import AgreementRow


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


def add(
    session: Session, review_id: int, version: int, fields: Mapping[str, Any], *, at: datetime, by: int
) -> AgreementRow:
    """A new version."""
    row = Agreement(review_id=review_id, version=version, fields=fields, created_at=at, created_by=by)
    session.add(row)
    session.flush()
    return AgreementRow(row.id, version, fields, at, by)


class Confirmation(Base):
    """A party's yes to one version of the agreement."""

    __tablename__ = "agreement_confirmation"
    __table_args__ = (UniqueConstraint("agreement_id", "party"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    party: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Confirmed(NamedTuple):
    """Who confirmed which version for which party, and when."""

    agreement_id: int
    party: int
    name: str
    at: datetime


def confirmations(session: Session, review_id: int) -> Sequence[Confirmed]:
    """Every confirmation of every version, in the order in which they were given."""
    query = (
        select(Confirmation.agreement_id, Confirmation.party, Person.name, Confirmation.at)
        .join(Agreement, Agreement.id == Confirmation.agreement_id)
        .join(Person, Person.id == Confirmation.by)
        .where(Agreement.review_id == review_id)
        .order_by(Confirmation.at, Confirmation.id)
    )
    return [Confirmed(*row) for row in session.execute(query)]


def writers(session: Session, review_id: int) -> dict[int, str]:
    """By version, the name of the person who saved it."""
    query = (
        select(Agreement.version, Person.name)
        .join(Person, Person.id == Agreement.created_by)
        .where(Agreement.review_id == review_id)
    )
    return dict(iter(session.execute(query)))


def carry_over(session: Session, old: AgreementRow, new: AgreementRow) -> None:
    """The confirmations of `old` hold for `new` too, which says the very same."""
    for given in session.scalars(select(Confirmation).where(Confirmation.agreement_id == old.id)):
        session.add(Confirmation(agreement_id=new.id, party=given.party, at=given.at, by=given.by))
