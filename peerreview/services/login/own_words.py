"""The words that others know of whoever chooses a password: their own, their organisation's and the network's."""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from ...errors import Message
from ...store.people.organisations import organisations
from ...store.people.people import Person, memberships_in
from ..base.house import House
from . import passwords


def password_fault(
    house: House, session: Session, password: str, *texts: str, person: Person | None = None
) -> Message | None:
    """What is wrong with a new password. `texts`: the name and address that its owner has, or has just typed;
    `person`: whom else it is known of."""
    known = (*texts, *_of_person(session, person), *_of_network(house, session))
    return passwords.fault(password, least=house.settings.password_length, known=known)


def _of_person(session: Session, person: Person | None) -> tuple[str, ...]:
    if person is None:
        return ()
    titles = (membership.title for membership in memberships_in(session, person.id))
    # A telephone number is known with its digits in a row.
    phone = "".join(sign for sign in person.phone if sign.isdigit())
    return (person.name, person.email, phone, *titles)


def _of_network(house: House, session: Session) -> tuple[str, ...]:
    """All its organisations: a password of the neighbour's name is guessed as soon as one of the own."""
    settings = house.settings
    names = [word for one in organisations(session) for word in (one.name, one.code)]
    hosts = (urlsplit(settings.base_url).hostname or "", settings.mail_from)
    return ("Peerreview", settings.network_name, *hosts, *names)
