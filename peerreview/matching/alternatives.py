"""What else there is: the next best sets and what they cost, and who would rather have whom."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice

import numpy as np

from .blossoms import Ints
from .solving import UNIT, Case, Group, Solution, join, solve, weight_of


def next_best(case: Case, best: Solution, number: int, fixed: tuple[Group, ...] = ()) -> list[Solution]:
    """The `number` best sets after `best` that have the groups `fixed`, best first; fewer where there are no more.

    Every other set lacks one of the best set's groups: it is looked for by barring each group in turn while
    those before it stay (K. G. Murty, 1968), so that no set comes twice and none is missed.
    """
    return list(islice(_in_order(case, best, fixed), number))


def _in_order(case: Case, best: Solution, always: tuple[Group, ...]) -> Iterator[Solution]:
    order = count()
    queue: list[tuple[tuple[int, int], int, Solution, Case, tuple[Group, ...]]] = []

    def branch(found: Solution, within: Case, fixed: tuple[Group, ...]) -> None:
        free = [group for group in found.groups if group not in fixed]
        for k, group in enumerate(free):
            without = replace(within, barred=within.barred | {frozenset(group)})
            kept = fixed + tuple(free[:k])
            other = solve_with(without, kept)
            worth = (-other.rank[0], -other.rank[1])
            heapq.heappush(queue, (worth, next(order), other, without, kept))

    branch(best, case, always)
    while queue:
        _, _, found, within, fixed = heapq.heappop(queue)
        yield found
        branch(found, within, fixed)


def solve_with(case: Case, fixed: tuple[Group, ...]) -> Solution:
    """The best set among those that have the groups `fixed`."""
    held = {v for group in fixed for v in group}
    rest = np.array([v for v in range(len(case.direct)) if v not in held], np.int64)
    inner = solve(case.only(rest))
    weight = sum(weight_of(case.direct, group) for group in fixed)
    return join(
        [
            Solution(fixed, (), weight),
            replace(
                inner,
                groups=tuple(tuple(int(rest[v]) for v in group) for group in inner.groups),
                unplaced=tuple(int(rest[v]) for v in inner.unplaced),
            ),
        ]
    )


def standing(case: Case, solution: Solution) -> Ints:
    """UNIT times the score of each one's group; -1 for who is left over."""
    held = np.full(len(case.direct), -1, np.int64)
    for group in solution.groups:
        held[list(group)] = weight_of(case.direct, group)
    return held


def would_rather(case: Case, solution: Solution) -> list[tuple[int, int]]:
    """Allowed pairs whose score is higher than either has now, the greatest gain first."""
    held, pair = standing(case, solution), _pair_weights(case)
    rather = np.triu(case.allowed & (pair > held[:, None]) & (pair > held), 1)
    found = [(int(u), int(v)) for u, v in np.argwhere(rather)]
    return sorted(found, key=lambda p: (int(held[p[0]] + held[p[1]] - 2 * pair[p]), p))


def next_partner(case: Case, solution: Solution) -> list[int | None]:
    """For each, the best partner outside its own group."""
    pair = np.where(case.allowed, _pair_weights(case), -1)
    np.fill_diagonal(pair, -1)
    for group in solution.groups:
        pair[np.ix_(group, group)] = -1
    best = pair.argmax(axis=1) if len(pair) else np.zeros(0, np.int64)
    return [int(u) if pair[v, u] >= 0 else None for v, u in enumerate(best)]


def _pair_weights(case: Case) -> Ints:
    return UNIT // 2 * (case.direct + case.direct.T)
