"""Finding the heaviest matching that places everybody: one alternating tree after another, prices kept.

The primal-dual method of Edmonds, dense: a row of numpy for every vertex that joins the tree. All weights
are finite here; what is not allowed costs a penalty (see `solving`), so an even number is always placed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .blossoms import ALONE, FAR, Blossoms, Edge, Ints

FREE, OUTER, INNER = 0, 1, 2  # not in the tree; an even, or an odd number of pairs from the root
# For each kind: how the price of a vertex moves while the tree grows; how fast its slack to the tree's outer
# vertices shrinks; by how many halvings that shortens the way to it; FAR where the way is none.
TRAITS = np.array([[[0], [1], [0], [0]], [[-1], [2], [1], [0]], [[1], [0], [0], [FAR]]])


def settle(state: Blossoms, enough: int | None = None) -> bool:
    """Match every active vertex, so that no matching of all of them weighs more.

    With `enough`, stop and return False as soon as the prices show that none weighs more than that.
    """
    left = FAR if enough is None else state.bound() - enough
    for alone, longest in _rounds(state):
        if len(alone) % 2:
            raise AssertionError("an odd number of vertices cannot all be matched")
        share = longest if enough is None else left // len(alone) + 1
        for v in alone:
            if state.mate[v] == ALONE and left > 0:
                left -= Tree(state, v, min(left, share)).grow()
        if left <= 0:
            return False
    return left > 0


def surround(state: Blossoms) -> None:
    """Of an odd number of active vertices, make one blossom that holds all.

    Any one of them can then be the one left over, and its price tells what that costs: without v the heaviest
    matching weighs bound() - y[v], exactly, for every v.
    """
    for alone, longest in _rounds(state):
        if len(alone) == 1:
            Tree(state, alone[0], FAR).grow()
            return
        for v in alone:
            if state.mate[v] == ALONE:
                Tree(state, v, longest).grow()


def _rounds(state: Blossoms) -> Iterator[tuple[list[int], int]]:
    """Who is alone, while somebody is, and how long a tree of theirs may be this time.

    Small trees from many roots, longer from round to round, cost less than large ones, and lower the bound as
    much. The first are a small part of what prices are like; where they lead to little, the next are far longer.
    """
    prices = np.abs(state.y[state.active])
    longest = int(np.median(prices)) // 16 + 1 if len(prices) else 1
    while alone := [int(v) for v in np.flatnonzero(state.active) if state.mate[v] == ALONE]:
        yield alone, longest if len(alone) > 2 else FAR
        few = 10 * sum(state.mate[v] == ALONE for v in alone) > 9 * len(alone)
        longest = 4 * longest if few else longest + longest // 10 + 1


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
        self.traits: Ints = np.where(state.active, TRAITS[FREE], TRAITS[INNER])
        self.traits[0, ~state.active] = 0
        self.sign, self.rate, self.halved, self.blocked = self.traits
        # The blossoms in the tree, whose prices move too.
        self.blossoms: dict[int, set[int]] = {OUTER: set(), INNER: set()}
        self.root = root
        self._join(int(state.top[root]), OUTER, None)

    def grow(self) -> int:
        """Move prices until something happens, and let it; ends when a pair more is matched, or when the
        steps are as long as they may be together, or when the root's blossom holds all. Their length."""
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
                break  # nobody is left to meet: all are in the root's blossom
            self._move(int(reach[v]))
            if self.left > 0 and self._meet(int(self.via[v]), v):
                break
        return self.longest - self.left

    def _weakest(self) -> tuple[int | None, int]:
        """The inner blossom whose price is used up first, and after how far a step."""
        state, weakest, step = self.state, None, FAR
        for node in self.blossoms[INNER]:
            if (price := state.z[node] // 2) < step or (price == step and node < (weakest or 0)):
                weakest, step = node, price
        return weakest, step

    def _move(self, step: int) -> None:
        step = min(step, self.left)
        if step == 0:
            return
        self.left -= step
        state = self.state
        state.y += step * self.sign
        self.near -= step * self.rate
        for node in self.blossoms[OUTER]:
            state.z[node] += 2 * step
        for node in self.blossoms[INNER]:
            state.z[node] -= 2 * step

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
        self._enter(node, kind, entry)
        if kind == OUTER:
            self._reach(self.state.leaves[node], node)

    def _enter(self, node: int, kind: int, entry: Edge | None) -> None:
        self.kind[node], self.entry[node] = kind, entry
        self.traits[:, self.state.leaves[node]] = TRAITS[kind]
        if node >= self.state.n:
            self.blossoms[kind].add(node)

    def _leave(self, node: int) -> int:
        """What kind it has been."""
        kind = self.kind.pop(node)
        del self.entry[node]
        self.blossoms[kind].discard(node)
        return kind

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
        inner = [node for node in ring if self._leave(node) == INNER]
        blossom = state.close(ring, links)
        self._enter(blossom, OUTER, entry)
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
        if state.top[self.root] == blossom:
            # All others look at it, so that it need not look at them.
            self.near[leaves] = FAR
            return
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
        self._leave(blossom)
        self.traits[:, state.leaves[blossom]] = TRAITS[FREE]
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
