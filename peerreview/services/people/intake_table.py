"""A file of organisations and people, read: a row is an organisation, or a person with a function in one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from ...errors import N_, Message
from ...matching import cells, reading
from ...matching.cells import BadTable as BadTable
from ...matching.cells import Cell, Fault
from ...matching.profiles import key

ROWS = 1000
LARGEST = 500_000
FACTS = ("code", "healthcare_region", "population", "hospitals", "university_hospital")
OF_PERSON = ("name", "email", "role", "title", "phone", "language")
COLUMNS = ("organisation", *FACTS, *OF_PERSON)
# What a column is called, in Swedish and in other words that people write; beside what profiles call the same.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "organisation": ("organisationens_namn", "organisationsnamn", "arbetsgivare", "huvudman", "kommun"),
    "code": ("kod", "förkortning", "organisationskod", "short_code", "abbreviation"),
    "name": ("person", "personens_namn", "för_och_efternamn", "full_name", "persons_name"),
    "first_name": ("förnamn", "tilltalsnamn", "given_name"),
    "last_name": ("efternamn", "surname", "family_name"),
    "email": (
        *("e_post", "epost", "e_postadress", "epostadress", "mejl", "mejladress", "mail", "mailadress"),
        *("e_mail", "email_address", "e_mail_address"),
    ),
    "role": ("roll", "funktion", "function"),
    "title": ("titel", "befattning", "tjänst", "tjänstetitel", "yrke", "job_title", "position"),
    "phone": ("telefon", "telefonnummer", "tel", "mobil", "mobilnummer", "mobiltelefon", "telephone"),
    "language": ("språk",),
}
_ALIASES = {
    **{alias: column for alias, column in reading.ALIASES.items() if column in FACTS},
    **{name: name for name in (*COLUMNS, *_NAMES)},
    **{alias: column for column, names in _NAMES.items() for alias in names},
}
# Words that mean an organisation or a person, by what else there is in the file.
_EITHER = ("namn", "name")
_REGION = "region"
ROLES: Mapping[str, str] = {
    **dict.fromkeys(("coordinator", "processledare", "koordinator", "samordnare"), "coordinator"),
    **dict.fromkeys(("member", "team member", "granskare", "teammedlem", "medlem", "reviewer"), "member"),
    **dict.fromkeys(("contact", "management contact", "ledningskontakt"), "contact"),
}
LANGUAGES: Mapping[str, str] = {
    **dict.fromkeys(("", "sv", "svenska", "swedish"), "sv"),
    **dict.fromkeys(("en", "engelska", "english"), "en"),
}


@dataclass(frozen=True)
class Row:
    """`given`: what stands in it, by column; `cells` as the file has them."""

    line: int
    given: Mapping[str, str]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Intake:
    """`warnings`: what is not read here."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    warnings: tuple[Fault, ...]


def read(text: str) -> Intake:
    """The rows of a file, or of what was pasted. Raises BadTable where it is none."""
    if len(text) > LARGEST:
        raise _bad(1, N_("there is more here than can be taken in at once; divide it into several files"))
    table = cells.rows(text.encode("utf-8", errors="replace"))
    if not table:
        raise _bad(1, N_("there is nothing here yet; the first row names the columns"))
    if len(table) > ROWS + 1:
        raise _bad(1, N_("there are more than %(most)s rows; divide them into several files", most=ROWS))
    columns, warnings = _columns(table[0])
    return Intake(
        tuple(cell.text for cell in table[0]),
        tuple(_row(columns, row) for row in table[1:]),
        tuple(warnings),
    )


def text_of(content: bytes) -> str:
    """What a file says; BadTable with the mend where it is a workbook, or no text."""
    if len(content) > LARGEST and not content.startswith(cells.WORKBOOKS):
        raise _bad(1, N_("there is more here than can be taken in at once; divide it into several files"))
    return cells.text_of(content).replace("\r\n", "\n").replace("\r", "\n")


def written(header: Sequence[str], rows: Iterable[Row]) -> str:
    """The rows as a file again; "" where there are none."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    listed = list(rows)
    if not listed:
        return ""
    writer.writerow(header)
    writer.writerows(row.cells for row in listed)
    return out.getvalue()


def _columns(header: Sequence[Cell]) -> tuple[list[str], list[Fault]]:
    """By place the known column that each is, "" for what is not read here."""
    plain = [re.sub(r"[\s_-]+", "_", key(cell.text)).strip("_.:*") for cell in header]
    found = [_ALIASES.get(name, "") for name in plain]
    for at, name in enumerate(plain):
        if name == _REGION and "organisation" not in found:
            found[at] = "organisation"
    for at, name in enumerate(plain):
        if name in _EITHER:
            found[at] = (
                "name"
                if "organisation" in [one for n, one in enumerate(found) if n != at]
                else "organisation"
            )
    faults = [
        Fault(cell.line, cell.column, N_("the column %(name)s is there twice; keep one", name=cell.text[:60]))
        for at, cell in enumerate(header)
        if found[at] and found[at] in found[:at]
    ]
    if "organisation" not in found:
        faults.append(Fault(header[0].line, 1, N_(
            "no column says which organisation; name the columns in the first row, such as Organisation, Name, Email "
            "and Function")))  # fmt: skip
    if faults:
        raise BadTable(faults)
    return found, [_unread(cell) for at, cell in enumerate(header) if cell.text and not found[at]]


def _unread(cell: Cell) -> Fault:
    name = re.sub(r"[\s_-]+", "_", key(cell.text))[:60]
    near = get_close_matches(name, _ALIASES, 1, cutoff=0.8)
    if near:
        told = N_(
            "the column %(name)s is not read; did you mean %(near)s?", name=cell.text[:60], near=near[0]
        )
    else:
        told = N_("the column %(name)s is not read here", name=cell.text[:60])
    return Fault(cell.line, cell.column, told)


def _row(columns: Sequence[str], row: Sequence[Cell]) -> Row:
    texts = [_plain(cell.text) for cell in row]
    given = {name: text for name, text in zip(columns, texts, strict=False) if name and text}
    both = " ".join(filter(None, (given.pop("first_name", ""), given.pop("last_name", ""))))
    if both:
        given.setdefault("name", both)
    if any(texts[len(columns) :]):
        given["_more"] = "yes"
    return Row(row[0].line, given, tuple(cell.text for cell in row))


def _plain(text: str) -> str:
    """On one line, without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    text = " ".join(text.split())
    return text[1:] if re.match(r"'[=+\-@]", text) else text


def _bad(line: int, message: Message) -> BadTable:
    return BadTable([Fault(line, 1, message)])
