"""Mail to one side's team about what somebody did beside the definition's actions, in the deed's transaction."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import N_, Message
from ..rendering.mails import MailWords
from . import gathering, posting, wording
from .cases import OpenCase

TEAM = ("coordinator", "member")


def tell_team(
    case: OpenCase, party: int, *, kind: str, subject: Message, text: Message, page: str, button: Message
) -> None:
    """A mail to everybody on the team of `party`, but not to the one who acts. `page` is under the review."""
    acting = case.account.person_id if case.account else None
    told = {acting}
    for seat in case.rows.seats:
        person = seat.person
        if seat.party != party or seat.role not in TEAM or person.id in told or person.closed_at is not None:
            continue
        told.add(person.id)
        words = MailWords(
            subject=subject,
            why=wording.why(case, person.id, party),
            ask=(text,),
            link=f"/reviews/{case.review.id}/{page}",
            button=button,
            names=case.names,
        )
        real_now = posting.real_time(case.session, case.now)
        gathering.tell(case, person, kind=kind, words=words, real_now=real_now)


def tell(case: OpenCase, parties: Iterable[int], kind: str, subject: Message, text: Message) -> None:
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
        )
