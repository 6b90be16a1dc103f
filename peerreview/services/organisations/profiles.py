"""What the network's organisations are like, kept from round to round: read from and written to CSV, by the lead."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...errors import N_, Message
from ...matching import reading
from ...matching.cells import WORKBOOKS, Cell, Fault
from ...matching.cells import BadTable as BadTable
from ...matching.profiles import Profile, key
from ...matching.reading import COLUMNS, RESULT, Table
from ...store.connection.collation import sort_key
from ...store.lists import met as store
from ...store.people.organisations import Organisation, organisations
from ...store.review.rounds import EarlierMeeting
from ..base.access import only_lead
from ..base.checks import unfit
from ..base.house import Account, House
from ..deeds.begin_reviews import USUAL
from ..register.register_notes import note_changed, told_of
from . import self_assessments, who_met

LARGEST, ROWS = 1024**2, 2000
PEOPLE, HOSPITALS, REGION, ATTRIBUTE = 100_000_000, 1000, 100, 60
EARLIEST = 1990
# What an organisation is like. What it wants stands in each round's expression of interest.
KEPT = ("organisation", "population", "hospitals", "university_hospital", "healthcare_region", "reviewed")
Attributes = Mapping[str, float | Sequence[str]]


@dataclass(frozen=True)
class Imported:
    """`organisations`: how many rows were taken in; `passed_over`: columns that are not kept here."""

    organisations: int
    passed_over: tuple[str, ...]
    warnings: tuple[Fault, ...] = ()


def import_profiles(
    house: House, *, actor: Account, content: bytes, now: datetime, real_now: datetime
) -> Imported:
    """Take in a file of profiles: a column that is there replaces what was known, and empties it where the cell is
    empty; earlier reviews are added. Raises BadTable with every fault, and then nothing is changed."""
    only_lead(actor)
    if len(content) > LARGEST and not content.startswith(WORKBOOKS):
        raise BadTable([Fault(1, 1, N_("the file is larger than 1 MB; is it the right one?"))])
    with house.db.write() as session:
        rows = {key(row.name): row for row in organisations(session)}
        free = {name for row in rows.values() for name in row.attributes}
        table = reading.read_table(content, [row.name for row in rows.values()], free)
        _check(table, house.calendar.day(now).year)
        told = self_assessments.read_columns(house, table, house.calendar.day(now).year)
        before = {name: told_of(session, row) for name, row in rows.items()}
        for profile in table.profiles:
            _take_in(rows[key(profile.organisation)], profile, table.columns)
            self_assessments.take_in(
                session, rows[key(profile.organisation)].id, told[key(profile.organisation)]
            )
        _remember(house, session, rows, table.profiles)
        for name, row in rows.items():
            note_changed(session, row, before[name], by=actor, at=real_now)
    known = set(COLUMNS) - set(KEPT)
    passed_over = tuple(name for name in table.columns if name in known)
    return Imported(len(table.profiles), passed_over, tuple(table.warnings))


def _take_in(row: Organisation, profile: Profile, columns: Sequence[str]) -> None:
    if "population" in columns:
        row.population = profile.population
    if "hospitals" in columns:
        row.hospitals = profile.hospitals
    if profile.university_hospital is not None:
        row.university_hospital = profile.university_hospital
    if "healthcare_region" in columns:
        row.healthcare_region = region_text(profile.healthcare_region)
    free = [name for name in columns if name and name not in COLUMNS and not RESULT.fullmatch(name)]
    kept = {name: value for name, value in row.attributes.items() if key(name) not in map(key, free)}
    row.attributes = {**kept, **{name: _plain(value) for name, value in profile.attributes.items()}}


def _plain(value: float | frozenset[str]) -> Any:
    return sorted(value, key=sort_key) if isinstance(value, frozenset) else value


def region_text(regions: Iterable[str]) -> str:
    return "/".join(sorted(regions, key=sort_key))


def _remember(
    house: House, session: Session, rows: Mapping[str, Organisation], profiles: Sequence[Profile]
) -> None:
    """Earlier reviews that neither the register of them nor a review of the house tells of already."""
    known = {(one.year, frozenset(one.members)) for one in who_met.meetings(house, session, workflow=USUAL)}
    for profile in profiles:
        own = rows[key(profile.organisation)].id
        for name, year in profile.reviewed:
            pair = frozenset({own, rows[key(name)].id})
            if not any(year == when and pair <= members for when, members in known):
                known.add((year, pair))
                session.add(EarlierMeeting(first_id=min(pair), second_id=max(pair), year=year))


# ---- what cannot be kept


def _check(table: Table, year: int) -> None:
    """BadTable with every place where something is too large to keep, or cannot be."""
    faults: list[Fault] = []

    def wrong(organisation: str, column: str, message: Message) -> None:
        cell = table.cells.get((key(organisation), column), Cell("", 1, 1))
        faults.append(Fault(cell.line, cell.column, message))

    if len(table.profiles) > ROWS:
        faults.append(Fault(1, 1, N_("there are more than %(most)s rows; is it the right file?", most=ROWS)))
    for column in table.columns:
        if RESULT.fullmatch(column):
            continue
        if len(column) > ATTRIBUTE or any(map(unfit, column)) or ":" in column:
            faults.append(Fault(1, 1, _bad_column(column)))
    for cell in table.cells.values():
        if any(unfit(sign) for sign in cell.text):
            faults.append(
                Fault(cell.line, cell.column, N_("write this on one line, without control characters"))
            )
    for one in table.profiles:
        for column, message in _too_much(one, year):
            wrong(one.organisation, column, message)
    if faults:
        raise BadTable(sorted(faults, key=lambda fault: (fault.line, fault.column)))


def _bad_column(name: str) -> Message:
    return N_("the column %(name)s: at most 60 characters, and no colon", name=name)


def _too_much(one: Profile, year: int) -> Iterable[tuple[str, Message]]:
    if (one.population or 0) > PEOPLE:
        yield "population", N_("that is more people than there are; at most %(most)s", most=PEOPLE)
    if (one.hospitals or 0) > HOSPITALS:
        yield "hospitals", N_("at most %(most)s hospitals", most=HOSPITALS)
    if len(region_text(one.healthcare_region)) > REGION:
        yield "healthcare_region", N_("at most %(most)s characters", most=REGION)
    for _, when in one.reviewed:
        if not EARLIEST <= when <= year:
            years = {"first": EARLIEST, "last": year}
            yield "reviewed", N_("%(given)s: a year from %(first)s to %(last)s", given=when, **years)


# ---- out again


def export_profiles(house: House, *, actor: Account) -> bytes:
    """All profiles as Swedish spreadsheets read them: semicolons, UTF-8 with its mark. What would be taken for a
    formula gets an apostrophe before it, which :func:`import_profiles` takes away again."""
    only_lead(actor)
    with house.db.read() as session:
        rows = organisations(session)
        reviewed = _reviewed(house, session, {row.id: row.name for row in rows})
        assessed = self_assessments.columns(house, session, actor.language)
    free = sorted({name for row in rows for name in row.attributes}, key=sort_key)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([*map(harmless, (*KEPT[:-1], *free, *assessed, KEPT[-1]))])
    for row in rows:
        known: list[Any] = [row.name, row.population, row.hospitals]
        known += ["yes" if row.university_hospital else "no", row.healthcare_region]
        told = [*known, *(attribute_text(row.attributes.get(name)) for name in free)]
        told += [*(cells.get(row.id) for cells in assessed.values()), reviewed[row.id]]
        writer.writerow([harmless("" if value is None else str(value)) for value in told])
    return out.getvalue().encode("utf-8-sig")


def _reviewed(house: House, session: Session, names: Mapping[int, str]) -> Mapping[int, str]:
    found: dict[int, list[str]] = {id: [] for id in names}
    for one in who_met.meetings(house, session, workflow=USUAL):
        for member in one.members:
            found[member] += [f"{names[other]}@{one.year}" for other in one.members if other != member]
    return {id: "|".join(dict.fromkeys(all_)) for id, all_ in found.items()}


def harmless(text: str) -> str:
    """So that a spreadsheet shows it and runs nothing; a plain number stays one."""
    if re.match(r"[=+\-@\t\r]", text) and not re.fullmatch(r"-?[0-9]+([.,][0-9]+)?", text):
        return f"'{text}"
    return text


# ---- as an organisation's page has it


def attribute_text(value: Any) -> str:
    """A number, or words parted by |."""
    if value is None:
        return ""
    return f"{value:g}".replace(".", ",") if isinstance(value, int | float) else "|".join(value)


def attributes_text(attributes: Attributes) -> str:
    """One a line: "name: value"."""
    lines = [f"{name}: {attribute_text(attributes[name])}" for name in sorted(attributes, key=sort_key)]
    return "\n".join(lines)


def attributes_of(text: str) -> dict[str, Any] | Message:
    """What was typed, or what is wrong with it."""
    found: dict[str, Any] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not name or not value:
            return N_(
                "“%(line)s”: write a name, a colon and a value, such as: health centres: 32", line=line[:80]
            )
        if reading.column_of(name) in COLUMNS or len(name) > ATTRIBUTE or key(name) in map(key, found):
            return N_("“%(name)s” cannot be, or is there twice.", name=name[:80])
        found[" ".join(name.split())] = _plain(reading.attribute(Cell(value, 1, 1)))
    return found


def earlier_text(session: Session, organisation_id: int) -> str:
    """One a line: "name@year"."""
    names = {row.id: row.name for row in organisations(session)}
    return "\n".join(
        f"{names[row.second_id if row.first_id == organisation_id else row.first_id]}@{row.year}"
        for row in store.earlier(session, organisation_id)
    )


def earlier_of(session: Session, own: Organisation, text: str, year: int) -> set[tuple[int, int]] | Message:
    """(other's id, year) of what was typed, or what is wrong with it."""
    ids = {key(row.name): row.id for row in organisations(session)}
    found: set[tuple[int, int]] = set()
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, when = line.rpartition("@")
        if key(name) not in ids or ids[key(name)] == own.id or not re.fullmatch(r"[0-9]{4}", when.strip()):
            return N_(
                "“%(line)s”: write an organisation as it is called here, @ and a year, such as Region Dalarna@2021.",
                line=line[:80],
            )
        if not EARLIEST <= int(when) <= year:
            years = {"first": EARLIEST, "last": year}
            return N_("“%(line)s”: the year is from %(first)s to %(last)s.", line=line[:80], **years)
        found.add((ids[key(name)], int(when)))
    return found


def keep_earlier(session: Session, own: Organisation, wanted: set[tuple[int, int]]) -> None:
    for row in store.earlier(session, own.id):
        other = row.second_id if row.first_id == own.id else row.first_id
        if (other, row.year) in wanted:
            wanted = wanted - {(other, row.year)}
        else:
            session.delete(row)
    for other, year in sorted(wanted):
        session.add(EarlierMeeting(first_id=min(own.id, other), second_id=max(own.id, other), year=year))
