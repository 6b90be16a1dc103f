"""One mail that is still to come, as it would go: the lead looks at it, holds it back, adds a line, sends it now.

It is planned (a reminder), or gathered: one that was to go at once, and waits for its reader's digest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from ..engine.case import Seat
from ..engine.planning import Planned, plan
from ..errors import N_, Conflict, Message, NotFound, Refused
from ..rendering.mails import MailWords
from ..store import gathered as gathered_store
from ..store import planned as store
from ..store.gathered import Gathered
from ..store.outbox import MailWish, Outgoing, PlannedMail
from ..store.people import Person
from . import gathering, mail_plan, mailing, wording
from .accounts import only_lead
from .cases import OpenCase, opened
from .checks import Checks
from .deeds import changing
from .house import Account, House
from .wishes import Wish, key_of, of_row, words_with

MOST = 500
GONE = N_("The mail has gone meanwhile, or is no longer planned.")
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
        row = _row(session, which)
        case = opened(house, session, review_id=row.review_id, account=None, now=now)
        person = session.get_one(Person, row.person_id)
        wish = of_row(session, row)
        words = _words(case, row, wish)
        subject = text = ""
        if words is not None:
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
        went = session.get(Outgoing, row.outgoing_id) if row.outgoing_id is not None else None
        return PlannedPage(
            which=which,
            review_id=row.review_id,
            review=wording.title_of(case),
            # Sent before its day, or with a digest: what has gone is told as it went.
            at=mail_plan.written_at(went) if went else row.due_at,
            to=person.name,
            address=person.email,
            mark=mark,
            state=state,
            goes=mail_plan.goes_with(row, person),
            why_not=Message(row.why_not) if row.why_not else None,
            open=row.state == "planned" and words is not None,
            wish=wish,
            subject=went.subject if went else subject,
            text=text,
            outgoing_id=row.outgoing_id,
        )


def hold_back(house: House, *, actor: Account, which: MailId, held: bool, now: datetime) -> None:
    """The mail shall not go (or may go again), whenever its day comes."""
    with _waiting(house, actor, which, now) as (case, row):
        wish = _wish_on(case, row, actor)
        if wish.held != held:
            wish.held = held
            _note(case, "mail_held" if held else "mail_let_go", row)


def add_line(house: House, *, actor: Account, which: MailId, line: str, now: datetime) -> None:
    """What the lead says in the mail besides; "" takes it out. Raises Invalid."""
    checks = Checks()
    cleaned = checks.text("line", line, most=MOST)
    checks.stop()
    with _waiting(house, actor, which, now) as (case, row):
        wish = _wish_on(case, row, actor)
        if wish.line != cleaned:
            wish.line, wish.by = cleaned, actor.person_id
            _note(case, "mail_line_added" if cleaned else "mail_line_removed", row)


def send_now(house: House, *, actor: Account, which: MailId, now: datetime, real_now: datetime) -> None:
    """It goes at once and by itself, if it still says something true. Raises Conflict, Refused."""
    with _waiting(house, actor, which, now) as (case, row):
        words = _words(case, row, of_row(case.session, row))
        person = case.session.get_one(Person, row.person_id)
        if words is None:
            raise Conflict(GONE)
        if case.standing.on_hold:
            raise Refused(N_("The review is on hold: the mail waits until it goes on."))
        if person.closed_at is not None:
            raise Refused(N_("The person's account is closed."))
        sent = mailing.enqueue(
            case.session,
            house,
            person=person,
            kind=row.kind,
            words=words,
            review_id=row.review_id,
            now=now,
            real_now=real_now,
            may_decline=gathering.together([row]),
            asks=row.asks if isinstance(row, Gathered) and not row.news else None,
        )
        row.state, row.outgoing_id = "sent", sent.id
        _note(case, "mail_sent_now", row)


@contextmanager
def _waiting(
    house: House, actor: Account, which: MailId, now: datetime
) -> Iterator[tuple[OpenCase, PlannedMail | Gathered]]:
    """A deed on a mail that is still to come, and on its review."""
    only_lead(actor)
    with house.db.read() as session:
        review_id = _row(session, which).review_id
    with changing(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        row = _row(case.session, which, lock=True)
        if row.state != "planned":
            raise Conflict(GONE)
        yield case, row


def _row(session: Session, which: MailId, *, lock: bool = False) -> Row:
    found = gathered_store.by_id if which.gathered else store.planned_by_id
    row = found(session, which.id, lock=lock)
    if row is None or row.nameless:
        # To those who have not answered an anonymous form it goes as one, see `missing`.
        raise NotFound(f"planned mail {which}")
    return row


def _words(case: OpenCase, row: Row, wish: Wish) -> MailWords | None:
    """What it would say now; None where that is no longer true."""
    if isinstance(row, Gathered):
        holds = row.state == "planned" and not gathering.why_not(case, row)
        return gathering.words_of(row) if holds else None
    planned = _planned(case, row)
    return words_with(case, planned, wish) if planned is not None else None


def _planned(case: OpenCase, row: PlannedMail) -> Planned | None:
    return next((one for one in plan(case.case, case.now) if one.key == key_of(row)), None)


def _wish_on(case: OpenCase, row: Row, actor: Account) -> MailWish | Gathered:
    """Where the wish is kept: with a gathered mail itself; of a planned one by itself, for it is planned anew."""
    if isinstance(row, Gathered):
        return row
    wish = store.wish_on(case.session, row)
    wish.at = case.now
    if not wish.line:
        wish.by = actor.person_id
    return wish


def _note(case: OpenCase, deed: str, row: Row) -> None:
    """In the history: the lead and whoever gets the mail read of it, as on the pages of mail."""
    seat = _seat(case, row)
    case.note(
        deed,
        step=row.asks.get("step", "") if isinstance(row, Gathered) else row.step,
        party=seat.party if seat else None,
        data={
            "mail_to": row.person_id,
            "kind": row.kind,
            "role": seat.role if seat else "lead",
            "function": seat.function if seat else "",
        },
    )


def _seat(case: OpenCase, row: Row) -> Seat | None:
    if isinstance(row, PlannedMail):
        return next((seat for seat in case.case.seats if seat.id == row.seat_id), None)
    own = (seat for seat in case.case.seats if row.person_id in (seat.person, seat.reader(case.now)))
    return next(own, None)
