"""Who has been in a review with whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ..review.reviews import Party, Review
from ..review.rounds import EarlierMeeting


class Took(NamedTuple):
    """An organisation's place in a review."""

    review_id: int
    workflow: str
    begun: datetime
    ended: str | None
    organisation_id: int


def taken_part(session: Session, workflows: Iterable[str]) -> Sequence[Took]:
    """Everybody in every review of these workflows, by review and place in the ring."""
    query = (
        select(Review.id, Review.workflow, Review.created_at, Review.ended, Party.organisation_id)
        .join(Party, Party.review_id == Review.id)
        .where(Review.workflow.in_(list(workflows)))
        .order_by(Review.id, Party.position)
    )
    return [Took(*row) for row in session.execute(query)]


def earlier(session: Session, organisation_id: int | None = None) -> Sequence[EarlierMeeting]:
    """Who reviewed whom before, or outside, this program; of one organisation, or of all."""
    query = select(EarlierMeeting).order_by(EarlierMeeting.year.desc(), EarlierMeeting.id)
    if organisation_id is not None:
        mine = or_(EarlierMeeting.first_id == organisation_id, EarlierMeeting.second_id == organisation_id)
        query = query.where(mine)
    return session.scalars(query).all()
