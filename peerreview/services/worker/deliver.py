"""Taking mail from the outbox to the SMTP server, and writing down what became of it.

Any number of workers may deliver at once. A message is claimed in one short transaction, sent outside of any,
and settled in another (settle.py): it is never lost, and goes twice only where the process dies between the
server's 250 and our commit (then under the same Message-ID). All on the real clock.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...errors import Message
from ...mail.smtp import Retry, Sender, SmtpServer
from ...store.mail import outbox as store
from ...store.mail.outbox import Outgoing
from ..base.house import House
from .settle import MINUTE, SOON, Book, Fated, State

log = logging.getLogger(__name__)

# A claim is for about what a second will do: SMALL at first, twice as much after each that was done within that,
# up to BATCH. What a worker that dies has claimed waits for the claim to run out.
SMALL, BATCH = 50, 500
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
    state: State
    answer: str | Message = ""
    unreachable: bool = False


def _never() -> bool:
    return False


def deliver(
    house: House, *, real_now: datetime, limit: int = ALL, stopping: Callable[[], bool] = _never
) -> tuple[Delivery, ...]:
    """Send up to `limit` messages that are due; stops early where no SMTP server can be reached, and begins no
    further message once `stopping` says so."""
    begun, most = time.monotonic(), SMALL
    done: list[Delivery] = []
    with Sender(smtp_server(house)) as sender:
        while len(done) < limit and not stopping():
            spent = time.monotonic() - begun
            at = real_now + timedelta(seconds=spent)
            batch = _claim(house, at, min(most, limit - len(done), _room(house, at)))
            deliveries = list(_send_all(house, sender, batch, at, stopping))
            done += deliveries
            if not batch or len(deliveries) < len(batch) or deliveries[-1].unreachable:
                break
            quick = time.monotonic() - begun - spent < SOON
            most = min(most * 2, BATCH) if quick else max(most // 2, SMALL)
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
        if not store.any_due(session, at):
            return []
    with house.db.write() as session:
        return store.claim(session, at=at, until=at + CLAIM, limit=limit)


def _send_all(
    house: House, sender: Sender, batch: list[Outgoing], at: datetime, stopping: Callable[[], bool]
) -> Iterator[Delivery]:
    begun = time.monotonic()
    down: Retry | None = None
    left: list[Outgoing] = []
    with Book(house, stopping) as book:
        for row in batch:
            spent = timedelta(seconds=time.monotonic() - begun)
            if spent > SENDING or stopping():
                left.append(row)
                continue
            # One closed door is enough: the others of this batch wait without knocking.
            fate = down or sender.send(
                sender=house.settings.mail_from, recipient=_envelope(house, row), message=row.message
            )
            if isinstance(fate, Retry) and fate.unreachable and not down:
                log.warning("no mail server at %s: %s", house.settings.mail_server, fate.answer)
                down = fate
            fated = Fated(row, fate, at + spent)
            book.add(fated)
            yield _delivery(fated)
    if left:
        _give_back(house, left, at + timedelta(seconds=time.monotonic() - begun))


def _delivery(fated: Fated) -> Delivery:
    row, fate, state = fated.row, fated.fate, fated.state
    unreachable = isinstance(fate, Retry) and fate.unreachable
    if state != "sent" and not unreachable:
        log.warning("mail %s to person %s: %s: %s", row.message_id, row.person_id, state, fated.said)
    return Delivery(row.id, row.message_id, row.recipient, row.subject, state, fate.answer, unreachable)


def _envelope(house: House, row: Outgoing) -> str:
    """Whom it really goes to. The message itself still says whom it is for."""
    return house.settings.mail_test_address or row.recipient


def _give_back(house: House, rows: list[Outgoing], at: datetime) -> None:
    with house.db.write() as session:
        for row in rows:
            store.settle(session, row, state="waiting", next_at=at)
