"""History: every action of a review, append-only, chained by hashes (engine.md 22 and 31)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..connection.database import Base, UTCDateTime
from ..connection.statements import inserting


class HistoryRow(Base):
    """One deed. `hash` covers everything but the free text itself, for which a salted digest stands.

    `deed` is the word for it ("action", "uploaded", "entered"); `data` its ids and the facts the decision
    used; `artefact`/`about_party`/`state` name the thing it is about: who may not notice it does not see the line."""

    __tablename__ = "history"
    __table_args__ = (UniqueConstraint("review_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    actor_party: Mapped[int | None]
    deed: Mapped[str] = mapped_column(String(50))
    step: Mapped[str] = mapped_column(String(200), default="")
    party: Mapped[int | None]
    artefact: Mapped[str] = mapped_column(String(50), default="")
    about_party: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(30), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    text: Mapped[str | None] = mapped_column(Text)
    text_salt: Mapped[str] = mapped_column(String(32), default="")
    text_digest: Mapped[str] = mapped_column(String(64), default="")
    definition_hash: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


_ADDED = inserting(HistoryRow)


def add(session: Session, line: Mapping[str, Any]) -> None:
    """A line as it stands for good: every column of it."""
    _ADDED.run(session, line)


def lines(session: Session, review_id: int, *, since: datetime | None = None) -> list[HistoryRow]:
    """The lines of a review in their order; `since`: those after an instant of the method's time."""
    query = select(HistoryRow).where(HistoryRow.review_id == review_id).order_by(HistoryRow.number)
    if since is not None:
        query = query.where(HistoryRow.at > since)
    return list(session.scalars(query))


def line_by_hash(session: Session, review_id: int, begins: str) -> HistoryRow | None:
    """The line of a review whose hash begins so; None where there is none, or it is not one alone."""
    query = select(HistoryRow).where(HistoryRow.review_id == review_id, HistoryRow.hash.startswith(begins))
    found = session.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def newest_of(session: Session, review_id: int, person_id: int, *deeds: str) -> HistoryRow | None:
    """The latest line of a person's with one of these deeds."""
    query = select(HistoryRow).where(
        HistoryRow.review_id == review_id, HistoryRow.actor_id == person_id, HistoryRow.deed.in_(deeds)
    )
    return session.scalar(query.order_by(HistoryRow.number.desc()).limit(1))


def newest(session: Session, review_id: int, limit: int) -> list[HistoryRow]:
    """The latest lines of a review, the newest first."""
    query = select(HistoryRow).where(HistoryRow.review_id == review_id)
    return list(session.scalars(query.order_by(HistoryRow.number.desc()).limit(limit)))


def of_deed(session: Session, review_id: int, deed: str) -> list[HistoryRow]:
    """The lines of a review with this deed, in their order."""
    query = select(HistoryRow).where(HistoryRow.review_id == review_id, HistoryRow.deed == deed)
    return list(session.scalars(query.order_by(HistoryRow.number)))


def deeds_since(session: Session, ids: Iterable[int], deed: str, since: datetime) -> list[HistoryRow]:
    """The lines of these reviews with this deed, from an instant of the method's time on."""
    query = select(HistoryRow).where(
        HistoryRow.review_id.in_(list(ids)), HistoryRow.deed == deed, HistoryRow.at >= since
    )
    return list(session.scalars(query.order_by(HistoryRow.number)))
