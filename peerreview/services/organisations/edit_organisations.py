"""The network's organisations, kept by its lead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...errors import N_, Invalid, Message, NotFound
from ...store.connection.collation import sort_key
from ...store.people import organisations as store
from ...store.people.organisations import Organisation
from ..base.access import only_lead
from ..base.checks import Checks
from ..base.house import Account, House
from ..register.register_notes import note_added, note_changed, told_of
from . import profiles

Found = TypeVar("Found")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")


@dataclass(frozen=True)
class OrganisationForm:
    """What was typed of an organisation, as it was typed. `attributes`: "name: value" a line; `reviewed`: earlier
    reviews, "name@year" a line."""

    name: str = ""
    code: str = ""
    healthcare_region: str = ""
    population: str = ""
    hospitals: str = ""
    university_hospital: bool = False
    attributes: str = ""
    reviewed: str = ""


def may_keep(*, actor: Account) -> None:
    """Before an empty form is shown: NotFound for whoever is not the lead."""
    only_lead(actor)


def create_organisation(
    house: House, *, actor: Account, form: OrganisationForm, now: datetime, real_now: datetime
) -> int:
    """A new member of the network; gives its id."""
    only_lead(actor)
    with house.db.write() as session:
        return add_in(session, form, house.calendar.day(now).year, by=actor, at=real_now).id


def add_in(session: Session, form: OrganisationForm, year: int, *, by: Account, at: datetime) -> Organisation:
    """A new organisation, written down. Raises Invalid with a field's name of the form."""
    row = Organisation()
    _save(session, row, form, year)
    note_added(session, row, by=by, at=at)
    return row


def change_organisation(
    house: House,
    *,
    actor: Account,
    organisation_id: int,
    form: OrganisationForm,
    now: datetime,
    real_now: datetime,
) -> None:
    only_lead(actor)
    with house.db.write() as session:
        found = store.organisation_by_id(session, organisation_id, lock=True)
        if found is None:
            raise NotFound
        with house.asked(session, actor):
            before = told_of(session, found)
            _save(session, found, form, house.calendar.day(now).year)
            note_changed(session, found, before, by=actor, at=real_now)


def _save(session: Session, row: Organisation, form: OrganisationForm, year: int) -> None:
    """Check what was typed and put it into the row. Raises Invalid with a field's name of the form."""
    checks = Checks()
    name, code, region, population, hospitals = plain_facts(checks, form)
    _refuse_twins(session, checks, row.id, name, code)
    attributes = _lines(checks, "attributes", form.attributes, profiles.attributes_of)
    reviewed = _lines(
        checks, "reviewed", form.reviewed, lambda text: profiles.earlier_of(session, row, text, year)
    )
    checks.stop()
    row.name, row.sort_key, row.code, row.healthcare_region = name, sort_key(name), code, region
    row.population, row.hospitals, row.university_hospital = population, hospitals, form.university_hospital
    row.attributes = attributes or {}
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        raise Invalid(name=N_("Another organisation already has this name or code.")) from None
    profiles.keep_earlier(session, row, reviewed or set())


def plain_facts(checks: Checks, form: OrganisationForm) -> tuple[str, str, str, int | None, int | None]:
    """Name, code, healthcare region, population and hospitals, cleaned; what is wrong is in `checks`."""
    name = checks.name("name", form.name)
    code = checks.line("code", form.code, most=20, missing=N_("Write a short code, such as H or kalmar."))
    if "code" not in checks.faults and not _CODE.fullmatch(code):
        checks.faults["code"] = N_("Write the code with the letters a to z, digits and hyphens alone.")
    region = checks.line("healthcare_region", form.healthcare_region, most=100)
    population = checks.number("population", form.population, most=100_000_000)
    hospitals = checks.number("hospitals", form.hospitals, most=1000)
    return name, code, region, population, hospitals


def _lines(checks: Checks, field: str, text: str, read: Callable[[str], Found | Message]) -> Found | None:
    found = read(checks.text(field, text, most=4000))
    if isinstance(found, Message):
        checks.faults.setdefault(field, found)
        return None
    return found


def _refuse_twins(session: Session, checks: Checks, own_id: int | None, name: str, code: str) -> None:
    with session.no_autoflush:
        namesake = store.organisation_named(session, name)
        twin = store.organisation_coded(session, code)
    if namesake is not None and namesake.id != own_id:
        checks.faults.setdefault("name", N_("There already is an organisation with this name."))
    if twin is not None and twin.id != own_id:
        checks.faults.setdefault("code", N_("%(name)s already has this code.", name=twin.name))
