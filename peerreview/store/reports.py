"""Reports: Markdown texts by version, and the comments on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .database import Base, UTCDateTime


class TextVersion(Base):
    """One saved version of a text artefact; `party` is -1 where the review shares it.

    `state` is the artefact's state when the version was made; `milestone` names the act that froze it
    (presented, handed_over), else "". The newest number is what stands."""

    __tablename__ = "text_version"
    __table_args__ = (UniqueConstraint("review_id", "artefact", "party", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    artefact: Mapped[str] = mapped_column(String(50), default="report")
    party: Mapped[int]
    number: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    milestone: Mapped[str] = mapped_column(String(20), default="")
    sha256: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    saved_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class TextComment(Base):
    """A comment on a presented or handed-over text."""

    __tablename__ = "text_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    artefact: Mapped[str] = mapped_column(String(50), default="report")
    party: Mapped[int]
    by_party: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


def newest(session: Session, review_id: int, artefact: str, party: int) -> TextVersion | None:
    query = (
        select(TextVersion)
        .where(
            TextVersion.review_id == review_id, TextVersion.artefact == artefact, TextVersion.party == party
        )
        .order_by(TextVersion.number.desc())
    )
    return session.scalars(query.limit(1)).first()


def mark_newest(
    session: Session, review_id: int, artefact: str, party: int, milestone: str
) -> TextVersion | None:
    """The newest version is the one that was presented or handed over; returns it."""
    version = newest(session, review_id, artefact, party)
    if version is not None:
        version.milestone = milestone
    return version
