"""Where somebody's mail goes, corrected: by themselves, or by the project lead."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..errors import N_, Invalid
from ..store.people import Person, person_by_email, person_by_id
from ..store.sorting import fold
from . import passwords, tries
from .catching_up import send_what_holds
from .checks import Checks
from .house import Account, House


def set_address_in(
    session: Session, house: House, person: Person, email: str, *, now: datetime, real_now: datetime
) -> None:
    """Give the person an address that nobody else has, and send what still holds there. Raises Invalid(email=)."""
    checks = Checks()
    email = checks.email("email", email)
    checks.stop()
    other = person_by_email(session, email)
    if other is not None and other.id != person.id:
        raise Invalid(email=N_("%(name)s already has this address.", name=other.name))
    _keep(session, person, email)
    send_what_holds(session, house, person, now=now, real_now=real_now)


def change_my_address(
    house: House,
    *,
    actor: Account,
    email: str,
    present: str,
    client: str,
    now: datetime,
    real_now: datetime,
) -> None:
    """My mail goes to another address, which I log in with too: for the one who knows the password."""
    attempt = tries.begin(house, what="login", email=actor.email, client=client, real_now=real_now)
    with house.db.read() as session:
        person = person_by_id(session, actor.person_id)
    if person is None or not passwords.matches(person.password_hash, present):
        raise Invalid(present=N_("This is not your present password."))
    checked = person.password_hash
    with house.db.write() as session:
        tries.forgive_in(session, attempt)
    checks = Checks()
    email = checks.email("email", email)
    checks.stop()
    with house.db.write() as session:
        person = person_by_id(session, actor.person_id, lock=True)
        if person is None or person.closed_at is not None or person.password_hash != checked:
            raise Invalid(present=N_("This is not your present password."))
        other = person_by_email(session, email)
        if other is not None and other.id != person.id:
            # Whose it is, is nothing that everybody is told.
            raise Invalid(email=_TAKEN)
        _keep(session, person, email)
        person.address_unproven = False
        send_what_holds(session, house, person, now=now, real_now=real_now)


_TAKEN = N_("Somebody else already has this address.")


def _keep(session: Session, person: Person, email: str) -> None:
    person.email, person.email_folded = email, fold(email)
    person.mail_problem, person.bounced_at = "", None
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        raise Invalid(email=_TAKEN) from None
