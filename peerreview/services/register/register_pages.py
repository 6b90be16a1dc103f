"""The register's history in words: what has been done with a person or an organisation, for the project lead; and with
one's own account, for its owner."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...errors import N_, Message, NotFound
from ...store.people import register as store
from ...store.people.organisations import organisation_by_id
from ...store.people.people import person_by_id
from ...store.people.register import RegisterRow
from ..base.access import only_lead
from ..base.house import Account, House

PAGE, FEW = 50, 5

ROLES: Mapping[str, Message] = {
    "coordinator": N_("Coordinator"),
    "member": N_("Team member"),
    "contact": N_("Management contact"),
}
_FIELDS: Mapping[str, Message] = {
    "code": N_("the code"),
    "healthcare_region": N_("the healthcare region"),
    "population": N_("the population"),
    "hospitals": N_("the number of hospitals"),
    "university_hospital": N_("whether it has a university hospital"),
    "attributes": N_("more about the organisation"),
    "reviewed": N_("earlier reviews"),
    "results": N_("results of self-assessments"),
    "phone": N_("the telephone number"),
    "language": N_("the language"),
}
_ACCOUNT: Mapping[str, Message] = {
    "invitation_taken": N_("Took the invitation and chose a password"),
    "password_changed": N_("Chose a new password"),
    "password_reset": N_("Chose a new password by a link in a mail"),
    "password_set": N_("Gave the account a new password"),
    "closed": N_("Closed the account"),
    "reopened": N_("Opened the account again"),
    "conflict_declared": N_("Declared a conflict of interest towards an organisation"),
    "conflict_changed": N_("Changed what is declared of a conflict of interest towards an organisation"),
    "conflict_taken_back": N_("Took back a conflict of interest towards an organisation"),
    "conflict_no_hindrance": N_("Decided on a conflict of interest towards an organisation: no hindrance"),
    "conflict_taken_over": N_(
        "Decided on a conflict of interest towards an organisation: somebody else takes over what it concerns"
    ),
}
_ADDRESS: Mapping[str, Message] = {
    "address_asked": N_("Asked for the address %(new)s instead of %(old)s"),
    "address_changed": N_("Confirmed the address %(new)s, which now counts instead of %(old)s"),
    "address_corrected": N_("Corrected the address from %(old)s to %(new)s"),
    "address_taken_back": N_("Took back the change of address from %(old)s: %(new)s counts again"),
}
_BY_COMMAND = N_("Whoever runs the program")


@dataclass(frozen=True)
class RegisterLine:
    """One deed. `about`: whose it is, where the page is about something else."""

    number: int
    at: datetime
    who: Message | str
    what: Message
    about: str


@dataclass(frozen=True)
class RegisterPage:
    """A page of it, newest first; `page` from 1. `name`: of the person or organisation."""

    name: str
    lines: tuple[RegisterLine, ...]
    page: int
    pages: int


def history_of_person(house: House, *, actor: Account, person_id: int, page: int = 1) -> RegisterPage:
    """For the lead, and for the person themselves. NotFound for others."""
    if person_id != actor.person_id:
        only_lead(actor)
    with house.db.read() as session:
        person = person_by_id(session, person_id)
        if person is None:
            raise NotFound(f"person {person_id}")
        return _page(session, person.name, page, person_id=person_id)


def history_of_organisation(
    house: House, *, actor: Account, organisation_id: int, page: int = 1
) -> RegisterPage:
    only_lead(actor)
    with house.db.read() as session:
        organisation = organisation_by_id(session, organisation_id)
        if organisation is None:
            raise NotFound(f"organisation {organisation_id}")
        return _page(session, organisation.name, page, organisation_id=organisation_id)


def newest_of(session: Session, **about: int) -> tuple[RegisterLine, ...]:
    """The last few, for the page of the person (`person_id`) or the organisation (`organisation_id`)."""
    return _lines(session, store.lines_about(session, limit=FEW, offset=0, **about), about)


def _page(session: Session, name: str, page: int, **about: int) -> RegisterPage:
    pages = max(1, -(-store.count_about(session, **about) // PAGE))
    page = min(max(page, 1), pages)
    rows = store.lines_about(session, limit=PAGE, offset=(page - 1) * PAGE, **about)
    return RegisterPage(name, _lines(session, rows, about), page, pages)


def _lines(
    session: Session, rows: Sequence[RegisterRow], about: Mapping[str, int]
) -> tuple[RegisterLine, ...]:
    people = {id for row in rows for id in (row.actor_id, row.person_id) if id is not None}
    of = {row.organisation_id for row in rows if row.organisation_id is not None}
    named, called = store.names(session, people, of)
    return tuple(
        RegisterLine(
            number=row.number,
            at=row.at,
            who=named.get(row.actor_id, "") if row.actor_id is not None else _BY_COMMAND,
            what=_what(row, called.get(row.organisation_id or 0, "")),
            about=named.get(row.person_id or 0, "") if "person_id" not in about else "",
        )
        for row in rows
    )


def _what(row: RegisterRow, organisation: str) -> Message:
    if row.deed in _ACCOUNT:
        return _ACCOUNT[row.deed]
    if row.deed in _ADDRESS:
        old, new = row.words.get("email", ("", ""))
        return Message(_ADDRESS[row.deed].text, (("old", old), ("new", new)))
    return _TOLD.get(row.deed, _anything)(row, organisation)


def _anything(row: RegisterRow, organisation: str) -> Message:
    return N_("Did something else (%(what)s)", what=row.deed)


def _added(row: RegisterRow, organisation: str) -> Message:
    who = {"name": row.words.get("name", ""), "email": row.words.get("email", "")}
    if row.data.get("lead"):
        return N_("Added %(name)s, %(email)s, as project lead", **who)
    if row.data.get("role"):
        return N_("Added %(name)s, %(email)s: %(function)s", **who, function=_function(row, organisation))
    return N_("Added %(name)s, %(email)s", **who)


def _function(row: RegisterRow, organisation: str) -> Message:
    role = ROLES.get(row.data.get("role", ""), N_("Function"))
    return N_("%(function)s, %(organisation)s", function=role, organisation=organisation)


def _changed(row: RegisterRow, organisation: str) -> Message:
    """A name by what it was and is; of all else that it was changed."""
    rest = tuple(_FIELDS[name] for name in row.words if name in _FIELDS)
    if "name" not in row.words:
        return N_("Changed: %(what)s", what=rest)
    old, new = row.words["name"]
    if rest:
        return N_(
            "Changed the name from “%(old)s” to “%(new)s”, and also: %(what)s", old=old, new=new, what=rest
        )
    return N_("Changed the name from “%(old)s” to “%(new)s”", old=old, new=new)


_TOLD: Mapping[str, Callable[[RegisterRow, str], Message]] = {
    "person_added": _added,
    "person_changed": _changed,
    "organisation_changed": _changed,
    "organisation_added": lambda row, _: N_("Added %(name)s", name=row.words.get("name", "")),
    "invited": lambda row, _: N_("Sent an invitation to %(email)s", email=row.words.get("to", "")),
    "address_stopped": lambda row, _: N_(
        "Stopped the change of address to %(email)s", email=_stopped(row.words.get("email", ("", "")))
    ),
    "membership_added": lambda row, of: N_("Gave the function %(function)s", function=_function(row, of)),
    "membership_removed": lambda row, of: N_(
        "Took away the function %(function)s", function=_function(row, of)
    ),
    "conflict_lifted": lambda row, of: N_(
        "Took away the own function %(function)s, and so the own conflict of interest in reviews of that organisation",
        function=_function(row, of),
    ),
}

# Every deed that has words.
WORDED = frozenset({*_ACCOUNT, *_ADDRESS, *_TOLD})


def _stopped(words: Any) -> str:
    return str(words[1])
