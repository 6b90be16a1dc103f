"""What has been seen and mailed already: who has looked at whose materials, which reminders have gone."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..artefacts.materials import AccessLog
from ..mail.outbox import Outgoing, PlannedMail


def looks(session: Session, review_id: int) -> list[tuple[int, int]]:
    """(person, whose materials they have looked at), each once."""
    query = select(AccessLog.person_id, AccessLog.party).where(AccessLog.review_id == review_id).distinct()
    return [(person, party) for person, party in session.execute(query)]


def reminders(session: Session, review_id: int) -> list[tuple[str, int, int]]:
    """(step, party or -1, how many reminders have been sent)."""
    query = (
        select(PlannedMail.step, PlannedMail.party, func.count())
        .where(PlannedMail.review_id == review_id, PlannedMail.state == "sent")
        .group_by(PlannedMail.step, PlannedMail.party)
    )
    return [(step, party, count) for step, party, count in session.execute(query)]


def mails_of_deed(session: Session, review_id: int, about_at: object) -> list[Outgoing]:
    """The mails that a deed at this instant of the method's time put into the outbox."""
    query = select(Outgoing).where(Outgoing.review_id == review_id, Outgoing.about_at == about_at)
    return list(session.scalars(query.order_by(Outgoing.id)))
