"""Reports: Markdown texts by version, and the comments on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..connection.database import Base, UTCDateTime
from ..people.people import Person
from .materials import Material
from .questions import Question, as_of


class TextVersion(Base):
    """One saved version of a text artefact; `party` is -1 where the review shares it.

    `state` is the artefact's state when the version was made; `milestone` names the act that froze it
    (ready, presented, handed_over), else "". The newest number is what stands; `saves` counts how often it was written
    on while somebody wrote: number and saves together name exactly one text."""

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
    saves: Mapped[int] = mapped_column(default=1, server_default="1")


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


class Saved(NamedTuple):
    """A version without its text, which a list does not need."""

    number: int
    milestone: str
    saved_at: datetime
    person_id: int
    name: str


def versions_of(session: Session, review_id: int, artefact: str, party: int) -> Sequence[Saved]:
    """Every version of a text, newest first."""
    query = (
        select(
            TextVersion.number, TextVersion.milestone, TextVersion.saved_at, TextVersion.saved_by, Person.name
        )
        .join(Person, Person.id == TextVersion.saved_by)
        .where(*_of(review_id, artefact, party))
        .order_by(TextVersion.number.desc())
    )
    return [Saved(*row) for row in session.execute(query)]


def version(session: Session, review_id: int, artefact: str, party: int, number: int) -> TextVersion | None:
    query = select(TextVersion).where(*_of(review_id, artefact, party), TextVersion.number == number)
    return session.scalars(query).first()


def comments_of(
    session: Session, review_id: int, artefact: str, party: int, until: datetime | None = None
) -> Sequence[tuple[TextComment, str]]:
    """The comments on a text with their writers' names, as they came, until then."""
    query = (
        select(TextComment, Person.name)
        .join(Person, Person.id == TextComment.person_id)
        .where(
            TextComment.review_id == review_id, TextComment.artefact == artefact, TextComment.party == party
        )
        .order_by(TextComment.at, TextComment.id)
    )
    return [
        (comment, name) for comment, name in session.execute(query) if until is None or comment.at <= until
    ]


def questions_of(
    session: Session, review_id: int, artefact: str, party: int, until: datetime | None = None
) -> Sequence[tuple[Question, str]]:
    """The questions that a party asks, with the titles of the documents they point at; as they were `until`."""
    query = (
        select(Question, Material.title)
        .join(Material, Material.id == Question.material_id, isouter=True)
        .where(
            Question.review_id == review_id,
            Question.artefact == artefact,
            Question.party == party,
        )
        .order_by(Question.number, Question.id)
    )
    found = ((as_of(question, until), title) for question, title in session.execute(query))
    return [(one, title or "") for one, title in found if one is not None and one.removed_at is None]


def newest(
    session: Session, review_id: int, artefact: str, party: int, until: datetime | None = None
) -> TextVersion | None:
    """The newest version; `until`: of those that have not been written on since."""
    query = select(TextVersion).where(*_of(review_id, artefact, party))
    if until is not None:
        query = query.where(TextVersion.saved_at <= until)
    return session.scalars(query.order_by(TextVersion.number.desc()).limit(1)).first()


def _of(review_id: int, artefact: str, party: int) -> tuple[ColumnElement[bool], ...]:
    return (
        TextVersion.review_id == review_id,
        TextVersion.artefact == artefact,
        TextVersion.party == party,
    )


def mark(
    session: Session, review_id: int, artefact: str, party: int, milestone: str, number: int | None = None
) -> TextVersion | None:
    """The version (None: the newest) is the one that was marked, presented or handed over; returns it."""
    if number is None:
        found = newest(session, review_id, artefact, party)
    else:
        found = version(session, review_id, artefact, party, number)
    if found is not None:
        found.milestone = milestone
    return found
