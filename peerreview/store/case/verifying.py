"""Reading whole histories, review by review, for those who verify them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..review.history import HistoryRow
from ..review.reviews import Review


def review_ids(session: Session) -> list[int]:
    return list(session.scalars(select(Review.id).order_by(Review.id)))


def review(session: Session, review_id: int) -> Review | None:
    return session.get(Review, review_id)


def rows(session: Session, review_id: int) -> list[HistoryRow]:
    query = (
        select(HistoryRow).where(HistoryRow.review_id == review_id).order_by(HistoryRow.number, HistoryRow.id)
    )
    return list(session.scalars(query))


def heads(session: Session) -> list[tuple[int, int, str]]:
    """By review: how many rows its history has, and the hash of the last."""
    query = select(Review.id, Review.history_count, Review.history_head).order_by(Review.id)
    return [(id, count, head) for id, count, head in session.execute(query)]


def hash_at(session: Session, review_id: int, number: int) -> str | None:
    query = select(HistoryRow.hash).where(HistoryRow.review_id == review_id, HistoryRow.number == number)
    return session.scalars(query).first()


def running_definitions(session: Session) -> list[tuple[str, str, int]]:
    """The definitions that reviews under way began with: (hash, workflow's name, how many); one a hash."""
    query = (
        select(Review.definition_hash, func.max(Review.workflow), func.count())
        .where(Review.ended.is_(None))
        .group_by(Review.definition_hash)
    )
    return [(hash, name, count) for hash, name, count in session.execute(query)]
