"""Who sits for an organisation in a round, as the register has it."""

from __future__ import annotations

from ...store.case import cases as store
from ...store.people.people import Person
from .opening import OpenCase

Place = tuple[int, str]


def wanted_of(case: OpenCase, party: int) -> dict[Place, Person]:
    organisation = case.rows.parties[party].organisation_id
    roles = [key for key, role in case.workflow.roles.items() if role.of == "party"]
    return {
        (person.id, role): person
        for role in roles
        for person in store.members(case.session, organisation, role)
    }
