"""The best set of pairs, and of a ring of three where the number is odd, from scores in whole numbers.

First most organisations placed, then the highest total. A pair weighs the mean of its two directions, a ring
the mean of its three. Organisations that can never come together, directly or through others (different unit
levels, say), are parts of their own; a part gets a ring where, and only where, a ring places one more than
pairs alone. That is: where its number is odd, or where the rules leave somebody over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from .blossoms import Blossoms, Flags, Ints
from .certificate import Proof
from .rings import IMPOSSIBLE, best_with_ring
from .search import settle

Group = tuple[int, ...]
# A weight is UNIT times the score, so that halves and thirds are whole, and pairs are multiples of four (`search`
# halves them twice: prices are halves of weights, and trees meet half-way).
UNIT = 24


@dataclass(frozen=True)
class Case:
    """`direct[a, b]`: the score, a whole number, of a reviewing b. `allowed`: who may be in one group at all.

    `barred` are groups that may not be, though their members may meet in others."""

    direct: Ints
    allowed: Flags
    barred: frozenset[frozenset[int]] = frozenset()

    def only(self, kept: Ints) -> Case:
        """The case of the vertices `kept`, numbered anew in that order."""
        place = {int(v): k for k, v in enumerate(kept)}
        inner = [group for group in self.barred if group <= place.keys()]
        cut = np.ix_(kept, kept)
        barred = frozenset(frozenset(place[v] for v in group) for group in inner)
        return Case(self.direct[cut], self.allowed[cut], barred)


@dataclass(frozen=True)
class Solution:
    """Groups as vertices in order (of a ring: each reviews the next, the last the first), and who is left.

    `total` is UNIT times the sum of scores; `proofs` hold what was checked."""

    groups: tuple[Group, ...]
    unplaced: tuple[int, ...]
    total: int
    proofs: tuple[Proof, ...] = field(default=(), compare=False)

    @property
    def rank(self) -> tuple[int, int]:
        """Greater is better."""
        return -len(self.unplaced), self.total


def solve(case: Case) -> Solution:
    """The best set; the same for the same case."""
    return join(_renumbered(_solve_part(case.only(part)), part) for part in _parts(case.allowed))


def join(solutions: Iterable[Solution]) -> Solution:
    held = list(solutions)
    return Solution(
        tuple(sorted(group for one in held for group in one.groups)),
        tuple(sorted(v for one in held for v in one.unplaced)),
        sum(one.total for one in held),
        tuple(proof for one in held for proof in one.proofs),
    )


def weight_of(direct: Ints, group: Group) -> int:
    """UNIT times the score of a group: the mean of its directions."""
    directions = zip(group, (*group[1:], group[0]), strict=True)
    return sum(int(direct[a, b]) for a, b in directions) * UNIT // len(group)


def _parts(allowed: Flags) -> list[Ints]:
    """Vertices that allowed pairs link, directly or through others."""
    part = np.full(len(allowed), -1)
    for v in range(len(allowed)):
        if part[v] == -1:
            reached = front = np.arange(len(allowed)) == v
            while front.any():
                front = allowed[front].any(axis=0) & ~reached
                reached = reached | front
            part[reached] = v
    return [np.flatnonzero(part == v) for v in np.unique(part)]


def _renumbered(solution: Solution, names: Ints) -> Solution:
    return replace(
        solution,
        groups=tuple(tuple(int(names[v]) for v in group) for group in solution.groups),
        unplaced=tuple(int(names[v]) for v in solution.unplaced),
    )


def _solve_part(case: Case) -> Solution:
    if len(case.direct) == 1:
        return Solution((), (0,), 0)
    pairs: Solution | None
    if len(case.direct) % 2 == 0:
        pairs = _pairs(case)
        rings = _ring_and_pairs(case) if pairs.unplaced else None
    else:
        rings = _ring_and_pairs(case)
        pairs = _pairs(case) if rings is None or rings.unplaced else None
    return max((one for one in (pairs, rings) if one), key=lambda one: one.rank)


def _tables(case: Case, *, odd: bool) -> tuple[Ints, Ints]:
    """Weights of pairs and of a ring's directions, for an odd or even number.

    Where the number is the other, a vertex is added that stands for nobody. To be left over costs more than
    all scores together can bring, so that most are placed first.
    """
    n = len(case.direct)
    size = n + (n % 2 != odd)
    penalty = UNIT * (n + 1) * (int(case.direct.max(initial=0)) + 1)
    weights = np.full((size, size), -penalty, np.int64)
    arcs = np.full((size, size), IMPOSSIBLE, np.int64)
    both = UNIT // 2 * (case.direct + case.direct.T)
    weights[:n, :n] = np.where(case.allowed, both, -2 * penalty)
    arcs[:n, :n] = np.where(case.allowed, UNIT // 3 * case.direct, IMPOSSIBLE)
    for group in case.barred:
        if len(group) == 2:
            u, v = group
            weights[u, v] = weights[v, u] = -2 * penalty
    return weights, arcs


def _pairs(case: Case) -> Solution:
    weights, _ = _tables(case, odd=False)
    state = Blossoms(weights)
    state.start(np.arange(len(weights)))
    settle(state)
    return _told(case, weights, Proof.of(state), ())


def _ring_and_pairs(case: Case) -> Solution | None:
    weights, arcs = _tables(case, odd=True)
    rings = frozenset(group for group in case.barred if len(group) == 3)
    best = best_with_ring(weights, arcs, rings)
    if best is None:
        return None
    if not best.holds(weights):
        raise AssertionError("the prices do not prove the ring: a fault in the search")
    return _told(case, weights, best.proof, (best.ring,))


def _told(case: Case, weights: Ints, proof: Proof, rings: tuple[Group, ...]) -> Solution:
    """What a matching says of organisations; its proof is checked here, every time."""
    if not rings and not proof.holds(weights):
        raise AssertionError("the prices do not prove the matching: a fault in the search")
    n = len(case.direct)
    groups = [_from_the_first(ring) for ring in rings]
    groups += [(u, v) for u, v in proof.pairs if v < n and weights[u, v] >= 0]
    placed = {v for group in groups for v in group}
    unplaced = tuple(v for v in range(n) if v not in placed)
    total = sum(weight_of(case.direct, group) for group in groups)
    return Solution(tuple(sorted(groups)), unplaced, total, (proof,))


def _from_the_first(ring: Group) -> Group:
    at = ring.index(min(ring))
    return ring[at:] + ring[:at]
