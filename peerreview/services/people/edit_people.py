"""The network's people: the register that its lead keeps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ...errors import N_, Invalid, NotFound
from ...store.connection.collation import sort_key
from ...store.people.organisations import organisation_by_id
from ...store.people.people import Membership, Person
from ...store.review import conflicts
from ..base.access import found_in, only_lead
from ..base.checks import Checks
from ..base.house import Account, House
from ..deeds import write_conflict
from ..register import register
from .accounts import invite_in
from .names import check_name, title_fault
from .people_page import ROLES


def add_person(
    house: House,
    *,
    actor: Account,
    name: str,
    email: str,
    language: str,
    organisation_id: int | None,
    role: str,
    title: str,
    now: datetime,
    real_now: datetime,
) -> tuple[int, bool]:
    """Somebody with a function in an organisation, invited if they are new: gives (person id, is new)."""
    only_lead(actor)
    with house.db.write() as session:
        checks = Checks()
        checks.name("name", name)
        checks.email("email", email)
        checks.language("language", language)
        membership = _membership(house, session, checks, organisation_id, role, title)
        checks.stop()
        added, is_new = invite_in(
            session,
            house,
            name=name,
            email=email,
            language=language,
            by=actor,
            now=now,
            real_now=real_now,
        )
        give_in(session, added, membership, by=actor, at=real_now)
        return added.id, is_new


def change_person(
    house: House,
    *,
    actor: Account,
    person_id: int,
    name: str,
    phone: str,
    language: str,
    real_now: datetime,
) -> None:
    """The lead mends what is known of a person."""
    only_lead(actor)
    with house.db.write() as session:
        found = found_in(session, person_id, lock=True)
        with house.asked(session, actor):
            save_in(house, session, found, name, phone, language, by=actor, at=real_now)


def add_membership(
    house: House,
    *,
    actor: Account,
    person_id: int,
    organisation_id: int | None,
    role: str,
    title: str,
    real_now: datetime,
) -> None:
    only_lead(actor)
    with house.db.write() as session:
        found = found_in(session, person_id, lock=True)
        checks = Checks()
        membership = _membership(house, session, checks, organisation_id, role, title)
        checks.stop()
        if not _enter(session, found, membership, by=actor, at=real_now):
            if _has(found, membership):
                raise Invalid(role=N_("%(name)s already has this function there.", name=found.name))
            join_in(session, found, membership, by=actor, at=real_now)
        if found.is_lead:
            write_conflict.tell_of_function(house, session, found, membership.organisation_id, real_now)


def give_in(session: Session, person: Person, membership: Membership, *, by: Account, at: datetime) -> None:
    """Give the person a function, unless they have it."""
    if not _enter(session, person, membership, by=by, at=at) and not _has(person, membership):
        join_in(session, person, membership, by=by, at=at)


def join_in(session: Session, person: Person, membership: Membership, *, by: Account, at: datetime) -> None:
    """Give the person a function, and write it down."""
    person.memberships.append(membership)
    _note_membership(session, "membership_added", person, membership, by, at)


def _note_membership(
    session: Session, deed: str, person: Person, membership: Membership, by: Account, at: datetime
) -> None:
    organisation = organisation_by_id(session, membership.organisation_id)
    data = {"role": membership.role}
    if deed == "membership_removed" and person.is_lead and by.person_id == person.id:
        others = [one for one in person.memberships if one is not membership]
        if not any(one.organisation_id == membership.organisation_id for one in others):
            # What kept them from the reviews of their own employer.
            deed = "conflict_lifted"
    register.note(
        session,
        deed,
        by=by,
        at=at,
        person=person,
        organisation=organisation,
        data=data,
        words={"title": membership.title} if membership.title else {},
    )
    if person.is_lead:
        # Whose turn it is there may have become another's.
        conflicts.wake_reviews(session, [membership.organisation_id])


def remove_membership(
    house: House, *, actor: Account, person_id: int, membership_id: int, real_now: datetime
) -> None:
    """The person no longer has this function in the organisation; their seats in reviews stay."""
    only_lead(actor)
    with house.db.write() as session:
        found = found_in(session, person_id, lock=True)
        one = next((one for one in found.memberships if one.id == membership_id), None)
        if one is None:
            raise NotFound
        with house.asked(session, actor):
            leave_in(session, found, one, by=actor, at=real_now)


def leave_in(session: Session, person: Person, membership: Membership, *, by: Account, at: datetime) -> None:
    """Take a function away, and write it down."""
    _note_membership(session, "membership_removed", person, membership, by, at)
    session.delete(membership)


def save_in(
    house: House,
    session: Session,
    row: Person,
    name: str,
    phone: str,
    language: str,
    *,
    by: Account,
    at: datetime,
) -> None:
    checks = Checks()
    own = by.person_id == row.id and not by.is_lead
    name = check_name(house, session, checks, "name", name, now_called=row.name, by_owner=own)
    phone = checks.phone("phone", phone)
    language = checks.language("language", language)
    checks.stop()
    before = {"name": row.name, "phone": row.phone, "language": row.language}
    row.name, row.sort_key, row.phone, row.language = name, sort_key(name), phone, language
    after = {"name": name, "phone": phone, "language": language}
    register.note_change(session, "person_changed", by=by, at=at, before=before, after=after, person=row)


def _membership(
    house: House, session: Session, checks: Checks, organisation_id: int | None, role: str, title: str
) -> Membership:
    role, title = checks.one_of("role", role, ROLES), checks.line("title", title, most=200)
    if fault := title_fault(house, title):
        checks.faults.setdefault("title", fault)
    if organisation_id is None or organisation_by_id(session, organisation_id) is None:
        checks.faults["organisation"] = N_("Choose an organisation.")
    return Membership(organisation_id=organisation_id, role=role, title=title)


def _enter(session: Session, row: Person, membership: Membership, *, by: Account, at: datetime) -> bool:
    """Whether the person was there by a seat already, and is by the register now."""
    wanted = (membership.organisation_id, membership.role)
    for one in row.memberships:
        if one.by_seat and (one.organisation_id, one.role) == wanted:
            one.by_seat, one.title = False, membership.title
            _note_membership(session, "membership_added", row, one, by, at)
            return True
    return False


def _has(row: Person, membership: Membership) -> bool:
    wanted = (membership.organisation_id, membership.role)
    return any((one.organisation_id, one.role) == wanted for one in row.memberships)
