"""What each keeps of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...errors import Message
from ..base.access import found_in
from ..base.house import Account, House
from ..mail.answers import answer_said
from ..register.register_pages import RegisterLine, newest_of
from .edit_people import save_in
from .people_page import MembershipView, memberships_of
from .prove_address import Pending, pending_of


@dataclass(frozen=True)
class MeView:
    """What a person may see and change of themselves. `mail_problem`: why mail to them does not arrive. `pending`:
    another address that waits to be proven; `history`: the last that was done with the account."""

    name: str
    email: str
    phone: str
    language: str
    is_lead: bool
    memberships: tuple[MembershipView, ...]
    mail_problem: str | Message
    pending: Pending | None
    history: tuple[RegisterLine, ...]


def me(house: House, *, actor: Account, real_now: datetime) -> MeView:
    with house.db.read() as session:
        found = found_in(session, actor.person_id)
        return MeView(
            name=found.name,
            email=found.email,
            phone=found.phone,
            language=found.language,
            is_lead=found.is_lead,
            memberships=memberships_of(found),
            mail_problem=answer_said(found.mail_problem),
            pending=pending_of(session, found, real_now),
            history=newest_of(session, person_id=found.id),
        )


def change_me(
    house: House, *, actor: Account, name: str, phone: str, language: str, real_now: datetime
) -> None:
    with house.db.write() as session:
        found = found_in(session, actor.person_id, lock=True)
        save_in(house, session, found, name, phone, language, by=actor, at=real_now)
