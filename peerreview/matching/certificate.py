"""The proof that a matching is the best, checked without trusting the search that found it.

`Proof` holds nothing but numbers: who is matched, a price for each vertex and for odd sets. `holds` looks at
every pair there is, also those that the search never touched, in whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .blossoms import Blossoms, Edge, Ints


@dataclass(frozen=True)
class Proof:
    vertices: Ints
    pairs: tuple[Edge, ...]
    prices: Ints
    sets: tuple[tuple[Ints, int], ...]

    @classmethod
    def of(cls, state: Blossoms) -> Proof:
        sets = tuple((state.leaves[b], price) for b, price in state.z.items() if price)
        return cls(np.flatnonzero(state.active), tuple(state.pairs()), state.y.copy(), sets)

    def bound(self) -> int:
        """Weak duality: the weight that no matching of all the vertices can exceed, if no slack is negative."""
        return int(self.prices[self.vertices].sum()) + sum(
            price * (len(held) // 2) for held, price in self.sets
        )

    def weight(self, weights: Ints) -> int:
        return sum(int(weights[u, v]) for u, v in self.pairs)

    def holds(self, weights: Ints) -> bool:
        """Everybody is matched once, the prices cover every pair, and the weight reaches the bound."""
        placed = sorted(v for pair in self.pairs for v in pair)
        return (
            placed == self.vertices.tolist() and self.weight(weights) == self.bound() and self.covers(weights)
        )

    def covers(self, weights: Ints) -> bool:
        """No pair's slack is negative, so that `bound` is one; whoever is matched."""
        slack = self.prices[:, None] + self.prices - weights + self._inside()
        np.fill_diagonal(slack, 0)
        return (
            all(price > 0 and len(held) % 2 == 1 for held, price in self.sets)
            and int(slack[np.ix_(self.vertices, self.vertices)].min(initial=0)) >= 0
        )

    def _inside(self) -> Ints:
        """For each pair the prices of the sets that hold both. Exact: whole numbers, below 2**53 in sum."""
        assert sum(price for _, price in self.sets) < 1 << 53
        n = len(self.prices)
        small = [(held, price) for held, price in self.sets if 8 * len(held) < n]
        large = [(held, price) for held, price in self.sets if 8 * len(held) >= n]
        holds = np.zeros((n, len(large)))
        for k, (held, _) in enumerate(large):
            holds[held, k] = 1
        inside = np.asarray((holds * [price for _, price in large]) @ holds.T).astype(np.int64)
        for held, price in small:
            inside[np.ix_(held, held)] += price
        return inside
