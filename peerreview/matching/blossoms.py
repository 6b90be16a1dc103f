"""The state of a matching under way: who is matched with whom, the dual values, the nested odd sets (blossoms).

Dual values prove that a matching is the best. Every vertex i has a price y[i], every blossom B a price
z[B] >= 0, so that for every pair

    slack(i, j) = y[i] + y[j] + (z of the blossoms that hold both) - weight[i, j] >= 0,

with no slack on matched pairs. An odd set B holds at most (|B| - 1) / 2 pairs, so no matching that places
everybody weighs more than sum(y) + sum(z[B] * (|B| - 1) / 2), which is just what this one weighs.
(J. Edmonds, Maximum matching and a polyhedron with 0,1-vertices, 1965.)

A node is a vertex (below n) or a blossom (from n on). Weights are even integers: then every price stays an
integer, and the proof holds without rounding.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Edge = tuple[int, int]

FAR = 1 << 60
ALONE = -1


class Inside(NamedTuple):
    """For the pair of vertices u and v, the number squares[place[u], place[v]]."""

    place: Ints
    squares: Ints

    def of(self, u: Ints, v: Ints) -> Ints:
        return self.squares[self.place[u], self.place[v]]

    def table(self) -> Ints:
        return self.squares[np.ix_(self.place, self.place)]


class Blossoms:
    """A matching with its prices. `weights` is shared between copies and never written to."""

    def __init__(self, weights: Ints):
        n = len(weights)
        self.n, self.weights = n, weights
        self.y: Ints = np.zeros(n, np.int64)
        self.active: Flags = np.zeros(n, np.bool_)
        self.mate = [ALONE] * n
        self.top: Ints = np.arange(n)
        self.parent: dict[int, int] = {}
        # A blossom is an odd ring of nodes; the first holds its base, the one vertex matched outwards.
        # links[B][k] is the edge from ring[B][k] to the next node, the last one back to the first.
        self.ring: dict[int, list[int]] = {}
        self.links: dict[int, list[Edge]] = {}
        self.base: dict[int, int] = {v: v for v in range(n)}
        self.z: dict[int, int] = {}
        self.leaves: dict[int, Ints] = {v: np.array([v]) for v in range(n)}
        self.next = n

    def copy(self) -> Blossoms:
        """A copy that can go its own way. Rings and leaves are replaced, never changed, so they are shared."""
        twin = copy.copy(self)
        for name in ("y", "active", "mate", "top", "parent", "ring", "links", "base", "z", "leaves"):
            held: Any = getattr(self, name)
            setattr(twin, name, held.copy())
        return twin

    def start(self, vertices: Ints) -> None:
        """Take in `vertices` with prices that leave no slack negative, and match greedily without slack."""
        self.active[vertices] = True
        if len(vertices) < 2:
            return
        inner = self.weights[np.ix_(vertices, vertices)].copy()
        np.fill_diagonal(inner, -FAR)
        y = -(-inner.max(axis=1) // 2)
        free = np.ones(len(vertices), np.bool_)
        for i in range(len(vertices)):
            gains = inner[i] - y
            y[i] = gains.max()
            if free[i] and len(found := np.flatnonzero((gains == y[i]) & free)):
                free[i] = free[found[0]] = False
                self.marry(int(vertices[i]), int(vertices[found[0]]))
        self.y[vertices] = y

    def marry(self, u: int, v: int) -> None:
        self.mate[u], self.mate[v] = v, u

    def part(self, v: int) -> None:
        """Leave `v` and its mate, where it has one, on their own."""
        if (other := self.mate[v]) != ALONE:
            self.mate[v] = self.mate[other] = ALONE

    def add(self, v: int) -> None:
        """Take in a vertex, at the lowest price that leaves no slack negative."""
        self.y[v] = (self.weights[v] - self.y)[self.active].max(initial=0)
        self.active[v] = True

    def remove(self, v: int) -> None:
        """Let a vertex go. Its blossoms open; their prices go to their vertices, half to each end of a pair."""
        self.release(v)
        self.part(v)
        self.active[v] = False

    def release(self, v: int) -> None:
        """Open every blossom that holds `v`; the pairs inside stay without slack, those outwards may not."""
        while (blossom := int(self.top[v])) != v:
            if price := self.z[blossom]:
                self.y[self.leaves[blossom]] += price // 2
                self.part(self.base[blossom])
            self.open(blossom)

    def open(self, blossom: int) -> list[int]:
        """Undo a blossom: its nodes, in ring order, stand for themselves."""
        nodes = self.ring.pop(blossom)
        for node in nodes:
            del self.parent[node]
            self.top[self.leaves[node]] = node
        for held in (self.links, self.base, self.z, self.leaves):
            del held[blossom]
        return nodes

    def close(self, ring: list[int], links: list[Edge]) -> int:
        """Make a blossom of an odd ring of nodes, the first of which holds its base."""
        blossom, self.next = self.next, self.next + 1
        self.ring[blossom], self.links[blossom], self.z[blossom] = ring, links, 0
        self.base[blossom] = self.base[ring[0]]
        self.leaves[blossom] = np.concatenate([self.leaves[node] for node in ring])
        self.top[self.leaves[blossom]] = blossom
        for node in ring:
            self.parent[node] = blossom
        return blossom

    def rebase(self, node: int, v: int) -> None:
        """Change the pairs inside `node` so that `v` is the one to be matched outwards."""
        todo = [(node, v)]
        while todo:
            blossom, v = todo.pop()
            if blossom < self.n:
                continue
            child = v
            while self.parent[child] != blossom:
                child = self.parent[child]
            todo.append((child, v))
            ring, links = self.ring[blossom], self.links[blossom]
            at = ring.index(child)
            # Every second link on the even way to the old base becomes a pair.
            for k in range(at - 2, -1, -2) if at % 2 == 0 else range(at + 1, len(ring), 2):
                a, b = links[k]
                self.marry(a, b)
                todo += [(ring[k], a), (ring[(k + 1) % len(ring)], b)]
            self.ring[blossom], self.links[blossom] = ring[at:] + ring[:at], links[at:] + links[:at]
            self.base[blossom] = v

    def prices_inside(self, vertices: Ints) -> Inside:
        """For every pair of `vertices` (ascending), the sum of the prices of the blossoms that hold both."""
        # With the vertices in the order of their nodes, a blossom is a square on the diagonal.
        order = np.concatenate([self.leaves[node] for node in dict.fromkeys(self.top.tolist())])
        place = np.empty(self.n, np.int64)
        place[order] = np.arange(self.n)
        # before[p]: how many of `vertices` have a place before p
        before = np.concatenate([[0], np.isin(order, vertices).cumsum()])
        corners = np.zeros((len(vertices) + 1, len(vertices) + 1), np.int64)
        priced = [b for b, price in self.z.items() if price]
        starts = place[np.array([self.leaves[b][0] for b in priced], np.int64)]
        ends = before[starts + np.array([len(self.leaves[b]) for b in priced], np.int64)]
        starts, prices = before[starts], np.array([self.z[b] for b in priced], np.int64)
        for u, v, sign in ((starts, starts, 1), (ends, ends, 1), (starts, ends, -1), (ends, starts, -1)):
            np.add.at(corners, (u, v), sign * prices)
        corners.cumsum(axis=0, out=corners)
        return Inside(before[place], corners.cumsum(axis=1, out=corners))

    def bound(self) -> int:
        """What no matching of all active vertices can exceed, by the prices."""
        sets = sum(price * (len(self.leaves[b]) // 2) for b, price in self.z.items())
        return int(self.y[self.active].sum()) + sets

    def pairs(self) -> list[Edge]:
        return [(u, v) for u, v in enumerate(self.mate) if u < v]
