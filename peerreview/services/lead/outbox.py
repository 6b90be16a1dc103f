"""The outbox as the project lead sees it: is the worker alive, does mail go, what was refused. Real clock.

What a mail says is shown to nobody here: an invitation's and a reset's body hold a token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...errors import N_, Conflict, Message, NotFound, Refused
from ...rendering.mails import readdressed
from ...store.mail import outbox as store
from ...store.mail.outbox import Outgoing
from ...store.people.people import Person
from ..base.access import only_lead
from ..base.house import Account, House
from ..mail.answers import answer_said
from ..mail.put_in_outbox import ABOUT_ACCOUNT, SECRET, carried
from ..upkeep.heartbeats import Pulse, pulse

MOST = 200
# Mail that has waited longer is a loud warning. (Greylisting puts mail off by some minutes as a rule.)
LATE = timedelta(minutes=30)


@dataclass(frozen=True)
class MailRow:
    """A message that has not gone. `state`: waiting (tried `attempts` times, next at `next_at`) or failed.

    `answer`: what the server said, or a Message of our own."""

    id: int
    kind: str
    subject: str
    recipient: str
    person_id: int | None
    person_name: str
    review_id: int | None
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime
    answer: str | Message


@dataclass(frozen=True)
class MailStatus:
    """`waiting` counts what has not gone yet, `oldest` is since when; `late`: for longer than it should.

    `putoff`: tried, and to be tried again; `failed`: nobody tries again unless asked to. `only_to`: where all mail
    goes instead of to those it is for (the setting `mail_test_address`)."""

    pulse: Pulse
    waiting: int
    oldest: datetime | None
    late: bool
    putoff: tuple[MailRow, ...]
    failed: tuple[MailRow, ...]
    only_to: str = ""

    @property
    def alarming(self) -> bool:
        return (
            self.pulse.silent or self.late or bool(self.failed or self.pulse.failures or self.pulse.strange)
        )


def mail_status(house: House, *, actor: Account, real_now: datetime) -> MailStatus:
    """How the mail is doing, for the lead alone."""
    only_lead(actor)
    with house.db.read() as session:
        waiting, oldest = store.unsent(session)
        putoff = tuple(_row(row, name) for row, name in store.put_off(session, limit=MOST))
        failed = tuple(_row(row, name) for row, name in store.failed(session, limit=MOST))
    return MailStatus(
        pulse=pulse(house, real_now=real_now),
        waiting=waiting,
        oldest=oldest,
        late=oldest is not None and real_now - oldest > LATE,
        putoff=putoff,
        failed=failed,
        only_to=house.settings.mail_test_address,
    )


def retry(house: House, *, actor: Account, outgoing_id: int, real_now: datetime) -> None:
    """Try a message again at once, to the person's present address if it has been corrected."""
    only_lead(actor)
    with house.db.write() as session:
        with house.asked(session, actor):
            row = _unsent(session, outgoing_id)
            person = session.get(Person, row.person_id) if row.person_id is not None else None
            if person is not None and carried(person.email) != row.recipient:
                _readdress(row, person)
            if row.kind in SECRET and not row.message:
                raise Refused(N_("What a link opens is not kept. Send a new invitation or link instead."))
            if person is not None:
                person.mail_problem, person.bounced_at = "", None
            row.state, row.attempts, row.next_at, row.report = "waiting", 0, real_now, ""


def lay_aside(house: House, *, actor: Account, outgoing_id: int) -> None:
    """The lead has seen to it (called, sent a new invitation): the message is not tried again."""
    only_lead(actor)
    with house.db.write() as session:
        with house.asked(session, actor):
            _unsent(session, outgoing_id).state = "void"


def _unsent(session: Session, outgoing_id: int) -> Outgoing:
    row = store.outgoing_by_id(session, outgoing_id, lock=True)
    if row is None:
        raise NotFound
    if row.state not in ("failed", "waiting"):
        raise Conflict(N_("The mail has been sent meanwhile, or is just being sent."))
    return row


def _readdress(row: Outgoing, person: Person) -> None:
    if row.kind in ABOUT_ACCOUNT:
        raise Refused(N_("The address has been corrected since. Send a new invitation or link instead."))
    row.was_to, row.recipient = row.recipient, carried(person.email)
    row.message = readdressed(row.message, person.name, row.recipient)


def _row(row: Outgoing, name: str | None) -> MailRow:
    return MailRow(
        id=row.id,
        kind=row.kind,
        subject="" if row.nameless else row.subject,
        recipient="" if row.nameless else row.recipient,
        person_id=None if row.nameless else row.person_id,
        person_name="" if row.nameless else name or "",
        review_id=row.review_id,
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
        next_at=row.next_at,
        answer="" if row.nameless else answer_said(row.last_answer),
    )
