"""Two versions of a text beside each other, paragraph by paragraph, and two changes of one text put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import merge
from itertools import pairwise
from typing import NamedTuple

from .aligning import aligned

_BETWEEN = re.compile(r"\n[ \t]*\n\s*")
_WORDS = re.compile(r"\S+\s*|\s+")


class Piece(NamedTuple):
    """Some words of a paragraph; `marked` where the other side has them differently."""

    text: str
    marked: bool


class Row(NamedTuple):
    """Two paragraphs beside each other: same, changed, or on one side alone (left_only, right_only)."""

    kind: str
    left: tuple[Piece, ...]
    right: tuple[Piece, ...]


Edit = tuple[int, int, list[str]]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a Markdown text: what empty lines stand between."""
    return [block for block in _BETWEEN.split(text.strip()) if block]


def side_by_side(left: str, right: str) -> list[Row]:
    """What two texts share and where they differ, in the order in which they are read."""
    a, b = paragraphs(left), paragraphs(right)
    rows: list[Row] = []
    for same, i1, i2, j1, j2 in aligned(a, b):
        if same:
            rows += [Row("same", _plain(block), _plain(block)) for block in a[i1:i2]]
        else:
            rows += _differing(a[i1:i2], b[j1:j2])
    return rows


def _differing(left: list[str], right: list[str]) -> Iterator[Row]:
    """Paragraphs that were replaced stand in pairs as far as there are pairs; the rest on their own side."""
    pairs = min(len(left), len(right))
    for one, other in zip(left[:pairs], right[:pairs], strict=True):
        yield _changed(one, other)
    for block in left[pairs:]:
        yield Row("left_only", _plain(block, marked=True), ())
    for block in right[pairs:]:
        yield Row("right_only", (), _plain(block, marked=True))


def _changed(left: str, right: str) -> Row:
    a, b = _WORDS.findall(left), _WORDS.findall(right)
    ours: list[Piece] = []
    theirs: list[Piece] = []
    for same, i1, i2, j1, j2 in aligned(a, b):
        ours += _plain("".join(a[i1:i2]), marked=not same)
        theirs += _plain("".join(b[j1:j2]), marked=not same)
    return Row("changed", tuple(ours), tuple(theirs))


def _plain(text: str, *, marked: bool = False) -> tuple[Piece, ...]:
    return (Piece(text, marked),) if text else ()


def merged(base: str, mine: str, theirs: str) -> str | None:
    """Both changes of `base` in one text; None where they touch the same paragraphs and a person must choose."""
    start = paragraphs(base)
    ours, others = _edits(start, paragraphs(mine)), _edits(start, paragraphs(theirs))
    edits: list[Edit] = []
    for edit in merge(ours, others):
        if not edits or edit != edits[-1]:
            edits.append(edit)
    # Of one text they stand apart and in order: so those that touch are neighbours here.
    if any(_touch(a, b) for a, b in pairwise(edits)):
        return None
    blocks: list[str] = []
    done = 0
    for first, last, instead in edits:
        blocks += [*start[done:first], *instead]
        done = last
    return "\n\n".join([*blocks, *start[done:]]) + "\n"


def _touch(a: Edit, b: Edit) -> bool:
    """Whether two edits change the same paragraph, or one puts something in where the other changes."""
    if a[0] == a[1] or b[0] == b[1]:
        return a[0] <= b[1] and b[0] <= a[1]
    return a[0] < b[1] and b[0] < a[1]


def _edits(before: list[str], after: list[str]) -> list[Edit]:
    return [(i1, i2, after[j1:j2]) for same, i1, i2, j1, j2 in aligned(before, after) if not same]
