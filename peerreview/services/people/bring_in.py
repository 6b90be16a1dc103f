"""Organisations and people from one file: looked at first, row by row, then brought in. Nobody is mailed by it: whoever
is new is invited when the lead says so (see uninvited.py).

What is known already stays as it is; a file adds. A row that is wrong holds up no other, and is handed back."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy.orm import Session

from ...errors import N_, Message
from ...matching.cells import Fault
from ...store.connection.collation import fold
from ...store.people.organisations import Organisation
from ...store.people.organisations import organisations as all_organisations
from ...store.people.people import Membership, Person, people_at
from ..base.access import only_lead
from ..base.checks import Checks
from ..base.house import Account, House
from ..organisations import edit_organisations as register
from ..organisations.edit_organisations import OrganisationForm
from . import edit_people as people
from . import intake_table as tables
from . import names
from .accounts import invite_in
from .intake_table import Row

YES = {"ja": True, "yes": True, "x": True, "1": True, "nej": False, "no": False, "0": False}


@dataclass(frozen=True)
class NewOrganisation:
    line: int
    form: OrganisationForm


@dataclass(frozen=True)
class NewFunction:
    """A person's function in an organisation; `is_new`: the person is not here yet."""

    line: int
    name: str
    email: str
    phone: str
    language: str
    organisation: str
    role: str
    title: str
    is_new: bool


@dataclass(frozen=True)
class Remark:
    line: int
    what: Message


@dataclass(frozen=True)
class Preview:
    """What a text would bring. `wrong`: rows that are not taken in, and how to mend them; `known`: what is here
    already; `text` as it was sent, `left`: the rows that are wrong; `seal`: the fingerprint of all this."""

    text: str
    organisations: tuple[NewOrganisation, ...] = ()
    functions: tuple[NewFunction, ...] = ()
    known: tuple[Remark, ...] = ()
    wrong: tuple[Remark, ...] = ()
    remarks: tuple[Fault, ...] = ()
    left: str = ""
    seal: str = ""

    @property
    def people(self) -> int:
        """How many people are new."""
        return len({fold(one.email) for one in self.functions if one.is_new})

    @property
    def others(self) -> int:
        """How many functions are given to people who are here already."""
        return sum(not one.is_new for one in self.functions)

    @property
    def brings(self) -> bool:
        return bool(self.organisations or self.functions)


def look(house: House, *, actor: Account, text: str) -> Preview:
    """What would be brought in; nothing is. Raises BadTable where the text is no table."""
    only_lead(actor)
    intake = tables.read(text)
    with house.db.read() as session:
        return _preview(house, session, text, intake)


def take_in(
    house: House, *, actor: Account, text: str, seal: str, now: datetime, real_now: datetime
) -> tuple[Preview, bool]:
    """Bring in all that is not wrong, where the page has shown just that; gives what was brought in (else what would be
    now) and whether it was."""
    only_lead(actor)
    intake = tables.read(text)
    with house.db.write() as session:
        found = _preview(house, session, text, intake)
        if found.seal != seal or not found.brings:
            return found, False
        year = house.calendar.day(now).year
        ids = {fold(row.name): row.id for row in all_organisations(session)}
        for one in found.organisations:
            row = register.add_in(session, one.form, year, by=actor, at=real_now)
            ids[fold(row.name)] = row.id
        for person in found.functions:
            _bring(house, session, person, ids[fold(person.organisation)], actor, now, real_now)
    return found, True


def _bring(
    house: House,
    session: Session,
    one: NewFunction,
    organisation_id: int,
    actor: Account,
    now: datetime,
    real_now: datetime,
) -> None:
    person, is_new = invite_in(
        session,
        house,
        name=one.name,
        email=one.email,
        language=one.language,
        by=actor,
        invited=False,
        now=now,
        real_now=real_now,
    )
    if is_new:
        person.phone = one.phone
    membership = Membership(organisation_id=organisation_id, role=one.role, title=one.title)
    people.give_in(session, person, membership, by=actor, at=real_now)


# ---- what a text would bring


def _preview(house: House, session: Session, text: str, intake: tables.Intake) -> Preview:
    found = _Reading(house, session, intake)
    found.read()
    wrong = {one.line for one in found.wrong}
    bare = Preview(
        text=text,
        organisations=tuple(found.new.values()),
        functions=tuple(found.functions),
        known=tuple(found.known),
        wrong=tuple(found.wrong),
        remarks=intake.warnings,
        left=tables.written(intake.header, (row for row in intake.rows if row.line in wrong)),
    )
    said = repr(bare).encode("utf-8", "replace")
    seal = hmac.digest(house.settings.secret_key.encode(), said, hashlib.sha256).hex()
    return Preview(**{**bare.__dict__, "seal": seal})


@dataclass
class _Reading:
    """Row by row: what is new, what is here, what is wrong."""

    house: House
    session: Session
    intake: tables.Intake
    new: dict[str, NewOrganisation] = field(default_factory=dict)
    functions: list[NewFunction] = field(default_factory=list)
    known: list[Remark] = field(default_factory=list)
    wrong: list[Remark] = field(default_factory=list)

    def read(self) -> None:
        rows = all_organisations(self.session)
        self.here: dict[str, Organisation] = {fold(row.name): row for row in rows}
        self.codes: dict[str, str] = {fold(row.code): row.name for row in rows}
        self.spoilt: dict[str, int] = {}
        first: dict[str, list[Row]] = {}
        for row in self.intake.rows:
            if name := row.given.get("organisation"):
                first.setdefault(fold(name), []).append(row)
        for of in first.values():
            self._organisation(of)
        self.taken = (
            *names.taken_names(self.house, self.session),
            *(one.form.name for one in self.new.values()),
        )
        emails = [row.given.get("email", "") for row in self.intake.rows]
        self.people: Mapping[str, Person] = people_at(self.session, emails)
        self.lines: dict[str, tuple[int, str]] = {}
        self.given: dict[tuple[str, str, str], int] = {}
        before = {one.line for one in self.wrong}
        for row in self.intake.rows:
            faults = self._row(row, enters=row.line not in before)
            self.wrong += [Remark(row.line, fault) for fault in faults]
        self.wrong.sort(key=lambda one: one.line)
        # An organisation that stands in wrong rows alone comes when they are mended.
        bad = {one.line for one in self.wrong}
        self.new = {
            name: one
            for name, one in self.new.items()
            if any(row.line not in bad for row in first[name]) and name not in self.spoilt
        }

    # ---- organisations

    def _organisation(self, rows: list[Row]) -> None:
        """An organisation by all the rows that name it: each fact may stand in any of them, and is the same in all."""
        name = rows[0].given["organisation"]
        facts: dict[str, str] = {}
        for row in rows:
            for fact in tables.FACTS:
                said = row.given.get(fact, "")
                if said and fold(facts.setdefault(fact, said)) != fold(said):
                    what = N_("%(name)s has “%(one)s” in an earlier row and “%(other)s” here; write the same",
                              name=name, one=facts[fact], other=said)  # fmt: skip
                    self.wrong.append(Remark(row.line, what))
        if (row_here := self.here.get(fold(name))) is not None:
            self._differs(rows[0].line, row_here, facts)
            return
        checks, line = Checks(), rows[0].line
        form = self._form(checks, name, facts)
        register.plain_facts(checks, form)
        owner = self.codes.get(fold(form.code))
        if owner is not None:
            checks.faults.setdefault("code", N_("%(name)s already has this code.", name=owner))
        if checks.faults:
            self.wrong += [Remark(line, fault) for fault in checks.faults.values()]
            self.spoilt[fold(name)] = line
            return
        self.codes[fold(form.code)] = name
        self.new[fold(name)] = NewOrganisation(line, form)
        if near := get_close_matches(fold(name), list(self.here), 1, cutoff=0.88):
            what = N_("%(name)s is new, and much like %(other)s; look whether it is the same",
                      name=name, other=self.here[near[0]].name)  # fmt: skip
            self.known.append(Remark(line, what))

    def _form(self, checks: Checks, name: str, facts: Mapping[str, str]) -> OrganisationForm:
        said = facts.get("university_hospital", "")
        if said and fold(said) not in YES:
            checks.faults["university_hospital"] = N_(
                "“%(given)s” is neither yes nor no: does it have a university hospital?", given=said[:60]
            )
        return OrganisationForm(
            name=name,
            code=facts.get("code") or self._code_for(name),
            healthcare_region=facts.get("healthcare_region", ""),
            population=re.sub(r"[\s\u00a0\u202f'.]", "", facts.get("population", "")),
            hospitals=facts.get("hospitals", ""),
            university_hospital=YES.get(fold(said), False),
        )

    def _code_for(self, name: str) -> str:
        """A short code made of the name, that nobody has."""
        words = names.latin_words(name)
        base = "-".join(word for word in words if word not in ("region", "regionen"))[:16].strip("-")
        base = base or "-".join(words)[:16].strip("-") or "org"
        asked = {fold(row.given.get("code", "")) for row in self.intake.rows}
        found, number = base, 1
        while found in self.codes or found in asked:
            number += 1
            found = f"{base}-{number}"
        return found

    def _differs(self, line: int, row: Organisation, facts: Mapping[str, str]) -> None:
        here = {
            "code": row.code,
            "healthcare_region": row.healthcare_region,
            "population": "" if row.population is None else str(row.population),
            "hospitals": "" if row.hospitals is None else str(row.hospitals),
        }
        other = [
            fact
            for fact, value in here.items()
            if facts.get(fact) and re.sub(r"\s", "", fold(facts[fact])) != re.sub(r"\s", "", fold(value))
        ]
        if other:
            what = N_("%(name)s is here already, and what the file says otherwise of it is left as it is here",
                      name=row.name)  # fmt: skip
        else:
            what = N_("%(name)s is here already", name=row.name)
        self.known.append(Remark(line, what))

    # ---- people

    def _row(self, row: Row, *, enters: bool) -> list[Message]:
        given = row.given
        if "_more" in given:
            return [N_("there are more cells here than columns in the first row; is one unquoted?")]
        if not given.get("organisation"):
            return [N_("the organisation is missing; write its name in each row")]
        if not any(given.get(name) for name in tables.OF_PERSON):
            return []
        spoilt = self.spoilt.get(fold(given["organisation"]))
        if spoilt is not None and spoilt != row.line:
            return [
                N_("%(name)s comes when line %(line)s is mended", name=given["organisation"], line=spoilt)
            ]
        checks, person = Checks(), self.people.get(fold(given.get("email", "")))
        one = self._function(checks, row, person)
        if enters and not checks.faults:
            self._enter(one, person)
        return list(checks.faults.values())

    def _function(self, checks: Checks, row: Row, person: Person | None) -> NewFunction:
        given = row.given
        email = checks.email("email", given.get("email", ""))
        name = self._name(checks, row, email, person)
        said = given.get("role", "")
        role = tables.ROLES.get(fold(said).replace("_", " "), "")
        if not role:
            checks.faults["role"] = N_(
                "write a function for %(name)s: coordinator, team member or management contact",
                name=name or email,
            )
        title = checks.line("title", given.get("title", ""), most=200)
        if fault := names.title_fault(self.house, title):
            checks.faults.setdefault("title", fault)
        language = tables.LANGUAGES.get(fold(given.get("language", "")), "")
        if not language:
            checks.faults["language"] = N_("write the language as Swedish or English, or leave it empty")
        return NewFunction(
            line=row.line,
            name=name,
            email=email,
            phone=checks.phone("phone", given.get("phone", "")),
            language=language if given.get("language") else self.house.settings.default_language,
            organisation=given["organisation"],
            role=role,
            title=title,
            is_new=person is None,
        )

    def _name(self, checks: Checks, row: Row, email: str, person: Person | None) -> str:
        given = row.given.get("name", "")
        if person is not None:
            if person.closed_at is not None:
                checks.faults["name"] = N_(
                    "the account of %(name)s is closed; open it on their page under People first",
                    name=person.name,
                )
            elif given and fold(given) != fold(person.name):
                what = N_("%(email)s is the address of %(name)s here, who gets the function; the file says %(other)s",
                          email=person.email, name=person.name, other=given[:80])  # fmt: skip
                self.known.append(Remark(row.line, what))
            return person.name
        if not given:
            checks.faults["name"] = N_("the person's name is missing")
            return given
        name = checks.name("name", given)
        if "name" not in checks.faults and (fault := names.fault_in(name, self.taken)):
            checks.faults["name"] = fault
        line, called = self.lines.setdefault(fold(email), (row.line, name)) if email else (row.line, name)
        if fold(called) != fold(name):
            checks.faults["name"] = N_(
                "%(email)s is the address of %(name)s on line %(line)s; each person has an own one",
                email=email, name=called, line=line)  # fmt: skip
        return name

    def _enter(self, one: NewFunction, person: Person | None) -> None:
        where = fold(one.organisation)
        earlier = self.given.setdefault((fold(one.email), where, one.role), one.line)
        organisation = self.here.get(where)
        has = person is not None and organisation is not None and any(
            (held.organisation_id, held.role, held.by_seat) == (organisation.id, one.role, False)
            for held in person.memberships
        )  # fmt: skip
        if has:
            what = N_("%(name)s is here already, with this function", name=one.name)
            self.known.append(Remark(one.line, what))
        elif earlier != one.line:
            what = N_("%(name)s stands on line %(line)s too; it counts once", name=one.name, line=earlier)
            self.known.append(Remark(one.line, what))
        else:
            self.functions.append(one)
