"""What the one who runs the house does from the command line: the first lead, a forgotten password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ...errors import N_, Invalid
from ...store.connection.collation import fold, sort_key
from ...store.lists import accounts as store
from ...store.people.people import Person, person_by_email
from ..base.checks import Checks
from ..base.house import House
from ..login import passwords, tries
from ..login.account_mails import AccountMails
from ..login.own_words import password_fault
from ..register import register
from .names import check_name


def add_person(
    house: House, *, name: str, email: str, language: str, is_lead: bool, password: str, real_now: datetime
) -> int:
    """An account that can be used at once; gives its id. Raises Invalid naming each field that is wrong."""
    checks = Checks()
    email = checks.email("email", email)
    language = checks.language("language", language)
    with house.db.read() as session:
        name = check_name(house, session, checks, "name", name)
        _check_password(house, session, checks, password, name, email)
    checks.stop()
    person = Person(name=name, sort_key=sort_key(name), email=email, email_folded=fold(email))
    person.language, person.is_lead, person.created_at = language, is_lead, real_now
    person.password_hash = passwords.hashed(password)
    with house.db.write() as session:
        if person_by_email(session, email) is not None:
            raise Invalid(email=N_("There already is an account with this address."))
        session.add(person)
        session.flush()
        words, data = {"name": name, "email": email}, {"lead": is_lead}
        register.note(session, "person_added", by=None, at=real_now, person=person, words=words, data=data)
        return person.id


def set_password(house: House, *, email: str, password: str, now: datetime, real_now: datetime) -> None:
    """A new password; opens a closed account again, and ends all its sessions and links. Its owner is told."""
    checks = Checks()
    with house.db.read() as session:
        _check_password(house, session, checks, password, email, person=_known(session, email))
    checks.stop()
    chosen = passwords.hashed(password)
    with house.db.write() as session:
        person = _known(session, email, lock=True)
        person.password_hash, person.closed_at = chosen, None
        store.end_access(session, person.id, real_now)
        tries.forget_address_in(session, what="login", email=email)
        AccountMails(session, house, now, real_now).new_password(person, by_command=True)
        register.note(session, "password_set", by=None, at=real_now, person=person)


def _check_password(
    house: House, session: Session, checks: Checks, password: str, *known: str, person: Person | None = None
) -> None:
    if fault := password_fault(house, session, password, *known, person=person):
        checks.faults["password"] = fault


def _known(session: Session, email: str, *, lock: bool = False) -> Person:
    person = person_by_email(session, email, lock=lock)
    if person is None:
        raise Invalid(email=N_("There is no account with this address."))
    return person
