"""Where a review stands, drawn: one lane a party, one stop a step.

The drawing is for wide screens. The same facts stand in a table beside it: read aloud there, and shown
instead of the drawing on a narrow screen and on paper (static/lanes.css), as lanes that run downwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from ..words import say
from . import lettering
from .marks import STATE_WORDS, mark, shape

_WIDTH, _NAMES, _EDGE = 1040.0, 160.0, 6.0
_LANE, _LINE, _SMALL_LINE = 66.0, 17.0, 15.0
# Sizes of letters (static/lanes.css), and what lies at least between two words beside each other.
_TITLE, _NOTE, _GAP = 13.0, 12.5, 10.0
# Where the long name of an organisation may part: "Götalands-regionen". Not every browser knows how Swedish words do.
_JOINTS = re.compile(
    r"(?<=\w{4})(?=(?:region(?:en)?|kommun(?:en)?|norrland|manland|sjukhus(?:et)?|förbund(?:et)?)\b)"
)


@dataclass(frozen=True)
class Column:
    """A step. `note`: its date in few words. `shared`: all parties take it together (a meeting)."""

    title: str
    note: str = ""
    shared: bool = False


@dataclass(frozen=True)
class Stop:
    """A party at a step. `word` replaces the state's own ("2 av 7"); `now`: here is where it stands."""

    state: str
    word: str = ""
    now: bool = False


@dataclass(frozen=True)
class Lane:
    """A party's way through the steps; `own`: the reader's side."""

    name: str
    stops: tuple[Stop, ...]
    own: bool = False


def lanes(rows: Sequence[Lane], columns: Sequence[Column], *, title: str, language: str) -> Markup:
    """The drawing, its legend and its table. Every lane must have a stop for each column."""
    if any(len(row.stops) != len(columns) for row in rows):
        raise ValueError("each lane needs one stop a column")
    return Markup('<div class="lanes">{}{}{}</div>').format(
        _drawing(rows, columns, title, language),
        _legend(rows, language),
        _table(rows, columns, title, language),
    )


# --- the drawing ------------------------------------------------------------------------------------


class _Grid:
    """Where things stand in the drawing. No two words touch: what is too wide for its column stands on a level of its
    own, titles above each other and dates below."""

    def __init__(self, rows: Sequence[Lane], columns: Sequence[Column], language: str):
        self.pitch = (_WIDTH - _NAMES - _EDGE) / max(len(columns), 1)
        self.titles = self._levels([column.title for column in columns], _TITLE, bold=True)
        self.notes = self._levels([column.note for column in columns], _NOTE)
        words = max((len(self.said(stop, language)) for row in rows for stop in row.stops), default=0)
        self.lane = _LANE + max(words - 1, 0) * _SMALL_LINE
        tiers = [tier.height(_LINE) for tier in self.titles]
        self.top = sum(tiers) + (_LINE if len(tiers) > 1 else 8)
        notes = sum(tier.height(_SMALL_LINE) for tier in self.notes)
        self.height = self.top + len(rows) * self.lane + (notes + 10 if notes else 4)

    def x(self, column: int) -> float:
        return _NAMES + self.pitch * (column + 0.5)

    def y(self, row: int) -> float:
        return self.top + row * self.lane + 24

    def said(self, stop: Stop, language: str) -> list[str]:
        """What stands under a stop."""
        quiet = stop.state not in ("doing", "late", "locked")
        word = stop.word or ("" if quiet else word_of(stop.state, language))
        return lettering.lines(word, self.pitch - _GAP, _NOTE, bold=True)

    def title(self, column: int) -> tuple[list[str], float, bool]:
        """Its lines, the base line of the last, and whether others stand below it."""
        below = 0.0
        for tier in self.titles:
            if column in tier.lines:
                return tier.lines[column], self.top - 12 - below, below > 0
            below += tier.height(_LINE)
        return [], self.top, False

    def note(self, column: int) -> tuple[list[str], float]:
        """Its lines, and the base line of the first."""
        above = self.height - sum(tier.height(_SMALL_LINE) for tier in self.notes) - 6 + _SMALL_LINE
        for tier in self.notes:
            if column in tier.lines:
                return tier.lines[column], above
            above += tier.height(_SMALL_LINE)
        return [], 0.0

    def _levels(self, texts: Sequence[str], size: float, *, bold: bool = False) -> list[_Tier]:
        """The words of each column on the first level where they touch nobody; the first is nearest to the lanes."""
        narrow = self.pitch - _GAP
        fits = not any(lettering.parted(text, narrow, size, bold=bold) for text in texts)
        tiers: list[_Tier] = []
        for column, text in enumerate(texts):
            centred = 2 * (_WIDTH - self.x(column))
            room = narrow if fits else min(2 * self.pitch - _GAP, centred)
            lines = lettering.lines(text, room, size, bold=bold)
            if not lines:
                continue
            half = max(lettering.width(line, size, bold=bold) for line in lines) / 2
            left, right = self.x(column) - half, self.x(column) + half
            tier = next((each for each in tiers if each.right + _GAP <= left), None)
            if tier is None:
                tiers.append(tier := _Tier())
            tier.lines[column], tier.right = lines, right
        return tiers


@dataclass
class _Tier:
    """What stands on one level, by column, and how far to the right it goes."""

    lines: dict[int, list[str]] = field(default_factory=dict)
    right: float = 0.0

    def height(self, line: float) -> float:
        return max((len(lines) for lines in self.lines.values()), default=0) * line


def _drawing(rows: Sequence[Lane], columns: Sequence[Column], title: str, language: str) -> Markup:
    grid = _Grid(rows, columns, language)
    parts = [
        *(_heading(grid, n, column, [row.stops[n] for row in rows]) for n, column in enumerate(columns)),
        *(_meeting(grid, n, rows) for n, column in enumerate(columns) if column.shared),
        *(_lane(grid, number, row, columns, language) for number, row in enumerate(rows)),
    ]
    return Markup(
        '<svg class="lanes-drawing" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">{}</svg>'
    ).format(f"{_WIDTH:g}", f"{grid.height:g}", title, Markup("").join(parts))


def _heading(grid: _Grid, number: int, column: Column, stops: Sequence[Stop]) -> Markup:
    lines, bottom, high = grid.title(number)
    kind = "lanes-title now" if any(stop.now for stop in stops) else "lanes-title"
    parts = [
        _text(kind, grid.x(number), bottom - (len(lines) - 1 - n) * _LINE, line)
        for n, line in enumerate(lines)
    ]
    if high:
        parts.append(_line("lanes-lead", grid.x(number), bottom + 6, grid.x(number), grid.top + 8))
    notes, top = grid.note(number)
    parts += [
        _text("lanes-note", grid.x(number), top + n * _SMALL_LINE, line) for n, line in enumerate(notes)
    ]
    return Markup("").join(parts)


def _meeting(grid: _Grid, number: int, rows: Sequence[Lane]) -> Markup:
    """The stops of a step that all take together are tied to each other."""
    met = all(row.stops[number].state == "done" for row in rows)
    kind = "lanes-meeting gone" if met else "lanes-meeting"
    return _line(kind, grid.x(number), grid.y(0), grid.x(number), grid.y(len(rows) - 1))


def _lane(grid: _Grid, number: int, row: Lane, columns: Sequence[Column], language: str) -> Markup:
    y = grid.y(number)
    name = lettering.lines(row.name, _NAMES - _GAP, 15, bold=True)
    parts = [
        _text("lanes-name", 0, y + 5 + (n - (len(name) - 1) / 2) * (_LINE + 1), line)
        for n, line in enumerate(name)
    ]
    for n, stop in enumerate(row.stops[:-1]):
        kind = "lanes-way gone" if stop.state == "done" else "lanes-way"
        parts.append(_line(kind, grid.x(n), y, grid.x(n + 1), y))
    parts += [_stop(grid, n, y, stop, columns[n].title, language) for n, stop in enumerate(row.stops)]
    return Markup('<g class="{}">{}</g>').format("lane own" if row.own else "lane", Markup("").join(parts))


def _stop(grid: _Grid, column: int, y: float, stop: Stop, step: str, language: str) -> Markup:
    x = grid.x(column)
    word = stop.word or word_of(stop.state, language)
    return Markup(
        '<g class="stop{now}"><title>{step}: {word}</title>{halo}<circle class="ground" cx="{x}" cy="{y}" r="11"/>'
        '<g class="mark-{state}" transform="translate({left} {top})">{shape}</g>{says}</g>'
    ).format(
        now=" now" if stop.now else "",
        step=step,
        word=word,
        halo=Markup('<circle class="halo" cx="{}" cy="{}" r="17"/>').format(f"{x:.1f}", f"{y:.1f}")
        if stop.now
        else "",
        x=f"{x:.1f}",
        y=f"{y:.1f}",
        state=stop.state if stop.state in STATE_WORDS else "todo",
        left=f"{x - 10:.1f}",
        top=f"{y - 10:.1f}",
        shape=Markup(shape(stop.state)),
        says=Markup("").join(
            _text("lanes-word", x, y + 32 + n * _SMALL_LINE, line)
            for n, line in enumerate(grid.said(stop, language))
        ),
    )


def _text(kind: str, x: float, y: float, words: str) -> Markup:
    """Words around x (a name: from x)."""
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(kind, f"{x:.1f}", f"{y:.1f}", words)


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
        kind, *(f"{n:.1f}" for n in (x1, y1, x2, y2))
    )


# --- the words beside it ----------------------------------------------------------------------------


def word_of(state: str, language: str) -> str:
    return say(STATE_WORDS.get(state, STATE_WORDS["todo"]), language)


def _legend(rows: Sequence[Lane], language: str) -> Markup:
    """Every mark that is in the drawing, with its word."""
    used = {stop.state for row in rows for stop in row.stops}
    items = [
        Markup("<li>{}<span>{}</span></li>").format(mark(state), word_of(state, language))
        for state in STATE_WORDS
        if state in used
    ]
    return Markup('<div class="lanes-legend" aria-hidden="true"><ul>{}</ul></div>').format(
        Markup("").join(items)
    )


def _table(rows: Sequence[Lane], columns: Sequence[Column], title: str, language: str) -> Markup:
    heads = [Markup('<th scope="col">{}</th>').format(_JOINTS.sub("\u00ad", row.name)) for row in rows]
    body = [_row(rows, number, column, language) for number, column in enumerate(columns)]
    return Markup(
        '<table class="lanes-table"><caption class="visually-hidden">{}</caption>'
        "<thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table>"
    ).format(title, Markup("").join(heads), Markup("").join(body))


def _row(rows: Sequence[Lane], number: int, column: Column, language: str) -> Markup:
    note = Markup(' <span class="note">{}</span>').format(column.note) if column.note else ""
    cells = [_cell(row, number, language) for row in rows]
    return Markup('<tr><th scope="row">{}{}</th>{}</tr>').format(column.title, note, Markup("").join(cells))


def _cell(row: Lane, number: int, language: str) -> Markup:
    stop = row.stops[number]
    kinds = ["stop", *(["now"] if stop.now else []), *(["own"] if row.own else [])]
    kinds += ["gone"] if stop.state == "done" else []
    kinds += ["reached"] if number and row.stops[number - 1].state == "done" else []
    return Markup('<td class="{}">{}<span>{}</span></td>').format(
        " ".join(kinds), mark(stop.state), escape(stop.word or word_of(stop.state, language))
    )
