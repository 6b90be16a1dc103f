"""Comparable teams (engine.md 18): within one person in size, every function of the shorter list in the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """How the teams mirror each other. `gaps`: by party, the functions of the smallest team that it lacks;
    `sizes`: people by party; `smallest`: the party all are held against."""

    comparable: bool
    smallest: int
    sizes: Mapping[int, int]
    gaps: Mapping[int, tuple[str, ...]]
    too_large: tuple[int, ...]


def compare(teams: Mapping[int, Sequence[str]]) -> Comparison:
    """`teams`: by party, the function of each of its people. A team without people is comparable to none."""
    sizes = {party: len(people) for party, people in teams.items()}
    smallest = min(sizes, key=lambda party: (sizes[party], party))
    wanted = sorted(set(teams[smallest]))
    gaps = {
        party: tuple(f for f in wanted if f not in people)
        for party, people in teams.items()
        if party != smallest
    }
    too_large = tuple(party for party, size in sizes.items() if size - sizes[smallest] > 1)
    fine = sizes[smallest] > 0 and not too_large and not any(gaps.values())
    return Comparison(fine, smallest, sizes, {p: g for p, g in gaps.items() if g}, too_large)
