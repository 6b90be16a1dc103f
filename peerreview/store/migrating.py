"""Reviews that have an older definition than the newest, and what of them is kept by the name of a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from .evaluations import Hours
from .outbox import MailWish, PlannedMail
from .reviews import Review


def running(session: Session, workflow: str) -> list[tuple[int, str]]:
    """The reviews of a workflow that have not ended: (id, hash of their definition)."""
    query = (
        select(Review.id, Review.definition_hash)
        .where(Review.workflow == workflow, Review.ended.is_(None))
        .order_by(Review.id)
    )
    return [(id, hash) for id, hash in session.execute(query)]


def rename_steps(session: Session, review_id: int, names: Mapping[str, str]) -> None:
    """What was planned, sent, wished for and counted for a step is the renamed step's from now on."""
    _rename(session.scalars(select(PlannedMail).where(PlannedMail.review_id == review_id)).all(), names)
    _rename(session.scalars(select(MailWish).where(MailWish.review_id == review_id)).all(), names)
    for old, new in names.items():
        if old != new and "/" not in old:
            session.execute(
                update(Hours)
                .where(Hours.review_id == review_id, Hours.step == old)
                .values(step=new.partition("/")[0])
            )
    session.flush()


def _rename(rows: Sequence[PlannedMail | MailWish], names: Mapping[str, str]) -> None:
    taken = {_key(row, row.step) for row in rows}
    for row in rows:
        new = names.get(row.step, row.step)
        if new != row.step and _key(row, new) not in taken:
            taken.add(_key(row, new))
            row.step = new


def _key(row: PlannedMail | MailWish, step: str) -> tuple[Any, ...]:
    return (row.party, step, row.visit, row.rule, row.occurrence, row.seat_id)
