"""What somebody is typing in a form of their side and has not sent: kept, so that a page can be closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..connection.database import Base, UTCDateTime


class FormDraft(Base):
    """One for each form of a side, for those who may write in it alone. `item`: the id of what is changed, 0 where the
    form is for something new or the side's only one; `base`: the version that the form began from; `number` counts
    the saves of this draft."""

    __tablename__ = "form_draft"
    __table_args__ = (UniqueConstraint("review_id", "artefact", "party", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    artefact: Mapped[str] = mapped_column(String(50))
    party: Mapped[int]
    item: Mapped[int] = mapped_column(default=0)
    base: Mapped[int]
    number: Mapped[int]
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    saved_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


def _of(review_id: int, artefact: str, party: int, item: int) -> tuple[Any, ...]:
    return (
        FormDraft.review_id == review_id,
        FormDraft.artefact == artefact,
        FormDraft.party == party,
        FormDraft.item == item,
    )


def draft_of(session: Session, review_id: int, artefact: str, party: int, item: int) -> FormDraft | None:
    return session.scalar(select(FormDraft).where(*_of(review_id, artefact, party, item)))


def forget(session: Session, review_id: int, artefact: str, party: int, item: int) -> None:
    session.execute(delete(FormDraft).where(*_of(review_id, artefact, party, item)))
