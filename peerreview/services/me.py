"""What each keeps of themselves."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import Message
from .accounts import found_in
from .house import Account, House
from .outbox import answer_said
from .people import MembershipView, memberships_of, save_in


@dataclass(frozen=True)
class MeView:
    """What a person may see and change of themselves. `mail_problem`: why mail to them does not arrive."""

    name: str
    email: str
    phone: str
    language: str
    is_lead: bool
    memberships: tuple[MembershipView, ...]
    mail_problem: str | Message


def me(house: House, *, actor: Account) -> MeView:
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
        )


def change_me(house: House, *, actor: Account, name: str, phone: str, language: str) -> None:
    with house.db.write() as session:
        save_in(found_in(session, actor.person_id, lock=True), name, phone, language)
