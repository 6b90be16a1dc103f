"""People for tests: accounts that exist, and who acts."""

from __future__ import annotations

from datetime import UTC, datetime

from peerreview.services.base.house import Account, House
from peerreview.services.login import passwords
from peerreview.store.connection.collation import fold, sort_key
from peerreview.store.people.organisations import Organisation
from peerreview.store.people.people import Membership, Person

PASSWORD = "kaffe utan mjölk i termos"
LONG_AGO = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def make_organisation(house: House, name: str, code: str = "") -> int:
    with house.db.write() as session:
        row = Organisation(name=name, sort_key=sort_key(name), code=code or name.lower()[:20])
        session.add(row)
        session.flush()
        return row.id


def make_person(
    house: House,
    name: str,
    email: str = "",
    *,
    is_lead: bool = False,
    password: str | None = PASSWORD,
    language: str = "sv",
    in_organisation: int | None = None,
    role: str = "coordinator",
) -> Account:
    """An account; without a password, somebody invited who has not logged in yet."""
    email = email or f"{sort_key(name).replace(' ', '.').replace(',', '')}@example.org"
    with house.db.write() as session:
        row = Person(name=name, sort_key=sort_key(name), email=email, email_folded=fold(email))
        row.created_at, row.language, row.is_lead = LONG_AGO, language, is_lead
        row.password_hash = passwords.hashed(password) if password else None
        if in_organisation is not None:
            row.memberships.append(Membership(organisation_id=in_organisation, role=role))
        session.add(row)
        session.flush()
        return Account(row.id, name, email, language, is_lead)
