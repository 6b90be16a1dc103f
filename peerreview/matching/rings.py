"""The best ring of three together with the pairs of all others, proven best.

Let M be the heaviest matching of everybody but the ring t, with prices y and z (see `blossoms`), and let the
three of t have prices too that leave no slack negative. Then for ANY ring s, with T(s) its own weight,

    T(s) + best pairs of the others  <=  bound(s) = K + T(s) - y[s] - sum(z[B] : B holds two or three of s)

where K = sum(y) + sum(z[B] * (|B| - 1) / 2) over everybody: take the vertices of s out of the dual solution,
and it still covers every pair that is left; a blossom that loses two or three of its vertices holds one pair
less. For s = t the bound is exact. So every ring tried brings prices that bound all 167 million others (of
1,001 organisations) at once. Rings whose bound, by any prices so far, is above the best known are tried,
the most promising first; when none is left, the best known is the best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .blossoms import FAR, Blossoms, Flags, Inside, Ints
from .certificate import Proof
from .search import settle

Ring = tuple[int, int, int]
IMPOSSIBLE = -(1 << 58)
HARDLY = IMPOSSIBLE // 2  # below it is what holds something impossible, whatever the prices
POOL = 12
AT_ONCE = 300_000
SIXTH = 6  # prices are shared out by halves and thirds
BLOCK = 512


@dataclass(frozen=True)
class Best:
    """A ring with the pairs of the others; `value` is the weight of all, `tried` how many rings were tried."""

    ring: Ring
    value: int
    proof: Proof
    tried: int


class Pricing:
    """What the prices of one case say of every ring."""

    def __init__(self, state: Blossoms, arcs: Ints):
        everybody = state.copy()
        for v in np.flatnonzero(~state.active):
            everybody.add(int(v))
        self.raw, self.y, self.fixed = arcs, everybody.y, everybody.bound()
        self.state, self.ruled_out = everybody, 0

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

    def leaves_open(self, floor: int) -> int:
        """How many directions could be the greatest of a ring whose bound is above `floor`."""
        return int((3 * self.shared() > SIXTH * (floor - self.fixed)).sum())


def best_with_ring(weights: Ints, arcs: Ints, barred: frozenset[frozenset[int]] = frozenset()) -> Best | None:
    """The heaviest set of one ring and pairs of all others; an odd number of vertices.

    `arcs[a, b]` is what the direction a to b brings to a ring, IMPOSSIBLE where it may not be; `barred` are
    rings that may not be. None where no ring is allowed.
    """
    if not barred:
        kept = _without_spare_twins(weights, arcs)
        arcs = np.where(kept[:, None] & kept, arcs, IMPOSSIBLE)
    return _Choice(weights, arcs, barred).best()


def _without_spare_twins(weights: Ints, arcs: Ints) -> Flags:
    """Of vertices that can change places without changing anything, three are enough to choose a ring from."""
    likeness = [np.sort(table, axis=1) for table in (weights, arcs, arcs.T)]
    groups: dict[bytes, list[list[int]]] = {}
    kept = np.ones(len(weights), np.bool_)
    for v in range(len(weights)):
        alike = groups.setdefault(b"".join(rows[v].tobytes() for rows in likeness), [])
        for twins in alike:
            if _same(weights, arcs, twins[0], v):
                twins.append(v)
                kept[v] = len(twins) <= 3
                break
        else:
            alike.append([v])
    return kept


def _same(weights: Ints, arcs: Ints, u: int, v: int) -> bool:
    swapped = np.arange(len(weights))
    swapped[u], swapped[v] = v, u
    return all(np.array_equal(table[u], table[v][swapped]) for table in (weights, arcs, arcs.T))


class _Choice:
    def __init__(self, weights: Ints, arcs: Ints, barred: frozenset[frozenset[int]]):
        self.weights, self.arcs, self.barred = weights, arcs, barred
        self.tried = 0

    def best(self) -> Best | None:
        first = self._first()
        if first is None:
            return None
        self.state = Blossoms(self.weights)
        self.state.start(np.setdiff1d(np.arange(len(self.weights)), first))
        self.known, self.state = self._solved(first, self.state)
        self.pool = [Pricing(self.state, self.arcs)]
        while len(self.pool) < POOL and (ring := self._most_promising(self.pool[-1])):
            known, state = self._solved(ring, self._without(ring))
            self.pool.append(Pricing(state, self.arcs))
            if known.value <= self.known.value:
                break
            self.known, self.state = known, state
        self._try_all(min(self.pool, key=lambda pricing: pricing.leaves_open(self.known.value)))
        return replace(self.known, tried=self.tried)

    def _try_all(self, pricing: Pricing) -> None:
        """Every ring that `pricing` does not rule out, so many at a time as may be in memory."""
        waiting = [np.zeros((0, 3), np.int64)]
        for rings, _ in _above(pricing.shared(), lambda: SIXTH * (self.known.value - pricing.fixed)):
            waiting.append(self._left(rings[_allowed(rings, self.barred)])[0])
            if sum(map(len, waiting)) > AT_ONCE:
                self._rule_out(np.concatenate(waiting))
                waiting.clear()
        if waiting:
            self._rule_out(np.concatenate(waiting))

    def _left(self, rings: Ints) -> tuple[Ints, Ints]:
        """Those that no prices held have ruled out, with their bounds."""
        bounds = np.full(len(rings), FAR)
        for pricing in self.pool:
            rings, bounds = self._less(rings, bounds, pricing)
        return rings, bounds

    def _less(self, rings: Ints, bounds: Ints, pricing: Pricing) -> tuple[Ints, Ints]:
        bounds = np.minimum(bounds, pricing.bounds(rings))
        keep = bounds > self.known.value
        pricing.ruled_out += int(len(rings) - keep.sum())
        return rings[keep], bounds[keep]

    def _first(self) -> Ring | None:
        """A ring to begin with: the best at rough prices, half of what each could have at most."""
        rough = Blossoms(self.weights)
        rough.start(np.arange(len(self.weights)))
        return _greatest(Pricing(rough, self.arcs).shared(), HARDLY, self.barred)

    def _most_promising(self, pricing: Pricing) -> Ring | None:
        return _greatest(pricing.shared(), SIXTH * (self.known.value - pricing.fixed), self.barred)

    def _own(self, ring: Ring) -> int:
        a, b, c = ring
        return int(self.arcs[a, b] + self.arcs[b, c] + self.arcs[c, a])

    def _solved(self, ring: Ring, state: Blossoms) -> tuple[Best, Blossoms]:
        self.tried += 1
        settle(state)
        return Best(ring, state.bound() + self._own(ring), Proof.of(state), 0), state

    def _rule_out(self, rings: Ints) -> None:
        """Try `rings`, the most promising first; each one's prices may rule out others."""
        rings, bounds = self._left(rings)
        while len(rings):
            a, b, c = rings[int(bounds.argmax())]
            pricing = Pricing(self._tried((int(a), int(b), int(c))), self.arcs)
            rings, bounds = self._less(rings, bounds, pricing)
            self._keep(pricing)

    def _keep(self, pricing: Pricing) -> None:
        """Of the prices so far, hold on to those that have ruled out most."""
        if len(self.pool) == POOL:
            self.pool.remove(min(self.pool, key=lambda held: held.ruled_out))
        self.pool.append(pricing)
        self.pool.sort(key=lambda held: -held.ruled_out)

    def _tried(self, ring: Ring) -> Blossoms:
        """The pairs of all but `ring`, solved, or as far as it takes to rule it out."""
        self.tried += 1
        state = self._without(ring)
        if settle(state, self.known.value - self._own(ring)):
            value = state.bound() + self._own(ring)
            self.known, self.state = Best(ring, value, Proof.of(state), 0), state
        return state

    def _without(self, ring: Ring) -> Blossoms:
        """The best known case, with `ring` taken out instead, and some vertices on their own for it."""
        state = self.state.copy()
        for v in ring:
            if state.active[v]:
                state.remove(v)
        for v in self.known.ring:
            if v not in ring:
                state.add(v)
        return state


def _allowed(rings: Ints, barred: frozenset[frozenset[int]]) -> Flags:
    allowed = np.ones(len(rings), np.bool_)
    for ring in barred:
        allowed &= ~np.isin(rings, sorted(ring)).all(axis=1)
    return allowed


def _greatest(arcs: Ints, floor: int, barred: frozenset[frozenset[int]]) -> Ring | None:
    """The ring with the greatest sum of arcs above `floor`."""
    best: Ring | None = None
    highest = [floor]
    for rings, sums in _above(arcs, lambda: highest[0]):
        allowed = _allowed(rings, barred)
        if not allowed.any():
            continue
        rings, sums = rings[allowed], sums[allowed]
        at = int(sums.argmax())
        highest[0], best = int(sums[at]), (int(rings[at, 0]), int(rings[at, 1]), int(rings[at, 2]))
    return best


def _above(arcs: Ints, floor: Callable[[], int]) -> Iterator[tuple[Ints, Ints]]:
    """Rings whose arcs sum to more than `floor()`, which may rise meanwhile, with the sums.

    Each comes by its greatest arc, which has more than a third of the floor; greatest arcs first.
    """
    starts, ends = np.nonzero(3 * arcs > floor())
    order = np.argsort(-arcs[starts, ends], kind="stable")
    starts, ends = starts[order], ends[order]
    into = np.ascontiguousarray(arcs.T)
    for at in range(0, len(starts), BLOCK):
        a, b = starts[at : at + BLOCK], ends[at : at + BLOCK]
        if 3 * arcs[a[0], b[0]] <= floor():
            return
        greatest = arcs[a, b][:, None]
        rest = arcs[b] + into[a]
        found = (rest > floor() - greatest) & (arcs[b] <= greatest) & (into[a] <= greatest)
        rows, c = np.nonzero(found)
        if len(rows):
            yield np.stack([a[rows], b[rows], c], axis=1), greatest[rows, 0] + rest[rows, c]
