"""One mail that is still to come, as it would go: the lead looks at it, holds it back, adds a line, sends it now.

It is planned (a reminder), or gathered: one that was to go at once, and waits for its reader's digest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from ...engine.running.case import Seat
from ...errors import N_, Conflict, Refused
from ...store.mail import planned as store
from ...store.mail.gathered_mail import Gathered
from ...store.mail.outbox import MailWish, PlannedMail
from ...store.people.people import Person
from ..base.access import only_lead
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..deeds.change import changing
from ..mail import digests, put_in_outbox
from ..mail.lead_wishes import of_row
from .planned_mail_page import MailId, Row, row_of, words_of

MOST = 500
GONE = N_("The mail has gone meanwhile, or is no longer planned.")


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
        words = words_of(case, row, of_row(case.session, row))
        person = case.session.get_one(Person, row.person_id)
        if words is None:
            raise Conflict(GONE)
        if case.standing.on_hold:
            raise Refused(N_("The review is on hold: the mail waits until it goes on."))
        if person.closed_at is not None:
            raise Refused(N_("The person's account is closed."))
        sent = put_in_outbox.enqueue(
            case.session,
            house,
            person=person,
            kind=row.kind,
            words=words,
            review_id=row.review_id,
            now=now,
            real_now=real_now,
            may_decline=digests.together([row]),
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
        review_id = row_of(session, which).review_id
    with changing(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        row = row_of(case.session, which, lock=True)
        if row.state != "planned":
            raise Conflict(GONE)
        yield case, row


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
