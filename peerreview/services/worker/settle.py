"""Writing down what became of messages that were sent: several in one transaction, soon after the server's word.

What a server has taken must not go a second time. So it is written down within a second; and where the
database is away or its disk full, it is tried again for as long as the claim keeps others from sending it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ...errors import Message
from ...mail.smtp import Failed, Fate, Sent, Unclear
from ...store.mail import outbox as store
from ...store.mail.outbox import Outgoing
from ...store.people.people import Person
from ..base.house import House
from ..mail.put_in_outbox import OLD_ADDRESS, SECRET, carried

log = logging.getLogger(__name__)

MINUTE = timedelta(minutes=1)
# Between one try and the next; after the last of them, some three days on, the message has failed.
PAUSES = tuple(minutes * MINUTE for minutes in (1, 5, 15, 60, 4 * 60, *[8 * 60] * 8))
# Seconds: how long something sent may stand unwritten, and for how long writing it is tried.
SOON = 1.0
PATIENCE = 300.0
BREATH = 0.5

State = Literal["sent", "waiting", "failed", "void"]


class Fated(NamedTuple):
    """A claimed message and what became of it, at an instant of the real clock."""

    row: Outgoing
    fate: Fate
    at: datetime

    @property
    def state(self) -> State:
        if isinstance(self.fate, Sent):
            return "sent"
        too_often = self.row.attempts >= len(PAUSES)
        if not isinstance(self.fate, Failed) and not too_often:
            return "waiting"
        # That an address which is given up takes no mail is no news to anybody.
        return "void" if self.row.kind == OLD_ADDRESS else "failed"

    @property
    def said(self) -> str:
        answer = self.fate.answer
        return (answer.text if isinstance(answer, Message) else answer)[:500]


class Book:
    """What has been sent and is not written down yet. A context manager: nothing is left in it."""

    def __init__(self, house: House, stopping: Callable[[], bool]):
        self._house, self._stopping = house, stopping
        self._open: list[Fated] = []
        self._since = 0.0

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *error: object) -> None:
        self.write()

    def add(self, fated: Fated) -> None:
        if not self._open:
            self._since = time.monotonic()
        self._open.append(fated)
        if time.monotonic() - self._since > SOON:
            self.write()

    def write(self) -> None:
        """Again and again, if it has to be: what is written already is not written twice."""
        until = time.monotonic() + PATIENCE
        while self._open:
            try:
                with self._house.db.write() as session:
                    _settle(session, self._open, note=not self._house.settings.mail_test_address)
                self._open.clear()
            except DBAPIError as error:
                if self._stopping() or time.monotonic() > until:
                    raise
                log.warning("%s sent mails cannot be written down yet: %s", len(self._open), error.orig)
                time.sleep(BREATH)


def _settle(session: Session, fated: Sequence[Fated], *, note: bool) -> None:
    sent = [one for one in fated if one.state == "sent"]
    if sent:
        mine = store.settle_sent(session, [one.row for one in sent], at=sent[-1].at, emptied=SECRET)
        if note:
            _arrived(session, [one.row for one in sent if one.row.id in mine])
    for one in sorted((one for one in fated if one.state != "sent"), key=lambda one: one.row.person_id or 0):
        if store.settle(session, one.row, **_values(one)) and note:
            _refused(session, one)


def _values(one: Fated) -> dict[str, Any]:
    unclear = one.row.unclear or isinstance(one.fate, Unclear)
    values: dict[str, Any] = {
        "state": one.state,
        "attempts": one.row.attempts + 1,
        "last_answer": one.said,
        "unclear": unclear,
    }
    if one.state == "waiting":
        values["next_at"] = one.at + PAUSES[one.row.attempts]
    return values


def _arrived(session: Session, rows: Sequence[Outgoing]) -> None:
    """A refused address is shown on the person until something arrives there, or it is corrected. (What a server
    took can still come back: a bounce is not undone by it.)"""
    addresses = {(row.person_id, row.recipient) for row in rows}
    for person in store.refused_people(session, {row.person_id for row in rows if row.person_id is not None}):
        if (person.id, carried(person.email)) in addresses:
            person.mail_problem = ""


def _refused(session: Session, one: Fated) -> None:
    fate, row = one.fate, one.row
    if row.person_id is None or not isinstance(fate, Failed) or fate.about == "sender":
        return
    person = session.get(Person, row.person_id, with_for_update=True)
    if person is not None and carried(person.email) == row.recipient and person.bounced_at is None:
        person.mail_problem = one.said
