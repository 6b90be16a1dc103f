"""Profiles from a CSV file. Every mistake is told at once, with line and column and what would be right."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from ..errors import N_, Message
from .cells import BadTable, Cell, Fault, rows
from .profiles import Profile, key

BLANKS = re.compile(r"[\s\u00a0\u202f']")
WORDS = {"yes": True, "ja": True, "no": False, "nej": False}
NAMES = ("wishes", "excludes", "reviewed")
# A column of results of a self-assessment, "Survey@2025: Patient": kept in profiles, no attribute to pair by.
RESULT = re.compile(r"([^@:]*[^@:\s])\s*@\s*([12][0-9]{3})\s*:\s*([^:]*[^:\s])(?:\s*:\s*([^:]*))?")


# What the known columns are called in Swedish, and in other words that people write.
ALIASES: Mapping[str, str] = {
    **dict.fromkeys(("organisationens_namn", "organisationsnamn", "namn", "region"), "organisation"),
    **dict.fromkeys(("nivå", "enhetsnivå", "enhet", "level"), "unit_level"),
    **dict.fromkeys(("befolkning", "folkmängd", "invånare", "antal_invånare", "inhabitants"), "population"),
    **dict.fromkeys(("sjukhus", "antal_sjukhus"), "hospitals"),
    **dict.fromkeys(("universitetssjukhus", "har_universitetssjukhus"), "university_hospital"),
    **dict.fromkeys(("sjukvårdsregion", "samverkansregion", "health_care_region"), "healthcare_region"),
    **dict.fromkeys(("vill_lära", "vill_lära_sig", "vill_ha", "wants_to_learn"), "wants"),
    **dict.fromkeys(("erbjuder", "bra_på", "kan_bidra_med", "good_at"), "offers"),
    **dict.fromkeys(("önskemål", "önskar", "vill_möta"), "wishes"),
    **dict.fromkeys(("utesluter", "undantar", "vill_inte_möta"), "excludes"),
    **dict.fromkeys(("granskat", "har_granskat", "tidigare_granskningar", "har_mött"), "reviewed"),
}


@dataclass(frozen=True)
class Table:
    """What a file holds. `cells`: where each thing stands, by the organisation's key and the column. `warnings`: what
    was taken in, and perhaps not as it was meant."""

    profiles: Sequence[Profile]
    columns: Sequence[str]
    cells: Mapping[tuple[str, str], Cell]
    warnings: Sequence[Fault] = ()


def column_of(name: str) -> str:
    """The known column that a header means, or the header itself."""
    plain = re.sub(r"[\s_-]+", "_", key(name))
    plain = ALIASES.get(plain, plain)
    return plain if plain in COLUMNS else name


def read(content: bytes) -> list[Profile]:
    """The profiles of a file; BadTable with every fault where there is one."""
    return list(read_table(content).profiles)


def read_table(content: bytes, known: Iterable[str] | None = None, attributes: Iterable[str] = ()) -> Table:
    """The same with its places. `known`: the only names there are, where that is not what the file says.
    `attributes`: columns that are known to be free ones, so that nobody is warned of them."""
    table = rows(content)
    reader = _Profiles(None if known is None else frozenset(map(key, known)))
    if not table:
        reader.wrong(Cell("", 1, 1), N_("the file is empty; the first row names the columns"))
    else:
        reader.header([_plain(cell) for cell in table[0]])
        for row in table[1:]:
            reader.row([_plain(cell) for cell in row])
        reader.check_names()
        reader.settle_types()
        reader.warn(frozenset(map(key, attributes)))
    if reader.faults:
        raise BadTable(sorted(reader.faults, key=lambda fault: (fault.line, fault.column)))
    return Table(reader.profiles, reader.columns, reader.cells, reader.warnings)


def _plain(cell: Cell) -> Cell:
    """Without the apostrophe that keeps a spreadsheet from taking a text for a formula."""
    if re.match(r"'[=+\-@]", cell.text):
        return Cell(cell.text[1:], cell.line, cell.column + 1)
    return cell


class _Profiles:
    def __init__(self, known: frozenset[str] | None) -> None:
        self.known = known
        self.cells: dict[tuple[str, str], Cell] = {}
        self.faults: list[Fault] = []
        self.profiles: list[Profile] = []
        self.columns: list[str] = []
        self.lines: dict[str, int] = {}
        self.named: list[tuple[str, Cell]] = []
        self.warnings: list[Fault] = []
        self.headers: list[Cell] = []
        self.free: dict[str, list[tuple[int, Cell]]] = {}

    def wrong(self, cell: Cell, message: Message) -> None:
        self.faults.append(Fault(cell.line, cell.column, message))

    def header(self, row: list[Cell]) -> None:
        self.headers = row
        for cell in row:
            name = cell.text.strip()
            known = column_of(name)
            # "Namn" or "Region" beside a column that is called organisation is something else.
            other = known == "organisation" != key(name) and "organisation" in {key(one.text) for one in row}
            self.columns.append(name if other else known)
            if name and list(map(key, self.columns)).count(key(self.columns[-1])) > 1:
                self.wrong(cell, N_("the column %(name)s is there twice; keep one", name=name))
        if "organisation" not in self.columns:
            self.wrong(row[0], N_("there is no column named organisation; it is the one that must be there"))

    def row(self, row: list[Cell]) -> None:
        given: dict[str, Any] = {}
        attributes: dict[str, float | frozenset[str]] = {}
        free: dict[str, Cell] = {}
        for name, cell in zip(self.columns, row, strict=False):
            if not cell.text or not name:
                self._nameless(name, cell)
            elif name in COLUMNS:
                given[name] = COLUMNS[name](self, cell)
            elif not RESULT.fullmatch(name):
                attributes[name] = attribute(cell)
                free[name] = cell
        for cell in row[len(self.columns) :]:
            if cell.text:
                self.wrong(
                    cell, N_("there are more cells here than columns in the first row; is one unquoted?")
                )
                break
        before = len(self.profiles)
        self._add(row, given, attributes)
        if len(self.profiles) > before:
            for name, cell in free.items():
                self.free.setdefault(name, []).append((before, cell))

    def settle_types(self) -> None:
        """A column holds numbers or words, for all rows alike: one odd cell must not make two organisations be
        compared by other rules than all the rest."""
        for name, cells in self.free.items():
            odd = [cell for _, cell in cells if not isinstance(attribute(cell), float)]
            if not odd or len(odd) == len(cells):
                continue
            if 2 * len(odd) < len(cells):
                for cell in odd:
                    self.wrong(cell, N_(
                        "%(given)s is no number, as the other rows have in the column %(column)s; write a number, or "
                        "leave the cell empty", given=cell.text[:60], column=name))  # fmt: skip
                continue
            number = next(cell for _, cell in cells if isinstance(attribute(cell), float))
            self.warnings.append(Fault(number.line, number.column, N_(
                "the column %(column)s is taken as words, as most of its rows are no numbers: %(given)s too",
                column=name, given=number.text[:60])))  # fmt: skip
            for at, cell in cells:
                self.profiles[at] = replace(
                    self.profiles[at], attributes={**self.profiles[at].attributes, name: words_of(cell)}
                )

    def warn(self, attributes: frozenset[str]) -> None:
        """Of each column that is none of the known ones: it is taken in, but perhaps it was one of them, misspelt."""
        for name, cell in zip(self.columns, self.headers, strict=False):
            if not name or name in COLUMNS or RESULT.fullmatch(name) or key(name) in attributes:
                continue
            plain = re.sub(r"[\s_-]+", "_", key(name))[:60]
            near = get_close_matches(plain, [*COLUMNS, *ALIASES], 1, cutoff=0.8)
            told = (
                N_("the column %(name)s is unknown, and taken as an attribute of its own; did you mean %(near)s?",
                   name=name[:60], near=near[0])
                if near
                else N_("the column %(name)s is unknown, and taken as an attribute of its own", name=name[:60])
            )  # fmt: skip
            self.warnings.append(Fault(cell.line, cell.column, told))
        self.warnings.sort(key=lambda fault: (fault.line, fault.column))

    def _nameless(self, name: str, cell: Cell) -> None:
        if cell.text and not name:
            self.wrong(cell, N_("this column has no name in the first row; name it, or empty it"))

    def _add(self, row: list[Cell], given: dict[str, Any], attributes: dict[str, Any]) -> None:
        if "organisation" not in self.columns:
            return
        organisation = given.get("organisation")
        if not organisation:
            at = self.columns.index("organisation")
            cell = row[at] if at < len(row) else row[-1]
            self.wrong(cell, N_("the organisation has no name here; give it one, or take the row away"))
            return
        cell = row[self.columns.index("organisation")]
        if (line := self.lines.setdefault(key(organisation), cell.line)) != cell.line:
            message = N_("%(name)s is already on line %(line)s; keep one", name=organisation, line=line)
            self.wrong(cell, message)
        if self.known is not None and key(organisation) not in self.known:
            self.wrong(cell, _unknown(organisation))
        self.cells |= {(key(organisation), name): cell for name, cell in zip(self.columns, row, strict=False)}
        known = {name: value for name, value in given.items() if value is not None}
        self.profiles.append(Profile(**known, attributes=attributes))
        self.named += [(organisation, one) for one in self._naming(row)]

    def _naming(self, row: list[Cell]) -> list[Cell]:
        cells = zip(self.columns, row, strict=False)
        return [
            Cell(_name(part.text) if name == "reviewed" else part.text, part.line, part.column)
            for name, cell in cells
            if name in NAMES
            for part in cell.parts()
        ]

    def check_names(self) -> None:
        """Names of others are known only when every row has been read."""
        for owner, cell in self.named:
            if self.known is not None and key(cell.text) not in self.known:
                self.wrong(cell, _unknown(cell.text))
            elif self.known is None and key(cell.text) not in self.lines:
                message = N_(
                    "%(name)s is not an organisation in this file; is it spelt otherwise?", name=cell.text
                )
                self.wrong(cell, message)
            elif key(cell.text) == key(owner):
                self.wrong(cell, N_("%(name)s names itself; name another, or nobody", name=owner))

    def text(self, cell: Cell) -> str:
        return " ".join(cell.text.split())

    def population(self, cell: Cell) -> int | None:
        return self._whole(cell, 1, N_("population is a whole number above 0, or empty where not known"))

    def hospitals(self, cell: Cell) -> int | None:
        return self._whole(cell, 0, N_("hospitals is a whole number from 0, or empty where not known"))

    def _whole(self, cell: Cell, least: int, right: Message) -> int | None:
        bare = BLANKS.sub("", cell.text).replace("\N{MINUS SIGN}", "-")
        if re.fullmatch(r"-?[0-9]{1,12}", bare) and int(bare) >= least:
            return int(bare)
        self.wrong(cell, N_("%(given)s cannot be: %(right)s", given=cell.text, right=right))
        return None

    def yes_or_no(self, cell: Cell) -> bool | None:
        if (said := key(cell.text)) in WORDS:
            return WORDS[said]
        self.wrong(cell, N_("%(given)s is neither yes nor no", given=cell.text))
        return None

    def regions(self, cell: Cell) -> frozenset[str]:
        return frozenset(self.text(part) for whole in cell.parts() for part in whole.parts("/"))

    def items(self, cell: Cell) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.text(part) for part in cell.parts()))

    def reviewed(self, cell: Cell) -> tuple[tuple[str, int], ...]:
        found = []
        for part in cell.parts():
            name, _, year = part.text.rpartition("@")
            if re.fullmatch(r"[12][0-9]{3}", year.strip()) and name.strip():
                found.append((" ".join(name.split()), int(year)))
            else:
                wrong = N_(
                    "%(given)s is not a name, @ and a year, such as Region Dalarna@2024", given=part.text
                )
                self.wrong(part, wrong)
        return tuple(found)


def _unknown(name: str) -> Message:
    return N_("%(name)s is not in the register; add it there first, or spell it as it is there", name=name)


def _name(reviewed: str) -> str:
    return (reviewed.rpartition("@")[0] or reviewed).strip()


def attribute(cell: Cell) -> float | frozenset[str]:
    """A number, with comma or point, or words parted by |."""
    bare = BLANKS.sub("", cell.text).replace(",", ".")
    try:
        number = float(bare)
    except ValueError:
        number = math.nan
    return number if math.isfinite(number) else words_of(cell)


def words_of(cell: Cell) -> frozenset[str]:
    return frozenset(" ".join(part.text.split()) for part in cell.parts())


COLUMNS: dict[str, Callable[[_Profiles, Cell], Any]] = {
    "organisation": _Profiles.text,
    "unit_level": _Profiles.text,
    "population": _Profiles.population,
    "hospitals": _Profiles.hospitals,
    "university_hospital": _Profiles.yes_or_no,
    "healthcare_region": _Profiles.regions,
    "wants": _Profiles.items,
    "offers": _Profiles.items,
    "wishes": _Profiles.items,
    "excludes": _Profiles.items,
    "reviewed": _Profiles.reviewed,
}
