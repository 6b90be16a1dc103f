"""Finding the heaviest matching that places everybody: one alternating tree after another, prices kept.

The primal-dual method of Edmonds, dense: a row of numpy for every vertex that joins the tree. All weights
are finite here; what is not allowed costs a penalty (see `solving`), so an even number is always placed.
"""

from __future__ import annotations

import numpy as np

from .blossoms import ALONE, FAR, Blossoms, Edge, Ints

FREE, OUTER, INNER = 0, 1, 2  # not in the tree; an even, or an odd number of pairs from the root
SIGN = np.array([0, -1, 1])  # how the price of a vertex moves while the tree grows
RATE = np.array([1, 2, 0])  # how fast its slack to the tree's outer vertices shrinks
HALVED = np.array([0, 1, 0])
BLOCKED = np.array([0, 0, FAR])


def settle(state: Blossoms, enough: int | None = None) -> bool:
    """Match every active vertex, so that no matching of all of them weighs more.

    With `enough`, stop and return False as soon as the prices show that none weighs more than that.
    """
    left = FAR if enough is None else state.bound() - enough
    while left > 0 and (alone := [int(v) for v in np.flatnonzero(state.active) if state.mate[v] == ALONE]):
        # Small trees from many roots cost less than one large tree, and lower the bound as much.
        share = FAR if enough is None else left // len(alone) + 1
        for v in alone:
            if state.mate[v] == ALONE and left > 0:
                left -= Tree(state, v, min(left, share)).grow()
    return left > 0


class Tree:
    """One alternating tree from an unmatched vertex, until it reaches another.

    Every step lowers the bound by its length, for the tree has one more outer node than inner ones."""

    def __init__(self, state: Blossoms, root: int, longest: int):
        self.state, self.left, self.longest = state, longest, longest
        n = state.n
        self.kind: dict[int, int] = {}
        self.entry: dict[int, Edge | None] = {}
        # For each vertex the least slack to an outer vertex of another node, and which vertex that is.
        self.near: Ints = np.full(n, FAR)
        self.via: Ints = np.full(n, ALONE)
        self.sign: Ints = np.zeros(n, np.int64)
        self.rate: Ints = np.ones(n, np.int64)
        self.halved: Ints = np.zeros(n, np.int64)
        self.blocked: Ints = np.where(state.active, 0, FAR)
        self.rate[~state.active] = 0
        self._join(int(state.top[root]), OUTER, None)

    def grow(self) -> int:
        """Move prices until something happens, and let it; ends when a pair more is matched, or when the
        steps are as long as they may be together. Their length."""
        while self.left > 0:
            reach = (self.near >> self.halved) + self.blocked
            v = int(reach.argmin())
            blossom, step = self._weakest()
            if blossom is not None and step <= reach[v]:
                self._move(step)
                if self.left > 0:
                    self._expand(blossom)
                continue
            if reach[v] >= FAR // 2:
                raise AssertionError("an odd number of vertices cannot all be matched")
            self._move(int(reach[v]))
            if self.left > 0 and self._meet(int(self.via[v]), v):
                break
        return self.longest - self.left

    def _weakest(self) -> tuple[int | None, int]:
        """The inner blossom whose price is used up first, and after how far a step."""
        state, weakest, step = self.state, None, FAR
        for node, kind in self.kind.items():
            if kind == INNER and node >= state.n and state.z[node] // 2 < step:
                weakest, step = node, state.z[node] // 2
        return weakest, step

    def _move(self, step: int) -> None:
        step = min(step, self.left)
        if step == 0:
            return
        self.left -= step
        state = self.state
        state.y += step * self.sign
        self.near -= step * self.rate
        for node, kind in self.kind.items():
            if node >= state.n:
                state.z[node] += 2 * step if kind == OUTER else -2 * step

    def _meet(self, u: int, v: int) -> bool:
        """Outer vertex u and v have no slack: close a ring, grow, or, with a free single, be done."""
        state = self.state
        node = int(state.top[v])
        if self.kind.get(node) == OUTER:
            self._merge(u, v)
            return False
        base = state.base[node]
        if state.mate[base] == ALONE:
            self._flip(u, v)
            return True
        self._join(node, INNER, (u, v))
        mate = state.mate[base]
        self._join(int(state.top[mate]), OUTER, (base, mate))
        return False

    def _join(self, node: int, kind: int, entry: Edge | None) -> None:
        self.kind[node], self.entry[node] = kind, entry
        self._colour(node, kind)
        if kind == OUTER:
            self._reach(self.state.leaves[node], node)

    def _colour(self, node: int, kind: int) -> None:
        leaves = self.state.leaves[node]
        self.sign[leaves], self.rate[leaves] = SIGN[kind], RATE[kind]
        self.halved[leaves], self.blocked[leaves] = HALVED[kind], BLOCKED[kind]

    def _reach(self, outer: Ints, node: int) -> None:
        """New outer vertices, all of `node`, may be nearer to the others than those before."""
        state = self.state
        slack = state.y[outer, None] + state.y - state.weights[outer]
        nearest = slack.argmin(axis=0)
        row = slack[nearest, np.arange(state.n)]
        row[state.leaves[node]] = FAR
        nearer = row < self.near
        np.copyto(self.near, row, where=nearer)
        np.copyto(self.via, outer[nearest], where=nearer)

    def _way_up(self, node: int) -> list[int]:
        way = [node]
        while (entry := self.entry[way[-1]]) is not None:
            way.append(int(self.state.top[entry[0]]))
        return way

    def _merge(self, u: int, v: int) -> None:
        """Two outer nodes touch: the ring through where their ways up meet becomes one outer blossom."""
        state = self.state
        left, right = self._way_up(int(state.top[u])), self._way_up(int(state.top[v]))
        while len(left) > 1 and len(right) > 1 and left[-2] == right[-2]:
            left.pop()
            right.pop()
        right.pop()
        ring, links = left[::-1] + right, [self._entered(node) for node in left[-2::-1]]
        links += [(u, v), *((b, a) for a, b in map(self._entered, right))]
        entry = self.entry[left[-1]]
        inner = [node for node in ring if self.kind[node] == INNER]
        for node in ring:
            del self.kind[node], self.entry[node]
        blossom = state.close(ring, links)
        self.kind[blossom], self.entry[blossom] = OUTER, entry
        self._colour(blossom, OUTER)
        for node in inner:
            self._reach(state.leaves[node], blossom)
        self._look_outside(blossom)

    def _entered(self, node: int) -> Edge:
        entry = self.entry[node]
        assert entry is not None
        return entry

    def _look_outside(self, blossom: int) -> None:
        """Vertices whose nearest outer vertex is now in the same blossom look for one outside it."""
        state, leaves = self.state, self.state.leaves[blossom]
        stale = leaves[(state.top[self.via[leaves]] == blossom) & (self.near[leaves] < FAR // 2)]
        outside = np.flatnonzero((self.sign < 0) & (state.top != blossom))
        if not len(outside):
            self.near[stale] = FAR
        elif len(stale):
            slack = state.y[stale, None] + state.y[outside] - state.weights[np.ix_(stale, outside)]
            nearest = slack.argmin(axis=1)
            self.near[stale], self.via[stale] = slack[np.arange(len(stale)), nearest], outside[nearest]

    def _expand(self, blossom: int) -> None:
        """An inner blossom whose price is used up opens; the even way to its base stays in the tree."""
        state = self.state
        entry, links = self._entered(blossom), state.links[blossom]
        del self.kind[blossom], self.entry[blossom]
        self._colour(blossom, FREE)
        ring = state.open(blossom)
        at = ring.index(int(state.top[entry[1]]))
        size = len(ring)
        kind = INNER
        while True:
            self._join(ring[at], kind, entry)
            if at == 0 and kind == INNER:
                return
            # Pairs are the odd links. An inner node is left by its pair, an outer one by the other link,
            # so the direction is settled by where the way began.
            forward = (at % 2 == 1) == (kind == INNER)
            entry = links[at] if forward else (links[at - 1][1], links[at - 1][0])
            at = (at + 1) % size if forward else at - 1
            kind = OUTER if kind == INNER else INNER

    def _flip(self, u: int, v: int) -> None:
        """Match u with v, which has been free, and every second edge from u up to the root the other way."""
        state = self.state
        state.rebase(int(state.top[v]), v)
        while True:
            node = int(state.top[u])
            state.rebase(node, u)
            entry = self.entry[node]
            state.marry(u, v)
            if entry is None:
                return
            above = int(state.top[entry[0]])
            u, v = self._entered(above)
            state.rebase(above, v)
