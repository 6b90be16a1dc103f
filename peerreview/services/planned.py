"""One planned mail, as it would go: the lead looks at it, holds it back, adds a line, sends it now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ..engine.planning import Planned, plan
from ..errors import N_, Conflict, Message, NotFound, Refused
from ..store import gathered as gathered_store
from ..store import planned as store
from ..store.outbox import MailWish, PlannedMail
from ..store.people import Person
from . import gathering, mail_plan, mailing, wording
from .accounts import only_lead
from .cases import OpenCase, opened
from .checks import Checks
from .house import Account, House
from .wishes import NONE, Wish, key_of, wishes, words_with

MOST = 500
GONE = N_("The mail has gone meanwhile, or is no longer planned.")


@dataclass(frozen=True)
class PlannedPage:
    """`subject`, `text`: as they would go now, in the recipient's language; "" where nothing would. `open`: it may
    still be held back, added to or sent; else `why_not`, or `outgoing_id` of what went."""

    id: int
    review_id: int
    review: str
    at: datetime
    to: str
    address: str
    mark: str
    state: Message
    why_not: Message | None
    open: bool
    wish: Wish
    subject: str
    text: str
    outgoing_id: int | None


def planned_mail(house: House, *, actor: Account, planned_id: int, now: datetime) -> PlannedPage:
    """Raises NotFound for all but the lead."""
    only_lead(actor)
    with house.db.read() as session:
        row = _row(session, planned_id)
        case = opened(house, session, review_id=row.review_id, account=None, now=now)
        planned = _planned(case, row)
        person = session.get_one(Person, row.person_id)
        wish = _wish(session, row)
        subject = text = ""
        if planned is not None:
            words = words_with(case, planned, wish)
            subject, text = mailing.preview(
                session,
                house,
                person=person,
                words=words,
                review_id=row.review_id,
                now=max(now, row.due_at),
                may_decline=gathering.together([row]),
            )
        mark, state = mail_plan.state_of(row, wish)
        return PlannedPage(
            id=row.id,
            review_id=row.review_id,
            review=wording.title_of(case),
            at=row.due_at,
            to=person.name,
            address=person.email,
            mark=mark,
            state=state,
            why_not=Message(row.why_not) if row.why_not else None,
            open=row.state == "planned" and planned is not None,
            wish=wish,
            subject=subject,
            text=text,
            outgoing_id=row.outgoing_id,
        )


@dataclass(frozen=True)
class GatheredPage:
    """A mail that was to go at once, and waits for its reader (`goes`: for what), as it will be said there."""

    review_id: int
    review: str
    at: datetime
    to: str
    address: str
    mark: str
    state: Message
    goes: Message | None
    why_not: Message | None
    subject: str
    text: str


def gathered_mail(house: House, *, actor: Account, gathered_id: int, now: datetime) -> GatheredPage:
    """Raises NotFound for all but the lead."""
    only_lead(actor)
    with house.db.read() as session:
        row = gathered_store.by_id(session, gathered_id)
        if row is None:
            raise NotFound(f"gathered mail {gathered_id}")
        case = opened(house, session, review_id=row.review_id, account=None, now=now)
        person = session.get_one(Person, row.person_id)
        subject, text = mailing.preview(
            session,
            house,
            person=person,
            words=gathering.words_of(row),
            review_id=row.review_id,
            now=max(now, row.due_at),
            may_decline=gathering.together([row]),
        )
        mark, state = mail_plan.STATES[row.state]
        return GatheredPage(
            review_id=row.review_id,
            review=wording.title_of(case),
            at=row.due_at,
            to=person.name,
            address=person.email,
            mark=mark,
            state=state,
            goes=mail_plan.goes_with(row, person),
            why_not=Message(row.why_not) if row.why_not else None,
            subject=subject,
            text=text,
        )


def hold_back(house: House, *, actor: Account, planned_id: int, held: bool, now: datetime) -> None:
    """The mail shall not go (or may go again), whenever its day comes."""
    with _wishing(house, actor, planned_id, now) as wish:
        wish.held = held


def add_line(house: House, *, actor: Account, planned_id: int, line: str, now: datetime) -> None:
    """What the lead says in the mail besides; "" takes it out. Raises Invalid."""
    checks = Checks()
    cleaned = checks.text("line", line, most=MOST)
    checks.stop()
    with _wishing(house, actor, planned_id, now) as wish:
        wish.line = cleaned


def send_now(house: House, *, actor: Account, planned_id: int, now: datetime, real_now: datetime) -> None:
    """It goes at once instead of on its day, if it still says something true. Raises Conflict, Refused."""
    only_lead(actor)
    with house.db.write() as session:
        row = _row(session, planned_id, lock=True)
        case = opened(house, session, review_id=row.review_id, account=None, now=now)
        planned = _planned(case, row)
        person = session.get_one(Person, row.person_id)
        if row.state != "planned" or planned is None:
            raise Conflict(GONE)
        if person.closed_at is not None:
            raise Refused(N_("The person's account is closed."))
        sent = mailing.enqueue(
            session,
            house,
            person=person,
            kind="reminder",
            words=words_with(case, planned, _wish(session, row)),
            review_id=row.review_id,
            now=now,
            real_now=real_now,
            may_decline=gathering.together([row]),
        )
        row.state, row.outgoing_id = "sent", sent.id


@contextmanager
def _wishing(house: House, actor: Account, planned_id: int, now: datetime) -> Iterator[MailWish]:
    only_lead(actor)
    with house.db.write() as session:
        row = _row(session, planned_id, lock=True)
        if row.state != "planned":
            raise Conflict(GONE)
        wish = store.wish_on(session, row)
        wish.by, wish.at = actor.person_id, now
        yield wish


def _row(session: Session, planned_id: int, *, lock: bool = False) -> PlannedMail:
    row = store.planned_by_id(session, planned_id, lock=lock)
    if row is None:
        raise NotFound(f"planned mail {planned_id}")
    return row


def _planned(case: OpenCase, row: PlannedMail) -> Planned | None:
    return next((one for one in plan(case.case, case.now) if one.key == key_of(row)), None)


def _wish(session: Session, row: PlannedMail) -> Wish:
    return wishes(session, [row.review_id]).get((row.review_id, key_of(row)), NONE)
