"""The network's organisations as its lead reads them."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import NotFound
from ...store.people import organisations as store
from ...store.people.people import members_by_organisation, members_of
from ..base.access import only_lead
from ..base.checks import searchable
from ..base.house import Account, House
from ..register.register_pages import RegisterLine, newest_of
from . import profiles
from .self_assessments import Assessment, assessments_of


@dataclass(frozen=True)
class OrganisationRow:
    """A line of the list; `people` counts those with open accounts."""

    id: int
    name: str
    code: str
    healthcare_region: str
    people: int


@dataclass(frozen=True)
class MemberRow:
    """Somebody of the organisation: `role` is coordinator, member or contact."""

    person_id: int
    name: str
    email: str
    role: str
    title: str
    is_closed: bool


@dataclass(frozen=True)
class OrganisationView:
    id: int
    name: str
    code: str
    healthcare_region: str
    population: int | None
    hospitals: int | None
    university_hospital: bool
    attributes: str
    reviewed: str
    members: tuple[MemberRow, ...]
    assessments: tuple[Assessment, ...]
    history: tuple[RegisterLine, ...]


def organisations(house: House, *, actor: Account, search: str = "") -> tuple[OrganisationRow, ...]:
    """The list, in Swedish order; for the lead alone."""
    only_lead(actor)
    with house.db.read() as session:
        people = members_by_organisation(session)
        found = store.organisations(session, search=searchable(search))
    return tuple(
        OrganisationRow(one.id, one.name, one.code, one.healthcare_region, people.get(one.id, 0))
        for one in found
    )


def organisation(house: House, *, actor: Account, organisation_id: int) -> OrganisationView:
    only_lead(actor)
    with house.db.read() as session:
        found = store.organisation_by_id(session, organisation_id)
        if found is None:
            raise NotFound
        reviewed = profiles.earlier_text(session, organisation_id)
        assessments = assessments_of(house, session, organisation_id)
        history = newest_of(session, organisation_id=organisation_id)
        members = tuple(
            MemberRow(
                person_id=member.person.id,
                name=member.person.name,
                email=member.person.email,
                role=member.role,
                title=member.title,
                is_closed=member.person.closed_at is not None,
            )
            for member in members_of(session, organisation_id)
        )
    return OrganisationView(
        id=found.id,
        name=found.name,
        code=found.code,
        healthcare_region=found.healthcare_region,
        population=found.population,
        hospitals=found.hospitals,
        university_hospital=found.university_hospital,
        attributes=profiles.attributes_text(found.attributes),
        reviewed=reviewed,
        members=members,
        assessments=assessments,
        history=history,
    )
