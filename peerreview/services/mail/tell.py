"""Mail to one side's team about what somebody did beside the definition's actions, in the deed's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...engine.running.case import Seat
from ...errors import N_, Message
from ...rendering.mails import MailWords
from ...store.mail import planned
from ...store.people.people import Person
from ..base import clock
from ..case.opening import OpenCase
from ..turns import wording
from . import digests
from .put_in_outbox import enqueue

TEAM = ("coordinator", "member")


def tell_team(
    case: OpenCase,
    party: int,
    *,
    kind: str,
    subject: Message,
    text: Message,
    page: str,
    button: Message,
    gathers: bool = False,
) -> None:
    """News to everybody on the team of `party`, but not to the one who acts. `page` is under the review."""
    seats = [seat for seat in case.case.seats if seat.party == party and seat.role in TEAM]
    link, real_now = f"/reviews/{case.review.id}/{page}", clock.real_time(case.session, case.now)
    for person, words in _addressed(case, seats, subject, (text,), link, button):
        digests.tell(case, person, kind=kind, words=words, real_now=real_now, gathers=gathers)


def tell_seats(
    case: OpenCase,
    seats: Iterable[Seat],
    *,
    kind: str,
    subject: Message,
    asks: tuple[Message, ...],
    link: str,
    button: Message,
) -> None:
    """A mail at once to those who sit on these seats, but not to the one who acts."""
    real_now = clock.real_time(case.session, case.now)
    for person, words in _addressed(case, seats, subject, asks, link, button):
        enqueue(
            case.session,
            case.house,
            person=person,
            kind=kind,
            words=words,
            review_id=case.review.id,
            now=case.now,
            real_now=real_now,
        )


def _addressed(
    case: OpenCase,
    seats: Iterable[Seat],
    subject: Message,
    asks: tuple[Message, ...],
    link: str,
    button: Message,
) -> Iterator[tuple[Person, MailWords]]:
    """Each once, and whoever sits in for somebody in their place (engine.md 3)."""
    acting = case.account.person_id if case.account else None
    # A side that has withdrawn is told of nothing but by the moves themselves.
    told = {seat.reader(case.now): seat.party for seat in seats if seat.party not in case.standing.withdrawn}
    for person in planned.people(case.session, set(told) - {acting}).values():
        if person.closed_at is None:
            party = told[person.id]
            why = wording.why(case, person.id, party if party >= 0 else None)
            yield person, MailWords(subject, why, asks, link, button, names=case.names)


def tell(
    case: OpenCase,
    parties: Iterable[int],
    kind: str,
    subject: Message,
    text: Message,
    *,
    gathers: bool = False,
) -> None:
    """A mail about materials to the teams of several sides."""
    for party in parties:
        tell_team(
            case,
            party,
            kind=kind,
            subject=subject,
            text=text,
            page="materials",
            button=N_("Open the materials"),
            gathers=gathers,
        )
