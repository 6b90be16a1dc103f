"""The network's people as its lead reads them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from ...errors import Message
from ...store.lists import accounts as account_store
from ...store.people import people as store
from ...store.people.organisations import organisations
from ...store.people.people import Person
from ..base.access import found_in, only_lead
from ..base.checks import searchable
from ..base.house import Account, House
from ..mail.answers import answer_said
from ..register.register_pages import RegisterLine, newest_of
from .prove_address import Pending, pending_of

ROLES = ("coordinator", "member", "contact")


_PLACE = {role: place for place, role in enumerate(ROLES)}


STATES = ("open", "invited", "uninvited", "closed", "mail")


PAGE = 50


Standing = Literal["active", "invited", "uninvited", "closed"]


@dataclass(frozen=True)
class MembershipView:
    id: int
    organisation_id: int
    organisation: str
    role: str
    title: str


@dataclass(frozen=True)
class PersonRow:
    """A line of the list; `standing` is active, invited (has never logged in), uninvited or closed."""

    id: int
    name: str
    email: str
    standing: Standing
    is_lead: bool
    mail_problem: str
    memberships: tuple[MembershipView, ...]


@dataclass(frozen=True)
class PeopleView:
    """One page of the list, `page` from 1, and the (id, name) of organisations to choose from."""

    rows: tuple[PersonRow, ...]
    total: int
    page: int
    pages: int
    organisations: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class PersonView:
    """A person as the lead sees them. `invited_until`: the last invitation works or worked until then.
    `running_reviews`: how many they have a part in, which closing the account touches. `pending`: another address that
    waits to be proven; `history`: the last that was done with the person."""

    id: int
    name: str
    email: str
    phone: str
    language: str
    standing: Standing
    is_lead: bool
    mail_problem: str | Message
    address_unproven: bool
    created_at: datetime
    closed_at: datetime | None
    invited_until: datetime | None
    running_reviews: int
    memberships: tuple[MembershipView, ...]
    organisations: tuple[tuple[int, str], ...]
    pending: Pending | None
    history: tuple[RegisterLine, ...]


def people(
    house: House,
    *,
    actor: Account,
    search: str = "",
    organisation_id: int | None = None,
    state: str = "",
    page: int = 1,
) -> PeopleView:
    """The list for the lead; `state` is one of STATES or "" for all. Beyond the last page comes the last."""
    only_lead(actor)
    state, search = state if state in STATES else "", searchable(search)
    with house.db.read() as session:
        total = store.count_people(session, search=search, organisation_id=organisation_id, state=state)
        pages = max(1, -(-total // PAGE))
        page = min(max(page, 1), pages)
        found = store.people(
            session,
            search=search,
            organisation_id=organisation_id,
            state=state,
            limit=PAGE,
            offset=(page - 1) * PAGE,
        )
        never = store.never_invited(session, [one.id for one in found])
        rows = tuple(_row(person, never) for person in found)
        return PeopleView(rows, total, page, pages, _choices(session))


def person(house: House, *, actor: Account, person_id: int, real_now: datetime) -> PersonView:
    only_lead(actor)
    with house.db.read() as session:
        found = found_in(session, person_id)
        link = account_store.last_link(session, found.id, "invite")
        return PersonView(
            id=found.id,
            name=found.name,
            email=found.email,
            phone=found.phone,
            language=found.language,
            standing=_standing(found, () if link else (found.id,)),
            is_lead=found.is_lead,
            mail_problem=answer_said(found.mail_problem),
            address_unproven=found.address_unproven,
            created_at=found.created_at,
            closed_at=found.closed_at,
            invited_until=link.expires_at if link and _standing(found, ()) == "invited" else None,
            running_reviews=account_store.running_reviews(session, found.id),
            memberships=memberships_of(found),
            organisations=_choices(session),
            pending=pending_of(session, found, real_now),
            history=newest_of(session, person_id=found.id),
        )


def choices(house: House, *, actor: Account) -> tuple[tuple[int, str], ...]:
    """The organisations as (id, name), in Swedish order, for a form of the lead."""
    only_lead(actor)
    with house.db.read() as session:
        return _choices(session)


def _standing(row: Person, never_invited: Collection[int]) -> Standing:
    if row.closed_at is not None:
        return "closed"
    if row.password_hash is not None:
        return "active"
    return "uninvited" if row.id in never_invited else "invited"


def _row(row: Person, never_invited: Collection[int]) -> PersonRow:
    return PersonRow(
        id=row.id,
        name=row.name,
        email=row.email,
        standing=_standing(row, never_invited),
        is_lead=row.is_lead,
        mail_problem=row.mail_problem,
        memberships=memberships_of(row),
    )


def memberships_of(row: Person) -> tuple[MembershipView, ...]:
    ordered = sorted(row.memberships, key=lambda one: (one.organisation.sort_key, _PLACE.get(one.role, 9)))
    return tuple(
        MembershipView(one.id, one.organisation_id, one.organisation.name, one.role, one.title)
        for one in ordered
    )


def _choices(session: Session) -> tuple[tuple[int, str], ...]:
    return tuple((one.id, one.name) for one in organisations(session))
