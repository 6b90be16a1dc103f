"""Being somebody else without their password: in the demo alone, where everybody's password is printed anyway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...errors import N_, Invalid, NotFound
from ...store.people.people import people, person_by_email
from ..base.house import House
from .sessions import begin_in

MOST = 1000


@dataclass(frozen=True)
class Somebody:
    name: str
    email: str


def everybody(house: House) -> tuple[Somebody, ...]:
    """Whoever has an account in use, in Swedish order."""
    _demo_only(house)
    with house.db.read() as session:
        rows = people(session, search="", organisation_id=None, state="open", limit=MOST, offset=0)
    return tuple(Somebody(row.name, row.email) for row in rows if row.password_hash is not None)


def become(house: House, *, email: str, agent: str, real_now: datetime) -> str:
    """Begin a session of that person, and give its token."""
    _demo_only(house)
    with house.db.write() as session:
        person = person_by_email(session, email)
        if person is None or person.closed_at is not None or person.password_hash is None:
            raise Invalid(email=N_("Choose somebody from the list."))
        return begin_in(session, person, agent=agent, real_now=real_now)


def _demo_only(house: House) -> None:
    if not house.settings.demo:
        raise NotFound
