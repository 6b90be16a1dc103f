"""Review questions: from a page in a document to a noted answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..connection.database import Base, UTCDateTime
from ..people.people import Person


class Question(Base):
    """A question of `party` about the party it reviews; state draft, sent or answered.

    `perspective` is one of the definition's list; `page` is free text ("12", "3-4").
    `answer` is the reviewed party's, `note` the asking team's. `version` guards each save."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    artefact: Mapped[str] = mapped_column(String(50), default="questions")
    party: Mapped[int]
    number: Mapped[int]
    perspective: Mapped[str] = mapped_column(String(30))
    material_id: Mapped[int | None] = mapped_column(ForeignKey("material.id"))
    page: Mapped[str] = mapped_column(String(50), default="")
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="draft")
    answer: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def send_drafts(session: Session, review_id: int, artefact: str, party: int, now: datetime) -> None:
    """Every draft of the party becomes a sent question."""
    query = select(Question).where(
        Question.review_id == review_id,
        Question.artefact == artefact,
        Question.party == party,
        Question.state == "draft",
        Question.removed_at.is_(None),
    )
    for question in session.scalars(query):
        question.state, question.sent_at = "sent", now


def as_of(question: Question, until: datetime | None) -> Question | None:
    """A question as it was then, as a copy that no session holds; None where it had not been written. None: now."""
    if until is None:
        return question
    if question.created_at > until:
        return None
    then = Question(**{column.name: getattr(question, column.name) for column in Question.__table__.columns})
    if then.answered_at is not None and then.answered_at > until:
        then.state, then.answer, then.answered_at, then.answered_by = "sent", "", None, None
    if then.sent_at is not None and then.sent_at > until:
        then.state, then.sent_at = "draft", None
    if then.removed_at is not None and then.removed_at > until:
        then.removed_at = None
    return then


def questions_of(
    session: Session, review_id: int, until: datetime | None = None
) -> list[tuple[Question, str | None]]:
    """All of a review, the removed too, by number, with the name of the person who answered; as they were `until`."""
    query = (
        select(Question, Person.name)
        .outerjoin(Person, Person.id == Question.answered_by)
        .where(Question.review_id == review_id)
        .order_by(Question.party, Question.number, Question.id)
    )
    found = ((as_of(question, until), name) for question, name in session.execute(query))
    return [
        (question, name if question.answered_by else None) for question, name in found if question is not None
    ]


def next_number(session: Session, review_id: int, artefact: str, party: int) -> int:
    """Numbers are not used twice: what was said about question 4 stays about that one."""
    query = select(func.max(Question.number)).where(
        Question.review_id == review_id, Question.artefact == artefact, Question.party == party
    )
    return (session.scalar(query) or 0) + 1
