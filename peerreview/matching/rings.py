"""The best ring of three together with the pairs of all others, proven best.

Let the prices y and z (see `blossoms`) leave no slack negative, for everybody. Then for ANY ring s, with T(s) its
own weight,

    T(s) + best pairs of the others  <=  bound(s) = K + T(s) - y[s] - sum(z[B] : B holds two or three of s)

where K = sum(y) + sum(z[B] * (|B| - 1) / 2) over everybody: take the vertices of s out of the dual solution,
and it still covers every pair that is left; a blossom that loses two or three of its vertices holds one pair
less. So one set of prices bounds all 167 million rings (of 1,001 organisations) at once. The best prices for that
are those of the odd number when all are one blossom (`search.surround`): they tell exactly what it costs to do
without any one of them, and nearly what it costs to do without three.

The ring of the greatest bound is tried: everybody else is matched. Then every ring whose bound is above what that
brought, the most promising first; trying stops as soon as prices rule the ring out, and those prices rule out
others. When no ring is left, the best known is the best: branch and bound with nothing left open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .blossoms import Blossoms, Flags, Inside, Ints
from .certificate import Proof
from .search import settle, surround

Ring = tuple[int, int, int]
IMPOSSIBLE = -(1 << 58)
HARDLY = IMPOSSIBLE // 2  # below it is what holds something impossible, whatever the prices
AT_ONCE = 300_000
SIXTH = 6  # prices are shared out by halves and thirds
FIRST_BLOCK, BLOCK = 8, 512
FEW = 64


@dataclass(frozen=True)
class Best:
    """A ring with the pairs of the others; `value` is the weight of all.

    `grounds`: the prices by which every other ring was ruled out."""

    ring: Ring
    value: int
    proof: Proof
    grounds: Sequence[Proof]

    def holds(self, weights: Ints) -> bool:
        """Whether `proof` does, and the grounds cover every pair there is."""
        return self.proof.holds(weights) and all(prices.covers(weights) for prices in self.grounds)


class Pricing:
    """What the prices of one case say of every ring."""

    def __init__(self, state: Blossoms, arcs: Ints):
        everybody = state.copy()
        for v in np.flatnonzero(~state.active):
            everybody.add(int(v))
        self.raw, self.y, self.fixed = arcs, everybody.y, everybody.bound()
        self.state = everybody

    @cached_property
    def inside(self) -> Inside:
        return self.state.prices_inside(np.arange(self.state.n))

    def bounds(self, rings: Ints) -> Ints:
        """The bound for each ring (a row of three)."""
        a, b, c = rings.T
        vertices = np.unique(rings)
        few = len(vertices) < self.state.n // 2 and "inside" not in self.__dict__
        inside = self.state.prices_inside(vertices) if few else self.inside
        pairs = np.stack([inside.of(a, b), inside.of(b, c), inside.of(c, a)])
        # Blossoms are nested: those that hold all three are those of the pair that shares fewest.
        lost = pairs.sum(axis=0) - 2 * pairs.min(axis=0)
        own = self.raw[a, b] + self.raw[b, c] + self.raw[c, a]
        return np.asarray(self.fixed + own - self.y[rings].sum(axis=1) - lost)

    def shared(self) -> Ints:
        """SIXTH times what each direction adds to the bound of a ring.

        A blossom's price counts for a third on each pair inside it, which is too little where it holds just
        two of the ring: the sum of three directions is never too low a bound.
        """
        whole = SIXTH * self.raw - 3 * (self.y[:, None] + self.y) - 2 * self.inside.table()
        return np.where(self.raw == IMPOSSIBLE, IMPOSSIBLE, whole)


def best_with_ring(weights: Ints, arcs: Ints, barred: frozenset[frozenset[int]] = frozenset()) -> Best | None:
    """The heaviest set of one ring and pairs of all others; an odd number of vertices.

    `arcs[a, b]` is what the direction a to b brings to a ring, IMPOSSIBLE where it may not be; `barred` are
    rings that may not be. None where no ring is allowed.
    """
    return _Choice(weights, arcs, barred).best()


class _Choice:
    def __init__(self, weights: Ints, arcs: Ints, barred: frozenset[frozenset[int]]):
        self.arcs, self.barred = arcs, barred
        self.state = Blossoms(weights)
        self.state.start(np.arange(len(weights)))
        surround(self.state)
        self.pricing = Pricing(self.state, arcs)
        self.grounds = [Proof.of(self.state)]

    def best(self) -> Best | None:
        shared = self.pricing.shared()
        first = _greatest(shared, HARDLY, self.barred)
        known = self._solved(first)[0] if first else None
        if known is None:
            return None
        self.known = known
        waiting = [np.zeros((0, 3), np.int64)]
        for rings, _ in _above(shared, lambda: SIXTH * (self.known.value - self.pricing.fixed)):
            waiting.append(self._left(rings[_allowed(rings, self.barred)]))
            if sum(map(len, waiting)) > AT_ONCE:
                self._rule_out(np.concatenate(waiting))
                waiting.clear()
        if waiting:
            self._rule_out(np.concatenate(waiting))
        return self.known

    def _left(self, rings: Ints) -> Ints:
        return rings[self.pricing.bounds(rings) > self.known.value]

    def _own(self, ring: Ring) -> int:
        a, b, c = ring
        return int(self.arcs[a, b] + self.arcs[b, c] + self.arcs[c, a])

    def _solved(self, ring: Ring, enough: int | None = None) -> tuple[Best | None, Blossoms]:
        """The pairs of all but `ring`, solved; with `enough`, only as far as it takes to see that the ring brings
        no more than that."""
        state = self._without(ring)
        if not settle(state, None if enough is None else enough - self._own(ring)):
            return None, state
        return Best(ring, state.bound() + self._own(ring), Proof.of(state), self.grounds), state

    def _rule_out(self, rings: Ints) -> None:
        """Try `rings`, the most promising first; each one's prices may rule out others."""
        bounds = self.pricing.bounds(rings)
        while len(rings):
            a, b, c = rings[int(bounds.argmax())]
            better, state = self._solved((int(a), int(b), int(c)), self.known.value)
            self.known = better or self.known
            pricing = Pricing(state, self.arcs)
            self.grounds.append(Proof.of(pricing.state))
            bounds = np.minimum(bounds, pricing.bounds(rings))
            keep = bounds > self.known.value
            rings, bounds = rings[keep], bounds[keep]

    def _without(self, ring: Ring) -> Blossoms:
        state = self.state.copy()
        for v in ring:
            state.remove(v)
        return state


def _allowed(rings: Ints, barred: frozenset[frozenset[int]]) -> Flags:
    allowed = np.ones(len(rings), np.bool_)
    for ring in barred:
        allowed &= ~np.isin(rings, sorted(ring)).all(axis=1)
    return allowed


def _greatest(arcs: Ints, floor: int, barred: frozenset[frozenset[int]]) -> Ring | None:
    """The ring with the greatest sum of arcs above `floor`."""
    best: Ring | None = None
    highest = [max(floor, _great(arcs, barred) - 1)]
    for rings, sums in _above(arcs, lambda: highest[0]):
        allowed = _allowed(rings, barred)
        if not allowed.any():
            continue
        rings, sums = rings[allowed], sums[allowed]
        at = int(sums.argmax())
        highest[0], best = int(sums[at]), (int(rings[at, 0]), int(rings[at, 1]), int(rings[at, 2]))
    return best


def _great(arcs: Ints, barred: frozenset[frozenset[int]]) -> int:
    """The sum of a ring that is among the greatest, so that few are looked at."""
    promise = (arcs + _rest_at_most(arcs)).ravel()
    a, b = np.divmod(
        np.argpartition(promise, -FEW)[-FEW:] if len(promise) > FEW else np.arange(len(promise)), len(arcs)
    )
    rest = arcs[b] + arcs.T[a]
    c = rest.argmax(axis=1)
    sums = (arcs[a, b] + rest[np.arange(len(a)), c])[_allowed(np.stack([a, b, c], axis=1), barred)]
    return int(sums.max(initial=IMPOSSIBLE))


def _rest_at_most(arcs: Ints) -> Ints:
    """For each arc, what the two others of a ring, out of its end and into its start, can have at most."""
    return np.asarray(arcs.max(axis=1) + arcs.max(axis=0)[:, None])


def _above(arcs: Ints, floor: Callable[[], int]) -> Iterator[tuple[Ints, Ints]]:
    """Rings whose arcs sum to more than `floor()`, which may rise meanwhile, with the sums.

    Each comes by its greatest arc, which has more than a third of the floor; greatest arcs first.
    """
    starts, ends = np.nonzero((3 * arcs > floor()) & (arcs + _rest_at_most(arcs) > floor()))
    order = np.argsort(-arcs[starts, ends], kind="stable")
    starts, ends = starts[order], ends[order]
    into = np.ascontiguousarray(arcs.T)
    at, size = 0, FIRST_BLOCK
    while at < len(starts) and 3 * arcs[starts[at], ends[at]] > floor():
        a, b = starts[at : at + size], ends[at : at + size]
        greatest = arcs[a, b][:, None]
        rest = arcs[b] + into[a]
        rows, c = np.nonzero(rest > floor() - greatest)
        most = greatest[rows, 0]
        first = (arcs[b[rows], c] <= most) & (into[a[rows], c] <= most)
        if first.any():
            rows, c = rows[first], c[first]
            yield np.stack([a[rows], b[rows], c], axis=1), greatest[rows, 0] + rest[rows, c]
        at, size = at + size, min(2 * size, BLOCK)
