"""Where a review stands, drawn: one lane a party, one stop a step.

The drawing is for wide screens. The same facts stand in a table beside it: read aloud there, and shown
instead of the drawing on a narrow screen and on paper (static/lanes.css), as lanes that run downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from .marks import STATE_WORDS, mark, shape
from .words import say

_WIDTH, _NAMES, _EDGE = 1040.0, 160.0, 6.0
_LANE, _LINE = 66.0, 17.0
_LETTER = 7.0


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
    return Markup('<figure class="lanes">{}{}{}</figure>').format(
        _drawing(rows, columns, title, language),
        _legend(rows, language),
        _table(rows, columns, title, language),
    )


# --- the drawing ------------------------------------------------------------------------------------


class _Grid:
    """Where things stand in the drawing. Titles too wide for a column stand on two levels by turns."""

    def __init__(self, rows: Sequence[Lane], columns: Sequence[Column]):
        self.pitch = (_WIDTH - _NAMES - _EDGE) / max(len(columns), 1)
        longest = max((len(word) for column in columns for word in column.title.split()), default=0)
        self.staggered = longest * _LETTER > self.pitch
        room = int((self.pitch * (2 if self.staggered else 1) - 6) / _LETTER)
        self.titles = [wrap(column.title, room) for column in columns]
        self.tier = max((len(lines) for lines in self.titles), default=0) * _LINE
        self.top = self.tier * (2 if self.staggered else 1) + (_LINE if self.staggered else 8)
        noted = any(column.note for column in columns)
        self.height = self.top + len(rows) * _LANE + (26 if noted else 4)

    def x(self, column: int) -> float:
        return _NAMES + self.pitch * (column + 0.5)

    def y(self, row: int) -> float:
        return self.top + row * _LANE + 24

    def title_bottom(self, column: int) -> float:
        """The base line of a title's last line."""
        return self.tier if self.staggered and column % 2 == 0 else self.top - 12


def wrap(text: str, room: int) -> list[str]:
    """Words put into lines of at most `room` letters; a longer word has a line to itself."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _drawing(rows: Sequence[Lane], columns: Sequence[Column], title: str, language: str) -> Markup:
    grid = _Grid(rows, columns)
    parts = [
        *(_heading(grid, n, column, [row.stops[n] for row in rows]) for n, column in enumerate(columns)),
        *(_meeting(grid, n, rows) for n, column in enumerate(columns) if column.shared),
        *(_lane(grid, number, row, columns, language) for number, row in enumerate(rows)),
    ]
    return Markup(
        '<svg class="lanes-drawing" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">{}</svg>'
    ).format(f"{_WIDTH:g}", f"{grid.height:g}", title, Markup("").join(parts))


def _heading(grid: _Grid, number: int, column: Column, stops: Sequence[Stop]) -> Markup:
    lines = grid.titles[number]
    bottom = grid.title_bottom(number)
    kind = "lanes-title now" if any(stop.now for stop in stops) else "lanes-title"
    parts = [
        _text(kind, grid.x(number), bottom - (len(lines) - 1 - n) * _LINE, line)
        for n, line in enumerate(lines)
    ]
    if grid.staggered and number % 2 == 0:
        parts.append(_line("lanes-lead", grid.x(number), bottom + 6, grid.x(number), grid.top + 8))
    if column.note:
        parts.append(_text("lanes-note", grid.x(number), grid.height - 6, column.note))
    return Markup("").join(parts)


def _meeting(grid: _Grid, number: int, rows: Sequence[Lane]) -> Markup:
    """The stops of a step that all take together are tied to each other."""
    met = all(row.stops[number].state == "done" for row in rows)
    kind = "lanes-meeting gone" if met else "lanes-meeting"
    return _line(kind, grid.x(number), grid.y(0), grid.x(number), grid.y(len(rows) - 1))


def _lane(grid: _Grid, number: int, row: Lane, columns: Sequence[Column], language: str) -> Markup:
    y = grid.y(number)
    name = wrap(row.name, int((_NAMES - 12) / 8))
    parts = [
        _text("lanes-name", 0, y + 5 + (n - (len(name) - 1) / 2) * (_LINE + 1), line)
        for n, line in enumerate(name)
    ]
    for n, stop in enumerate(row.stops[:-1]):
        kind = "lanes-way gone" if stop.state == "done" else "lanes-way"
        parts.append(_line(kind, grid.x(n), y, grid.x(n + 1), y))
    parts += [_stop(grid.x(n), y, stop, columns[n].title, language) for n, stop in enumerate(row.stops)]
    return Markup('<g class="{}">{}</g>').format("lane own" if row.own else "lane", Markup("").join(parts))


def _stop(x: float, y: float, stop: Stop, step: str, language: str) -> Markup:
    word = stop.word or word_of(stop.state, language)
    shown = stop.word or (word if stop.state in ("doing", "late", "locked") else "")
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
        says=_text("lanes-word", x, y + 32, shown) if shown else "",
    )


def _text(kind: str, x: float, y: float, words: str) -> Markup:
    """Words around x (a name: from x), moved in where they would leave the drawing."""
    x = min(x, _WIDTH - len(words) * _LETTER / 2)
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
    return Markup('<figcaption class="lanes-legend" aria-hidden="true"><ul>{}</ul></figcaption>').format(
        Markup("").join(items)
    )


def _table(rows: Sequence[Lane], columns: Sequence[Column], title: str, language: str) -> Markup:
    heads = [Markup('<th scope="col">{}</th>').format(row.name) for row in rows]
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
