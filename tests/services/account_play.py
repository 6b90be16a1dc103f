"""Playing with accounts: asking for addresses and passwords, and reading the links in the mails."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from peerreview.services.base.house import Account, House
from peerreview.services.login import sessions
from peerreview.services.mail import put_in_outbox
from peerreview.services.people import accounts, prove_address
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Person
from tests.people import PASSWORD

OLD, NEW = "anna@example.org", "anna.ny@example.org"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ask(house: House, anna: Account, at: datetime, email: str = NEW, present: str = PASSWORD) -> None:
    prove_address.change_my_address(house, actor=anna, email=email, present=present, now=at, real_now=at)


def correct(house: House, lead: Account, anna: Account, at: datetime, email: str = NEW) -> bool:
    person = anna.person_id
    return accounts.correct_address(house, actor=lead, person_id=person, email=email, now=at, real_now=at)


def mails(house: House) -> list[tuple[str, str, str]]:
    """Each mail as (recipient, kind, its text on one line)."""
    with house.db.read() as session:
        rows = session.scalars(select(Outgoing).order_by(Outgoing.id)).all()
    return [(row.recipient, row.kind, " ".join(put_in_outbox.text_of(row.message).split())) for row in rows]


def token(house: House, what: str, to: str) -> str:
    """Of the latest link of a kind ("address", "address/stop", "reset") in a mail to an address."""
    texts = [text for recipient, _, text in mails(house) if recipient == to]
    return str([found for text in texts for found in re.findall(rf"/{what}/([\w-]{{43}})", text)][-1])


def address(house: House, anna: Account) -> str:
    with house.db.read() as session:
        return session.get_one(Person, anna.person_id).email


def prove(house: House, at: datetime, **other: Any) -> str:
    given = {"token": token(house, "address", NEW), "actor": None, "password": PASSWORD, **other}
    return prove_address.prove(house, client="10.0.0.1", device="", now=at, real_now=at, **given)


def object_to(house: House, at: datetime, which: str = "") -> str:
    return prove_address.object_to(
        house, token=which or token(house, "address/stop", OLD), now=at, real_now=at
    )


def log_in(house: House, at: datetime, email: str = OLD, password: str = PASSWORD) -> str:
    return sessions.log_in(house, email=email, password=password, client="10.0.0.1", agent="", real_now=at)
