"""Who has reviewed whom, drawn: an organisation a row, a review a line between the rows of those who took part.

Years stand beside each other, the latest first, in drawings of their own where they have no room in one: each as wide
as a phone and with its own names, so that nothing scrolls and paper shows them all. The table beside it is the page's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from .lettering import width

ROOM = 342.0  # of one drawing: a phone of 390 pixels has no more
_ROW, _TOP, _TRACK, _GAP, _SIZE = 21.0, 30.0, 13.0, 14.0, 13.0
_MOST_NAME = 150.0


@dataclass(frozen=True)
class Line:
    """A review: the rows of those in it. `title` says it in words."""

    year: int
    rows: tuple[int, ...]
    running: bool
    title: str


def drawings(names: Sequence[str], lines: Sequence[Line], *, title: str) -> Markup:
    """`title` has a gap %(years)s."""
    tracks = {year: _tracks(lines, year) for year in sorted({line.year for line in lines}, reverse=True)}
    margin = min(max((width(name, _SIZE) for name in names), default=0), _MOST_NAME) + 8
    drawn = [_drawing(names, {year: tracks[year] for year in years}, margin, title)
             for years in _shared_out(tracks, ROOM - margin)]  # fmt: skip
    return Markup('<div class="met-drawings">{}</div>').format(Markup("").join(drawn))


Tracks = list[list[Line]]


def _tracks(lines: Sequence[Line], year: int) -> Tracks:
    """The lines of a year side by side: one goes into the first track where it touches no other."""
    found: Tracks = []
    free: list[int] = []
    of_year = sorted((line for line in lines if line.year == year), key=lambda line: sorted(line.rows))
    for line in of_year:
        at = next((n for n, row in enumerate(free) if row < min(line.rows)), len(found))
        if at == len(found):
            found.append([])
            free.append(0)
        found[at].append(line)
        free[at] = max(line.rows)
    return found


def _wide(tracks: Tracks) -> float:
    """A year's part; its number needs room too."""
    return max(len(tracks) * _TRACK, 34.0) + _GAP


def _shared_out(tracks: Mapping[int, Tracks], room: float) -> list[list[int]]:
    """Years into drawings, each as full as it gets; a year that is too wide has one to itself."""
    found: list[list[int]] = []
    left = 0.0
    for year, held in tracks.items():
        if not found or _wide(held) > left:
            found.append([])
            left = room
        found[-1].append(year)
        left -= _wide(held)
    return found


def _drawing(names: Sequence[str], years: Mapping[int, Tracks], margin: float, title: str) -> Markup:
    starts, x = {}, margin
    for year, tracks in years.items():
        starts[year] = x
        x += _wide(tracks)
    right, height = x, _TOP + len(names) * _ROW + 4
    parts = [
        *(_row(n, name, right, margin) for n, name in enumerate(names)),
        *(_year(year, starts[year], height) for year in years),
        *(
            _line(line, starts[year] + _GAP + n * _TRACK)
            for year, tracks in years.items()
            for n, track in enumerate(tracks)
            for line in track
        ),
    ]
    said = title % {"years": ", ".join(map(str, years))}
    return Markup(
        '<svg class="met-drawing" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}" '
        'focusable="false">{}</svg>'
    ).format(*(f"{n:.0f}" for n in (right, height, right, height)), said, Markup("").join(parts))


def _y(row: int) -> float:
    return _TOP + row * _ROW + _ROW / 2


def _row(number: int, name: str, right: float, margin: float) -> Markup:
    """A name, squeezed where it is longer than there is room for, and the line that the eye follows."""
    y = _y(number)
    room = margin - 8
    squeezed = Markup(' textLength="{}" lengthAdjust="spacingAndGlyphs"').format(f"{room:.0f}")
    return Markup(
        '<line class="met-row" x1="{}" y1="{}" x2="{}" y2="{}"/><text class="met-name" x="0" y="{}"{}>{}</text>'
    ).format(
        f"{margin:.1f}", f"{y:.1f}", f"{right:.1f}", f"{y:.1f}", f"{y + 4.5:.1f}",
        squeezed if width(name, _SIZE) > room else "", name,
    )  # fmt: skip


def _year(year: int, x: float, height: float) -> Markup:
    return Markup(
        '<line class="met-edge" x1="{}" y1="6" x2="{}" y2="{}"/><text class="met-year" x="{}" y="17">{}</text>'
    ).format(f"{x + 2:.1f}", f"{x + 2:.1f}", f"{height:.1f}", f"{x + 8:.1f}", year)


def _line(line: Line, x: float) -> Markup:
    kind = "met-line running" if line.running else "met-line"
    dots = [
        Markup('<circle cx="{}" cy="{}" r="4.5"/>').format(f"{x:.1f}", f"{_y(row):.1f}") for row in line.rows
    ]
    return Markup(
        '<g class="{}"><title>{}</title><line x1="{}" y1="{}" x2="{}" y2="{}"/>{}</g>'
    ).format(
        kind, line.title, f"{x:.1f}", f"{_y(min(line.rows)):.1f}", f"{x:.1f}", f"{_y(max(line.rows)):.1f}",
        Markup("").join(dots),
    )  # fmt: skip
