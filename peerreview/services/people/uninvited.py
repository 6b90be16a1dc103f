"""Who has been brought in and never invited: invited when the lead says so, all with one button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...store.people import people as store
from ..base.access import only_lead
from ..base.house import Account, House
from .accounts import send_invitation_in
from .people_page import MembershipView, memberships_of


@dataclass(frozen=True)
class Uninvited:
    id: int
    name: str
    email: str
    language: str
    memberships: tuple[MembershipView, ...]


def uninvited(house: House, *, actor: Account) -> tuple[Uninvited, ...]:
    """In Swedish order; for the lead alone."""
    only_lead(actor)
    with house.db.read() as session:
        return tuple(
            Uninvited(one.id, one.name, one.email, one.language, memberships_of(one))
            for one in store.uninvited(session)
        )


def count(house: House, *, actor: Account) -> int:
    only_lead(actor)
    with house.db.read() as session:
        return store.count_uninvited(session)


def invite_all(house: House, *, actor: Account, now: datetime, real_now: datetime) -> int:
    """Send each of them an invitation; gives how many."""
    only_lead(actor)
    with house.db.write() as session:
        with house.asked(session, actor):
            found = store.uninvited(session, lock=True)
            for one in found:
                send_invitation_in(session, house, person=one, by=actor, now=now, real_now=real_now)
    return len(found)
