"""What did not arrive at an address that has now been corrected: sent there, as far as it still holds.

Under the same Message-ID (nobody has it yet). The engine is asked again: what has been done meanwhile, or is about
a review that the person has left, is not sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ...errors import N_
from ...rendering.mails import digest, readdressed
from ...store.mail import gathered_mail
from ...store.mail import outbox as store
from ...store.mail.outbox import Outgoing
from ...store.people.people import Person
from ..base.house import House
from ..case.opening import OpenCase, opened
from . import calendar_invitations, digests, put_in_outbox, still_true
from .put_in_outbox import OLD_ADDRESS, SECRET, TOLD, carried

NO_LONGER = N_("It no longer held when the address was corrected.")


def send_what_holds(
    session: Session, house: House, person: Person, *, now: datetime, real_now: datetime
) -> int:
    """Send to the person's present address what failed, or waits, for another; gives how many. The newest is looked
    at first: of two reminders of one step the later goes."""
    address, done, sent = carried(person.email), set[tuple[object, ...]](), 0
    for row in store.undelivered_to(session, person.id):
        if row.recipient == address:
            continue
        try_again = _again(_Asked(house, session, row, person, now), done)
        if try_again is None:
            # Written by hand to people of all reviews: nothing to ask the engine. The lead sees it, and can send it.
            continue
        row.was_to, old = row.recipient, row.state
        if not try_again():
            row.was_to, row.state, row.last_answer = "", "void", NO_LONGER.text
            continue
        row.state, row.attempts, row.next_at = "waiting", 0, real_now
        row.report, row.last_answer, row.unclear = "", "", False
        sent += old == "failed"
    return sent


@dataclass(frozen=True)
class _Asked:
    house: House
    session: Session
    row: Outgoing
    person: Person
    now: datetime

    def case(self) -> OpenCase:
        assert self.row.review_id is not None
        return opened(self.house, self.session, review_id=self.row.review_id, account=None, now=self.now)


def _again(asked: _Asked, done: set[tuple[object, ...]]) -> Callable[[], bool] | None:
    """How to make the message anew: it says whether it still holds. None where nobody can tell."""
    row = asked.row
    if row.kind in (OLD_ADDRESS, TOLD):
        # For whoever reads mail at the address that it was sent to, and nobody else.
        return None
    if row.kind in SECRET:
        return lambda: False
    if store.planned_in(asked.session, row) or gathered_mail.sent_in(asked.session, row.id):
        return lambda: _remind(asked, done)
    if row.kind == calendar_invitations.KIND:
        return lambda: _invite(asked)
    if row.review_id is not None:
        return lambda: _tell(asked)
    return None if row.state == "failed" else lambda: _readdress(asked)


def _remind(asked: _Asked, done: set[tuple[object, ...]]) -> bool:
    words = still_true.still_true(asked.house, asked.session, asked.row, asked.now, done)
    if not words:
        return False
    put_in_outbox.compose_anew(
        asked.session, asked.house, asked.row, person=asked.person, words=digest(words), now=asked.now
    )
    return True


def _invite(asked: _Asked) -> bool:
    words = calendar_invitations.still_true(asked.case(), asked.row, asked.person)
    if words is None:
        return False
    put_in_outbox.compose_anew(
        asked.session, asked.house, asked.row, person=asked.person, words=words, now=asked.now
    )
    return True


def _tell(asked: _Asked) -> bool:
    """Of a review: to who still has a part in it, for as long as it runs (and that it has ended); what asks for
    something, where it still does."""
    case, person = asked.case(), asked.person.id
    if not digests.takes_part(case, person) or not digests.still_asks(case, asked.row.asks, person):
        return False
    if case.standing.ended and asked.row.kind != "ended":
        return False
    return _readdress(asked)


def _readdress(asked: _Asked) -> bool:
    row, person = asked.row, asked.person
    row.recipient = carried(person.email)
    row.message = readdressed(row.message, person.name, row.recipient)
    return True
