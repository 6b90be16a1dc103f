"""Made-up cases, and answers found by trying everything."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from peerreview.matching.blossoms import Flags, Ints
from peerreview.matching.profiles import Profile
from peerreview.matching.solving import Case, weight_of

KINDS = ("few scores", "many scores", "on a line", "in the plane", "types")


def direct(rng: np.random.Generator, n: int, kind: str) -> Ints:
    """Scores of each direction: with many ties, with none, or by how near two are."""
    if kind == "few scores":
        return rng.integers(0, 5, (n, n))
    if kind == "many scores":
        return rng.integers(0, 1_000_000, (n, n))
    if kind == "types":
        kinds = rng.integers(0, 3, (n, 3))
        return np.asarray(100 - 30 * (kinds[:, None] != kinds).sum(-1))
    place = rng.integers(0, 1000, (n, 1 if kind == "on a line" else 2))
    return np.asarray(2000 - np.abs(place[:, None] - place).sum(-1) + rng.integers(0, 9, (n, n)))


def allowed(rng: np.random.Generator, n: int, part: float) -> Flags:
    table = np.triu(rng.random((n, n)) < part, 1)
    return np.asarray(table | table.T)


def by_trying_everything(case: Case) -> tuple[int, int]:
    """The best there is: minus how many are left over, and UNIT times the total; at most one ring a part,
    and that only where it places one more than pairs can."""
    parts = [by_pairs_and_a_ring(case.only(part)) for part in linked(case.allowed)]
    return sum(left for left, _ in parts), sum(total for _, total in parts)


def by_pairs_and_a_ring(case: Case) -> tuple[int, int]:
    n = len(case.direct)

    @cache
    def pairs(left: tuple[int, ...]) -> tuple[int, int]:
        if not left:
            return 0, 0
        first, *rest = left
        alone, total = pairs(tuple(rest))
        ways = [(alone - 1, total)]
        for v in rest:
            if case.allowed[first, v] and frozenset((first, v)) not in case.barred:
                inner = pairs(tuple(u for u in rest if u != v))
                ways.append((inner[0], inner[1] + weight_of(case.direct, (first, v))))
        return max(ways)

    everybody = tuple(range(n))
    without = pairs(everybody)
    ways = [without]
    for ring in rings(case):
        inner = pairs(tuple(v for v in everybody if v not in ring))
        if inner[0] > without[0]:
            ways.append((inner[0], inner[1] + weight_of(case.direct, ring)))
    return max(ways)


def rings(case: Case) -> Iterator[tuple[int, int, int]]:
    n = len(case.direct)
    for a in range(n):
        for b in range(a + 1, n):
            for c in range(a + 1, n):
                fits = b != c and case.allowed[a, b] and case.allowed[b, c] and case.allowed[a, c]
                if fits and frozenset((a, b, c)) not in case.barred:
                    yield a, b, c


def linked(table: Flags) -> list[Ints]:
    parts: list[set[int]] = []
    for v in range(len(table)):
        joined = {v, *np.flatnonzero(table[v]).tolist()}
        for part in [part for part in parts if part & joined]:
            parts.remove(part)
            joined |= part
        parts.append(joined)
    return [np.array(sorted(part)) for part in parts]


def profiles(rng: np.random.Generator, n: int, *, levels: int = 1) -> list[Profile]:
    """Organisations with everything said, and some wishes, exclusions and earlier reviews."""
    names = [f"Region {k:04}" for k in range(n)]
    themes = [f"theme {k}" for k in range(12)]

    def some(of: list[str], most: int) -> tuple[str, ...]:
        return tuple(rng.choice(of, rng.integers(0, min(most, len(of)) + 1), replace=False).tolist())

    def others(name: str) -> list[str]:
        return [other for other in names if other != name]

    return [
        Profile(
            name,
            unit_level=f"level {rng.integers(levels)}",
            population=int(60_000 * 40 ** rng.random()),
            hospitals=int(rng.integers(0, 12)),
            university_hospital=bool(rng.random() < 0.3),
            healthcare_region=frozenset({str(rng.choice(["Norra", "Södra", "Västra"]))}),
            wants=some(themes, 4),
            offers=some(themes, 4),
            wishes=some(others(name), 1),
            excludes=some(others(name), 1) if rng.random() < 0.3 else (),
            reviewed=tuple((other, int(rng.integers(2010, 2026))) for other in some(others(name), 1)),
            attributes={"beds": float(rng.integers(20, 900)), "language": frozenset(some(["sv", "fi"], 2))},
        )
        for name in names
    ]
