"""Cells of a CSV file with their places, however a spreadsheet wrote it."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from ..errors import N_, Message, PeerreviewError

QUOTE = '"'
# How .xlsx and .ods (both are archives), and .xls begin.
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class Fault:
    """What is wrong at a line and a column (characters, both from 1), and what would be right."""

    line: int
    column: int
    message: Message


class BadTable(PeerreviewError):
    """A table that cannot be read; `faults` holds every mistake at once."""

    def __init__(self, faults: list[Fault]):
        super().__init__("\n".join(f"{one.line}:{one.column}: {one.message.text}" for one in faults))
        self.faults = faults


@dataclass(frozen=True)
class Cell:
    """`line` and `column` are where its text begins. A cell in quotes has its text on from the quote."""

    text: str
    line: int
    column: int

    def parts(self, separator: str = "|") -> list[Cell]:
        """What the separator parts, without blanks around and without what is empty."""
        found, at = [], 0
        for piece in self.text.split(separator):
            if stripped := piece.strip():
                line, column = self._place(at + len(piece) - len(piece.lstrip()))
                found.append(Cell(stripped, line, column))
            at += len(piece) + len(separator)
        return found

    def _place(self, at: int) -> tuple[int, int]:
        before = self.text[:at].split("\n")
        return self.line + len(before) - 1, len(before[-1]) + (self.column if len(before) == 1 else 1)


def text_of(content: bytes) -> str:
    """UTF-8 or UTF-16 by its mark, UTF-8 where it can be, otherwise Windows-1252. BadTable with the mend where it is a
    workbook."""
    if content.startswith(WORKBOOKS):
        wrong = N_(
            "this is a workbook, not a CSV file; in Excel choose Save as, and CSV UTF-8 (semicolons are fine), and "
            "give that file"
        )
        raise BadTable([Fault(1, 1, wrong)])
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(content, "cp1252")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, errors="replace").splitlines(keepends=True)
        column = 1 if not before or before[-1].endswith("\n") else len(before[-1]) + 1
        wrong = N_("this is not text in %(encoding)s; save the file as CSV in UTF-8", encoding=encoding)
        line = max(1, len(before) + (1 if before and before[-1].endswith("\n") else 0))
        raise BadTable([Fault(line, column, wrong)]) from error


def rows(content: bytes) -> list[list[Cell]]:
    """Rows with something in them. Comma, semicolon or tab part the cells: the one the first row has most of."""
    text = text_of(content).replace("\r\n", "\n").replace("\r", "\n")
    first_line, _, rest = text.partition("\n")
    if first_line.casefold().startswith("sep=") and len(first_line) == 5:
        read = _Reader(rest, first_line[4], 2).rows()
    else:
        read = _Reader(text, _separator(text), 1).rows()
    return [row for row in read if any(cell.text for cell in row)]


def _separator(text: str) -> str:
    """Of the first line with something in it, quoted text left out."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    if first.count(QUOTE) % 2:
        # A cell of the first row has a line break: the row goes on.
        whole = "".join(text.split(QUOTE)[::2])
        first = next((line for line in whole.split("\n") if line.strip()), "")
    bare = "".join(first.split(QUOTE)[::2])
    return max("\t;,", key=bare.count) if any(mark in bare for mark in "\t;,") else ","


class _Reader:
    """RFC 4180, with places."""

    def __init__(self, text: str, separator: str, line: int):
        self.text, self.separator = text, separator
        self.at, self.line, self.begins = 0, line, 0

    def rows(self) -> list[list[Cell]]:
        found: list[list[Cell]] = []
        while self.at < len(self.text):
            row = [self._cell()]
            while self._next() == self.separator:
                self.at += 1
                row.append(self._cell())
            self.at += 1
            self.line, self.begins = self.line + 1, self.at
            found.append(row)
        return found

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]

    def _cell(self) -> Cell:
        while self._next() == " ":
            self.at += 1
        if self._next() == QUOTE:
            return self._quoted()
        line, column = self.line, self.at - self.begins + 1
        start = self.at
        while self._next() not in ("", self.separator, "\n"):
            self.at += 1
        return Cell(self.text[start : self.at].strip(), line, column)

    def _quoted(self) -> Cell:
        line, column = self.line, self.at - self.begins + 1
        self.at += 1
        held: list[str] = []
        while True:
            end = self.text.find(QUOTE, self.at)
            if end == -1:
                wrong = N_("a quotation mark opens here and is never closed; close it, or take it away")
                raise BadTable([Fault(line, column, wrong)])
            held.append(self.text[self.at : end])
            self.at = end + 1
            if self._next() != QUOTE:
                break
            held.append(QUOTE)
            self.at += 1
        text = "".join(held)
        if "\n" in text:
            self.line += text.count("\n")
            self.begins = self.text.rfind("\n", 0, self.at) + 1
        self._after_quote()
        return Cell(text.strip(), line, column + 1 + len(text) - len(text.lstrip()))

    def _after_quote(self) -> None:
        while self._next() == " ":
            self.at += 1
        if self._next() not in ("", self.separator, "\n"):
            wrong = N_("there is text after the closing quotation mark; write a quotation mark inside as two")
            raise BadTable([Fault(self.line, self.at - self.begins + 1, wrong)])
