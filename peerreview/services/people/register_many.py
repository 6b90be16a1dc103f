"""Many organisations and people at once, by whoever runs the house: a new network, the demo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from ...store.connection.collation import fold, sort_key
from ...store.people.organisations import Organisation
from ...store.people.people import Membership, Person
from ..base.house import Account, House
from ..login import passwords
from ..register import register as register_history
from ..register.register_notes import note_added


@dataclass(frozen=True)
class NewOrganisation:
    code: str
    name: str
    healthcare_region: str
    population: int
    hospitals: int
    university_hospital: bool


@dataclass(frozen=True)
class NewPerson:
    """`organisation` by its code ("" = the network's own), `role`: coordinator, member, contact or lead."""

    name: str
    email: str
    role: str
    organisation: str = ""
    phone: str = ""
    language: str = "sv"
    title: str = ""


def is_empty(house: House) -> bool:
    """True while nobody has an account."""
    with house.db.read() as session:
        return not session.scalar(select(func.count()).select_from(Person))


def register(
    house: House,
    *,
    organisations: Iterable[NewOrganisation],
    people: Iterable[NewPerson],
    password: str,
    real_now: datetime,
) -> dict[str, Account]:
    """Add them all in one transaction, with one password to begin with; gives the accounts by address."""
    hashed = passwords.hashed(password)
    accounts: dict[str, Account] = {}
    with house.db.write() as session:
        rows = {
            new.code: Organisation(
                code=new.code,
                name=new.name,
                sort_key=sort_key(new.name),
                healthcare_region=new.healthcare_region,
                population=new.population,
                hospitals=new.hospitals,
                university_hospital=new.university_hospital,
            )
            for new in organisations
        }
        session.add_all(rows.values())
        session.flush()
        for row in rows.values():
            note_added(session, row, by=None, at=real_now)
        for new in people:
            person = Person(
                name=new.name,
                sort_key=sort_key(new.name),
                email=new.email,
                email_folded=fold(new.email),
                phone=new.phone,
                language=new.language,
                password_hash=hashed,
                is_lead=new.role == "lead",
                created_at=real_now,
            )
            session.add(person)
            session.flush()
            of = rows.get(new.organisation)
            if of is not None:
                there = {"person_id": person.id, "organisation_id": of.id}
                session.add(Membership(**there, role=new.role, title=new.title))
            register_history.note(
                session,
                "person_added",
                by=None,
                at=real_now,
                person=person,
                organisation=of,
                data={"lead": person.is_lead, **({"role": new.role} if of else {})},
                words={"name": new.name, "email": new.email},
            )
            accounts[new.email] = Account(
                person.id, person.name, person.email, person.language, person.is_lead
            )
    return accounts


def organisation_ids(house: House) -> dict[str, int]:
    """The ids of the organisations by their codes."""
    with house.db.read() as session:
        return dict(session.execute(select(Organisation.code, Organisation.id)).tuples().all())
