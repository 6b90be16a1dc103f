"""What the web has met at its door that whoever runs the house should know of, for `peerreview check` to tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..connection.database import Base, UTCDateTime


class Remark(Base):
    """One kind of thing, as it was met last; on the real clock."""

    __tablename__ = "remark"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    first_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)


def keep(session: Session, name: str, data: dict[str, Any], at: datetime) -> None:
    row = session.get(Remark, name, with_for_update=True)
    if row is None:
        try:
            with session.begin_nested():
                session.add(Remark(name=name, data=data, first_at=at, last_at=at))
        except IntegrityError:
            pass  # another process was first
        return
    if row.data != data:
        row.first_at = at
    row.data, row.last_at = data, at


def remarks(session: Session) -> Sequence[Remark]:
    return session.scalars(select(Remark).order_by(Remark.name)).all()
