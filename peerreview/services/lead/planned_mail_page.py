"""One mail that is still to come, as it would go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from ...engine.turns.planning import Planned, plan
from ...errors import Message, NotFound
from ...rendering.mails import MailWords
from ...store.mail import gathered_mail as gathered_store
from ...store.mail import planned as store
from ...store.mail.gathered_mail import Gathered
from ...store.mail.outbox import Outgoing, PlannedMail
from ...store.people.people import Person
from ..base.access import only_lead
from ..base.house import Account, House
from ..case.opening import OpenCase, opened
from ..mail import digests, put_in_outbox
from ..mail.lead_wishes import Wish, key_of, of_row, words_with
from ..turns import wording
from . import mail_lists

Row = PlannedMail | Gathered


class MailId(NamedTuple):
    """Which mail: a planned one, or a gathered one."""

    id: int
    gathered: bool = False


@dataclass(frozen=True)
class PlannedPage:
    """`subject`, `text`: as they would go alone now, in the recipient's language; "" where nothing would. `open`: it
    may still be held back, added to or sent; else `why_not`, or `outgoing_id` of what went. `goes`: what it goes with,
    where it does not go alone."""

    which: MailId
    review_id: int
    review: str
    at: datetime
    to: str
    address: str
    mark: str
    state: Message
    goes: Message | None
    why_not: Message | None
    open: bool
    wish: Wish
    subject: str
    text: str
    outgoing_id: int | None


def planned_mail(house: House, *, actor: Account, which: MailId, now: datetime) -> PlannedPage:
    """Raises NotFound for all but the lead."""
    only_lead(actor)
    with house.db.read() as session:
        row = row_of(session, which)
        case = opened(house, session, review_id=row.review_id, account=None, now=now)
        person = session.get_one(Person, row.person_id)
        wish = of_row(session, row)
        words = words_of(case, row, wish)
        subject = text = ""
        if words is not None:
            subject, text = put_in_outbox.preview(
                session,
                house,
                person=person,
                words=words,
                review_id=row.review_id,
                now=max(now, row.due_at),
                may_decline=digests.together([row]),
            )
        mark, state = mail_lists.state_of(row, wish)
        went = session.get(Outgoing, row.outgoing_id) if row.outgoing_id is not None else None
        return PlannedPage(
            which=which,
            review_id=row.review_id,
            review=wording.title_of(case),
            # Sent before its day, or with a digest: what has gone is told as it went.
            at=mail_lists.written_at(went) if went else row.due_at,
            to=person.name,
            address=person.email,
            mark=mark,
            state=state,
            goes=mail_lists.goes_with(row, person),
            why_not=Message(row.why_not) if row.why_not else None,
            open=row.state == "planned" and words is not None,
            wish=wish,
            subject=went.subject if went else subject,
            text=text,
            outgoing_id=row.outgoing_id,
        )


def row_of(session: Session, which: MailId, *, lock: bool = False) -> Row:
    found = gathered_store.by_id if which.gathered else store.planned_by_id
    row = found(session, which.id, lock=lock)
    if row is None or row.nameless:
        # To those who have not answered an anonymous form it goes as one, see `missing`.
        raise NotFound(f"planned mail {which}")
    return row


def words_of(case: OpenCase, row: Row, wish: Wish) -> MailWords | None:
    """What it would say now; None where that is no longer true."""
    if isinstance(row, Gathered):
        holds = row.state == "planned" and not digests.why_not(case, row)
        return digests.words_of(row) if holds else None
    planned = _planned(case, row)
    return words_with(case, planned, wish) if planned is not None else None


def _planned(case: OpenCase, row: PlannedMail) -> Planned | None:
    return next((one for one in plan(case.case, case.now) if one.key == key_of(row)), None)
