"""What a drawing consists of once it is placed: boxes with their words, and the lines between them.

Everything is in units of one pixel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from .lettering import width

MARK = 16.0  # a mark's side
BAR = 5.0


@dataclass(frozen=True)
class Look:
    """Sizes. `lead`: the lane of the network's lead, none (0) where there is no room; `branch`: the narrowest box
    that may stand beside another one of the same lane."""

    name: str
    width: float
    lead: float
    between: float
    pad: float
    title: float
    text: float
    gap: float = 19.0
    branch: float = 120.0

    def line(self, size: float) -> float:
        return round(size * 1.32, 1)


WIDE = Look("wide", width=760, lead=138, between=12, pad=10, title=14.5, text=13)
NARROW = Look("narrow", width=352, lead=0, between=6, pad=7, title=14, text=13)


class Row(NamedTuple):
    """One line of words from x with its base line at y. `kind`: title, text, word, name ..."""

    kind: str
    x: float
    y: float
    text: str
    size: float
    bold: bool = False

    @property
    def width(self) -> float:
        return width(self.text, self.size, bold=self.bold)


class Sign(NamedTuple):
    """A mark with its upper left corner."""

    state: str
    x: float
    y: float


@dataclass
class Box:
    """`kind`: lane, head, step, wait, join, bar, lead, frame, end or note. `key`: the step's; `now`: a side
    stands here."""

    kind: str
    x: float
    y: float
    w: float
    h: float
    rows: list[Row] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    key: str = ""
    state: str = ""
    now: bool = False
    own: bool = False

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h


class Way(NamedTuple):
    """A line; `kind`: way (downwards, with a point), beside (what belongs together)."""

    kind: str
    x1: float
    y1: float
    x2: float
    y2: float


class Track(NamedTuple):
    """A strip of a lane's width, the whole of it or one branch's."""

    lane: int
    x: float
    w: float

    @property
    def mid(self) -> float:
        return self.x + self.w / 2


class End(NamedTuple):
    """Where a line may leave or reach what has been placed: from x to right, at y."""

    x: float
    right: float
    y: float

    @property
    def mid(self) -> float:
        return (self.x + self.right) / 2


@dataclass(frozen=True)
class Picture:
    """All that is drawn. `cuts`: where a page may end, between what belongs together."""

    look: Look
    height: float
    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]
    cuts: tuple[float, ...]
