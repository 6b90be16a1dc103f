"""What two sequences share, in order, in time that grows with their length.

difflib looks at each pair of what is equal: two texts of 3,000 like paragraphs took it minutes. Here what stands once
on both sides is paired first (the longest run of it that is in order), with what is equal beside it; then the same
again between those pairs, where more stands once. What is left is compared in full where it is small, and else differs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

# Between what has been paired, how often more is looked for.
_DEEPEST = 6
# Compared in full up to so many on the shorter side, and on both sides together.
_SHORT, _SMALL = 12, 120


class Part(NamedTuple):
    """a[i1:i2] and b[j1:j2]: the same, or what stands in its place (either may be empty)."""

    same: bool
    i1: int
    i2: int
    j1: int
    j2: int


def aligned(a: Sequence[str], b: Sequence[str]) -> Iterator[Part]:
    """All of both, as what is the same and what is not, in turn."""
    i = j = 0
    for one, other, length in _joined(sorted(_blocks(a, b))):
        if one > i or other > j:
            yield Part(False, i, one, j, other)
        i, j = one + length, other + length
        yield Part(True, one, i, other, j)
    if i < len(a) or j < len(b):
        yield Part(False, i, len(a), j, len(b))


_Range = tuple[int, int, int, int]
_Block = tuple[int, int, int]


def _joined(blocks: list[_Block]) -> Iterator[_Block]:
    """Equal stretches that touch, as one."""
    i = j = length = 0
    for one, other, more in blocks:
        if (one, other) == (i + length, j + length):
            length += more
            continue
        if length:
            yield i, j, length
        i, j, length = one, other, more
    if length:
        yield i, j, length


def _blocks(a: Sequence[str], b: Sequence[str]) -> Iterator[_Block]:
    """Equal stretches: where they begin in `a` and in `b`, and how long they are."""
    left: list[tuple[_Range, int]] = [((0, len(a), 0, len(b)), 0)]
    while left:
        (i1, i2, j1, j2), depth = left.pop()
        head = i1
        while i1 < i2 and j1 < j2 and a[i1] == b[j1]:
            i1, j1 = i1 + 1, j1 + 1
        if i1 > head:
            yield head, j1 - (i1 - head), i1 - head
        tail = i2
        while i1 < i2 and j1 < j2 and a[i2 - 1] == b[j2 - 1]:
            i2, j2 = i2 - 1, j2 - 1
        if tail > i2:
            yield i2, j2, tail - i2
        shorter, both = min(i2 - i1, j2 - j1), i2 - i1 + j2 - j1
        if not shorter:
            continue
        if shorter <= _SHORT and both <= _SMALL:
            found = SequenceMatcher(None, a[i1:i2], b[j1:j2], autojunk=False).get_matching_blocks()
            yield from ((i1 + one, j1 + other, length) for one, other, length in found if length)
        elif depth < _DEEPEST:
            left += [(between, depth + 1) for between in _between(a, b, (i1, i2, j1, j2))]


def _between(a: Sequence[str], b: Sequence[str], whole: _Range) -> list[_Range]:
    """The ranges that begin with a pair of what stands once on both sides; none where nothing does."""
    i1, i2, j1, j2 = whole
    pairs = _in_order(_once(a, b, whole))
    if not pairs:
        return []
    ends = [*pairs, (i2, j2)]
    ranges = [(i, ends[n + 1][0], j, ends[n + 1][1]) for n, (i, j) in enumerate(pairs)]
    return [(i1, pairs[0][0], j1, pairs[0][1]), *ranges]


def _once(a: Sequence[str], b: Sequence[str], whole: _Range) -> list[tuple[int, int]]:
    i1, i2, j1, j2 = whole
    here, there = (_places(a, i1, i2), _places(b, j1, j2))
    return [(at, there[one]) for one, at in here.items() if at >= 0 and there.get(one, -1) >= 0]


def _places(items: Sequence[str], first: int, end: int) -> dict[str, int]:
    """Where each stands, in order; -1 where it stands more than once."""
    places: dict[str, int] = {}
    for n in range(first, end):
        places[items[n]] = -1 if items[n] in places else n
    return places


def _in_order(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that go forwards on both sides (they do on the first)."""
    tops: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for n, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        tops[pile : pile + 1] = [j]
        last[pile : pile + 1] = [n]
        before.append(last[pile - 1] if pile else -1)
    run: list[tuple[int, int]] = []
    n = last[-1] if last else -1
    while n >= 0:
        run.append(pairs[n])
        n = before[n]
    return run[::-1]
