"""Taking mail from the outbox to the SMTP server, and writing down what became of it.

Any number of workers may deliver at once. A message is claimed in one short transaction, sent outside of any,
and settled in another: it is never lost, and goes twice only where the process dies between the
server's 250 and our commit (then under the same Message-ID). All on the real clock.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session

from ..errors import Message
from ..mail.smtp import Failed, Fate, Retry, Sender, Sent, SmtpServer, Unclear
from ..store import outbox as store
from ..store.outbox import Outgoing
from ..store.people import Person
from .house import House
from .mailing import SECRET, carried

log = logging.getLogger(__name__)

MINUTE = timedelta(minutes=1)
# Between one try and the next; after the last of them, some three days on, the message has failed.
PAUSES = tuple(minutes * MINUTE for minutes in (1, 5, 15, 60, 4 * 60, *[8 * 60] * 8))
BATCH = 20
ALL = 1_000_000
# A claim outlives the slowest batch: SENDING until the last message is begun, and its seven exchanges of
# words with the server at 20 seconds each.
CLAIM = 15 * MINUTE
SENDING = 5 * MINUTE


@dataclass(frozen=True)
class Delivery:
    """What became of one message. `answer`: the server's, or (a Message) what the house says itself."""

    outgoing_id: int
    message_id: str
    recipient: str
    subject: str
    state: Literal["sent", "waiting", "failed"]
    answer: str | Message = ""
    unreachable: bool = False


def _never() -> bool:
    return False


def deliver(
    house: House, *, real_now: datetime, limit: int = ALL, stopping: Callable[[], bool] = _never
) -> tuple[Delivery, ...]:
    """Send up to `limit` messages that are due; stops early where no SMTP server can be reached, and begins no
    further message once `stopping` says so."""
    begun = time.monotonic()
    done: list[Delivery] = []
    with Sender(smtp_server(house)) as sender:
        while len(done) < limit and not stopping():
            at = real_now + timedelta(seconds=time.monotonic() - begun)
            batch = _claim(house, at, min(BATCH, limit - len(done), _room(house, at)))
            deliveries = list(_send_all(house, sender, batch, at, stopping))
            done += deliveries
            if not batch or len(deliveries) < len(batch) or deliveries[-1].unreachable:
                break
    return tuple(done)


def under_way(house: House) -> bool:
    """Whether a worker is just sending something."""
    with house.db.read() as session:
        return store.any_claimed(session)


def smtp_server(house: House) -> SmtpServer:
    settings = house.settings
    return SmtpServer(
        settings.mail_server,
        settings.mail_port,
        use_tls=settings.mail_use_tls,
        use_ssl=settings.mail_use_ssl,
        username=settings.mail_username,
        password=settings.mail_password,
        timeout=settings.mail_timeout,
    )


def _room(house: House, at: datetime) -> int:
    """How many more may go in this minute; the rest waits for the next round."""
    most = house.settings.mail_per_minute
    if not most:
        return ALL
    with house.db.read() as session:
        return max(0, most - store.sent_since(session, at - MINUTE))


def _claim(house: House, at: datetime, limit: int) -> list[Outgoing]:
    """Rows to read from, no longer of a session; ours until the claim runs out."""
    if limit <= 0:
        return []
    with house.db.read() as session:
        # Most rounds find nothing: then nobody is kept from writing.
        if not store.unsent(session, due_by=at)[0]:
            return []
    with house.db.write() as session:
        return store.claim(session, at=at, until=at + CLAIM, limit=limit)


def _send_all(
    house: House, sender: Sender, batch: list[Outgoing], at: datetime, stopping: Callable[[], bool]
) -> Iterator[Delivery]:
    begun = time.monotonic()
    down: Retry | None = None
    for row in batch:
        spent = timedelta(seconds=time.monotonic() - begun)
        if spent > SENDING or stopping():
            _give_back(house, row, at + spent)
            continue
        # One closed door is enough: the others of this batch wait without knocking.
        fate = down or sender.send(
            sender=house.settings.mail_from, recipient=_envelope(house, row), message=row.message
        )
        if isinstance(fate, Retry) and fate.unreachable and not down:
            log.warning("no mail server at %s: %s", house.settings.mail_server, fate.answer)
            down = fate
        yield _settle(house, row, fate, at + spent)


def _envelope(house: House, row: Outgoing) -> str:
    """Whom it really goes to. The message itself still says whom it is for."""
    return house.settings.mail_test_address or row.recipient


def _give_back(house: House, row: Outgoing, at: datetime) -> None:
    with house.db.write() as session:
        store.settle(session, row, state="waiting", next_at=at)


def _settle(house: House, row: Outgoing, fate: Fate, at: datetime) -> Delivery:
    state = _state(row, fate)
    said = (fate.answer.text if isinstance(fate.answer, Message) else fate.answer)[:500]
    values: dict[str, Any] = {"state": state, "attempts": row.attempts + 1, "last_answer": said}
    values["unclear"] = row.unclear or isinstance(fate, Unclear)
    if state == "waiting":
        values["next_at"] = at + PAUSES[row.attempts]
    if state == "sent":
        values["sent_at"] = at
        if row.kind in SECRET:
            # The link's row holds a digest of the token alone; the mail shall not keep what that hides.
            values["message"] = b""
    with house.db.write() as session:
        if store.settle(session, row, **values) and not house.settings.mail_test_address:
            _note_on_person(session, row, fate, said)
    unreachable = isinstance(fate, Retry) and fate.unreachable
    if state != "sent" and not unreachable:
        log.warning("mail %s to person %s: %s: %s", row.message_id, row.person_id, state, said)
    return Delivery(row.id, row.message_id, row.recipient, row.subject, state, fate.answer, unreachable)


def _state(row: Outgoing, fate: Fate) -> Literal["sent", "waiting", "failed"]:
    if isinstance(fate, Sent):
        return "sent"
    return "failed" if isinstance(fate, Failed) or row.attempts >= len(PAUSES) else "waiting"


def _note_on_person(session: Session, row: Outgoing, fate: Fate, answer: str) -> None:
    """A refused address is shown on the person until something arrives there, or it is corrected. (What a server
    took can still come back: a bounce is not undone by it.)"""
    refused = isinstance(fate, Failed) and fate.about != "sender"
    if row.person_id is None or not (refused or isinstance(fate, Sent)):
        return
    person = session.get(Person, row.person_id, with_for_update=True)
    if person is not None and carried(person.email) == row.recipient and person.bounced_at is None:
        person.mail_problem = answer if refused else ""
