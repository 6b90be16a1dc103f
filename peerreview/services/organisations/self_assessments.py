"""What organisations have found of themselves: results of self-assessments, kept with the profile by year.

They are the organisation's own ratings, no measure: shown to whoever may read profiles, and no part of any score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...errors import N_, Invalid, Message, NotFound, Text
from ...matching.cells import BadTable, Cell, Fault
from ...matching.profiles import key
from ...matching.reading import BLANKS, RESULT, Table
from ...rendering.words import sayer
from ...store.people import organisations as store
from ...store.people.organisations import Organisation, SelfAssessment
from ..base.access import only_lead
from ..base.checks import Checks, unfit
from ..base.house import Account, House
from ..register.register_notes import note_changed, told_of

EARLIEST, HIGHEST = 1990, 1_000_000
LONGEST, INSTRUMENT = 300, 60
NOTE = N_("note")
NOTES = ("note", "anteckning")


@dataclass(frozen=True)
class Area:
    """A theme or a perspective of rounds."""

    key: str
    title: Text
    is_perspective: bool

    @property
    def words(self) -> Message | Text:
        """Told from a theme of the same name."""
        return N_("%(title)s (perspective)", title=self.title) if self.is_perspective else self.title


@dataclass(frozen=True)
class Result:
    area: Area
    value: float | None
    note: str

    @property
    def number(self) -> str:
        return number_text(self.value)


@dataclass(frozen=True)
class Assessment:
    id: int
    instrument: str
    year: int
    results: tuple[Result, ...]


@dataclass(frozen=True)
class AssessmentForm:
    """As it was typed: numbers and notes by the area's key."""

    instrument: str = ""
    year: str = ""
    numbers: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AssessmentPage:
    organisation_id: int
    organisation: str
    areas: tuple[Area, ...]
    form: AssessmentForm


def areas(house: House) -> tuple[Area, ...]:
    """Perspectives, then themes, as rounds have them now."""
    workflow = house.workflows.get("round")
    if workflow is None:
        return ()
    return (
        *(Area(f"perspective.{one}", title, True) for one, title in workflow.perspectives.items()),
        *(Area(f"theme.{one}", title, False) for one, title in workflow.themes.items()),
    )


def number_text(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}".replace(".", ",")


# ---- on the organisation's page


def assessments_of(house: House, session: Session, organisation_id: int) -> tuple[Assessment, ...]:
    known = areas(house)
    return tuple(
        Assessment(row.id, row.instrument, row.year, tuple(_results(known, row)))
        for row in store.assessments(session, organisation_id)
    )


def _results(known: Sequence[Area], row: SelfAssessment) -> Iterator[Result]:
    told = {area: (value, note) for area, value, note in row.rows}
    for area in known:
        if area.key in told:
            yield Result(area, *told[area.key])


def page(house: House, *, actor: Account, organisation_id: int, number: int | None) -> AssessmentPage:
    """The form of one, or of a new one. For the lead; NotFound for others."""
    only_lead(actor)
    with house.db.read() as session:
        found = store.organisation_by_id(session, organisation_id)
        if found is None:
            raise NotFound(f"organisation {organisation_id}")
        form = AssessmentForm()
        if number is not None:
            row = _row(session, organisation_id, number)
            form = AssessmentForm(
                row.instrument,
                str(row.year),
                {area: number_text(value) for area, value, _ in row.rows},
                {area: note for area, _, note in row.rows},
            )
        return AssessmentPage(organisation_id, found.name, areas(house), form)


def save(
    house: House,
    *,
    actor: Account,
    organisation_id: int,
    number: int | None,
    form: AssessmentForm,
    now: datetime,
    real_now: datetime,
) -> None:
    """Raises Invalid (instrument, year, value_AREA, note_AREA, results), NotFound."""
    only_lead(actor)
    with house.db.write() as session:
        organisation = store.organisation_by_id(session, organisation_id, lock=True)
        if organisation is None:
            raise NotFound(f"organisation {organisation_id}")
        with house.asked(session, actor):
            before = told_of(session, organisation)
            row = SelfAssessment(organisation_id=organisation_id)
            if number is not None:
                row = _row(session, organisation_id, number)
            row.instrument, row.year, row.rows = _checked(house, form, house.calendar.day(now).year)
            try:
                with session.begin_nested():
                    session.add(row)
                    session.flush()
            except IntegrityError:
                fault = N_("There already are results of this instrument and year. Change those.")
                raise Invalid(instrument=fault) from None
            note_changed(session, organisation, before, by=actor, at=real_now)


def remove(house: House, *, actor: Account, organisation_id: int, number: int, real_now: datetime) -> None:
    only_lead(actor)
    with house.db.write() as session:
        with house.asked(session, actor):
            row = _row(session, organisation_id, number)
            organisation = session.get_one(Organisation, organisation_id)
            before = told_of(session, organisation)
            session.delete(row)
            note_changed(session, organisation, before, by=actor, at=real_now)


def _row(session: Session, organisation_id: int, number: int) -> SelfAssessment:
    row = session.get(SelfAssessment, number)
    if row is None or row.organisation_id != organisation_id:
        raise NotFound(f"assessment {number}")
    return row


def _checked(
    house: House, form: AssessmentForm, this_year: int
) -> tuple[str, int, list[list[str | float | None]]]:
    checks = Checks()
    missing = N_("Write what it was answered in, such as: Indicator survey.")
    instrument = checks.line("instrument", form.instrument, most=INSTRUMENT, missing=missing)
    if "@" in instrument or ":" in instrument:
        checks.faults["instrument"] = N_("Write it without @ and colon: they part the columns of the file.")
    year = checks.number("year", form.year, most=this_year)
    if "year" not in checks.faults and (year is None or year < EARLIEST):
        checks.faults["year"] = N_("Write a year, such as 2027.")
    found: list[list[str | float | None]] = []
    for area in areas(house):
        text, note = form.numbers.get(area.key, "").strip(), form.notes.get(area.key, "")
        value = number_of(text)
        if text and value is None:
            checks.faults[f"value_{area.key}"] = N_("Write a number, such as 3 or 3,5.")
        note = checks.line(f"note_{area.key}", note, most=LONGEST)
        if value is not None or note:
            found.append([area.key, value, note])
    if not found and not checks.faults:
        checks.faults["results"] = N_("Write at least one result.")
    checks.stop()
    assert year is not None
    return instrument, year, found


def number_of(text: str) -> float | None:
    bare = BLANKS.sub("", text).replace(",", ".").replace("\N{MINUS SIGN}", "-")
    try:
        value = float(bare)
    except ValueError:
        return None
    return value if abs(value) <= HIGHEST else None


# ---- in the file of profiles: a column for each area, "Survey@2025: Patient (perspective)", and one for its note

Told = dict[tuple[str, int], dict[str, dict[str, str]]]


def columns(house: House, session: Session, language: str) -> Mapping[str, Mapping[int, str]]:
    """By column, the cell of each organisation."""
    known, say = areas(house), sayer(language)
    found: dict[str, dict[int, str]] = {}
    rows = sorted(
        store.assessments(session), key=lambda row: (row.instrument, -row.year, row.organisation_id)
    )
    for row in rows:
        for one in _results(known, row):
            column = f"{row.instrument}@{row.year}: {say(one.area.words)}"
            found.setdefault(column, {})[row.organisation_id] = one.number
            if one.note:
                found.setdefault(f"{column}: {say(NOTE)}", {})[row.organisation_id] = one.note
    return found


def read_columns(house: House, table: Table, this_year: int) -> Mapping[str, Told]:
    """What the file says, by the organisation's key, the instrument and year, the area: "number" and "note". Raises
    BadTable with every place where that cannot be."""
    by_name = {
        key(sayer(language)(area.words)): area.key for area in areas(house) for language in ("sv", "en")
    }
    by_name |= {key(area.key): area.key for area in areas(house)}
    told: dict[str, Told] = {key(one.organisation): {} for one in table.profiles}
    faults: list[Fault] = []
    for at, column in enumerate(table.columns, 1):
        parts = RESULT.fullmatch(column)
        if parts is None:
            continue
        instrument, year, area, kind = parts.groups()
        wrong = _bad_column(column, instrument, int(year), this_year, by_name.get(key(area)), kind)
        if wrong is not None:
            faults.append(Fault(1, at, wrong))
            continue
        for organisation, all_ in told.items():
            cell = table.cells.get((organisation, column), Cell("", 1, at))
            text = cell.text.strip()
            fault = _bad_cell(text, kind)
            if fault is not None:
                faults.append(Fault(cell.line, cell.column, fault))
            one = all_.setdefault((instrument, int(year)), {}).setdefault(by_name[key(area)], {})
            one["note" if kind else "number"] = text
    if faults:
        raise BadTable(sorted(faults, key=lambda fault: (fault.line, fault.column)))
    return told


def _bad_column(
    column: str, instrument: str, year: int, this_year: int, area: str | None, kind: str | None
) -> Message | None:
    if area is None or (kind and key(kind) not in NOTES):
        return N_(
            "the column %(name)s: after the colon stands a theme or a perspective of rounds", name=column
        )
    if not EARLIEST <= year <= this_year:
        years = {"first": EARLIEST, "last": this_year}
        return N_("%(given)s: a year from %(first)s to %(last)s", given=year, **years)
    if len(instrument) > INSTRUMENT or any(map(unfit, column)):
        return N_("the column %(name)s: at most 60 characters, and no colon", name=column)
    return None


def _bad_cell(text: str, kind: str | None) -> Message | None:
    if kind and len(text) > LONGEST:
        return N_("at most %(most)s characters", most=LONGEST)
    if not kind and text and number_of(text) is None:
        return N_("%(given)s is not a number", given=text[:80])
    return None


def take_in(session: Session, organisation_id: int, told: Told) -> None:
    """A column that is there replaces what was known; where nothing is left of an instrument's year, it goes."""
    rows = {(row.instrument, row.year): row for row in store.assessments(session, organisation_id)}
    for (instrument, year), found in told.items():
        row = rows.get((instrument, year))
        kept = (
            {area: {"number": number_text(value), "note": note} for area, value, note in row.rows}
            if row
            else {}
        )
        for area, cells in found.items():
            kept[area] = {"number": "", "note": "", **kept.get(area, {}), **cells}
        new = [
            [area, number_of(one["number"]), one["note"]] for area, one in kept.items() if any(one.values())
        ]
        if new and row is None:
            session.add(
                SelfAssessment(organisation_id=organisation_id, instrument=instrument, year=year, rows=new)
            )
        elif row is not None and new:
            row.rows = new
        elif row is not None:
            session.delete(row)
