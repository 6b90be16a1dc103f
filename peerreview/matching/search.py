"""Finding the heaviest matching that places everybody: alternating trees, whose prices are kept.

The primal-dual method of Edmonds, dense: a row of numpy for every vertex that joins the tree. All weights
are finite here; what is not allowed costs a penalty (see `solving`), so an even number is always placed.
"""

from __future__ import annotations

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
    while alone := _alone(state):
        if len(alone) % 2:
            raise AssertionError("an odd number of vertices cannot all be matched")
        roots, longest = _together(state, alone), FAR
        if enough is not None:
            if (left := state.bound() - enough) <= 0:
                return False
            longest = left // len(roots) + 1
        Trees(state, roots, longest).grow()
    return enough is None or state.bound() > enough


def surround(state: Blossoms) -> None:
    """Of an odd number of active vertices, make one blossom that holds all.

    Any one of them can then be the one left over, and its price tells what that costs: without v the heaviest
    matching weighs bound() - y[v], exactly, for every v.
    """
    while len(alone := _alone(state)) > 1:
        Trees(state, _together(state, alone), FAR).grow()
    Trees(state, alone, FAR).grow()


def _alone(state: Blossoms) -> list[int]:
    return [int(v) for v in np.flatnonzero(state.active) if state.mate[v] == ALONE]


def _together(state: Blossoms, alone: list[int]) -> list[int]:
    """Those whose prices are even, or odd: two trees that move towards each other then meet at a whole number."""
    odd = [v for v in alone if state.y[v] % 2]
    return odd if 2 * len(odd) > len(alone) else [v for v in alone if not state.y[v] % 2]


class Trees:
    """Alternating trees from unmatched vertices, which grow together until each has reached another.

    Every step lowers the bound by its length for each tree, for a tree has one more outer node than inner ones."""

    def __init__(self, state: Blossoms, roots: list[int], longest: int):
        self.state, self.left = state, longest
        n = state.n
        self.kind: dict[int, int] = {}
        self.entry: dict[int, Edge | None] = {}
        self.tree: dict[int, int] = {}
        # For each vertex the least slack to an outer vertex of another node, and which vertex that is.
        self.near: Ints = np.full(n, FAR)
        self.via: Ints = np.full(n, ALONE)
        self.traits: Ints = np.where(state.active, TRAITS[FREE], TRAITS[INNER])
        self.traits[0, ~state.active] = 0
        self.sign, self.rate, self.halved, self.blocked = self.traits
        # The blossoms in the trees, whose prices move too.
        self.blossoms: dict[int, set[int]] = {OUTER: set(), INNER: set()}
        self.roots = set(roots)
        # The blossom that holds this vertex need not look at others, for all others look at it.
        self.blind: int | None = roots[0] if len(roots) == 1 else None
        for root in roots:
            self._join(int(state.top[root]), OUTER, None, root)

    def grow(self) -> None:
        """Move prices until something happens, and let it; ends when every root is matched, or when the
        steps are as long as they may be together, or when the last root's blossom holds all."""
        while self.left > 0 and self.roots:
            reach = (self.near >> self.halved) + self.blocked
            v = int(reach.argmin())
            blossom, step = self._weakest()
            if blossom is not None and step <= reach[v]:
                self._move(step)
                if self.left > 0:
                    self._expand(blossom)
                continue
            if reach[v] >= FAR // 2:
                break  # nobody is left to meet
            self._move(int(reach[v]))
            if self.left > 0:
                self._meet(int(self.via[v]), v)

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

    def _meet(self, u: int, v: int) -> None:
        """Outer vertex u and v have no slack: close a ring, grow, or match two trees, or one with a free single."""
        state = self.state
        node, tree = int(state.top[v]), self.tree[int(state.top[u])]
        base = state.base[node]
        if self.kind.get(node) == OUTER:
            if self.tree[node] == tree:
                self._merge(u, v)
            else:
                other = self.tree[node]
                self._flip(u, v)
                self._flip(v, u)
                self._dissolve({tree, other})
        elif state.mate[base] == ALONE:
            state.rebase(node, v)
            self._flip(u, v)
            self._dissolve({tree})
        else:
            self._join(node, INNER, (u, v), tree)
            mate = state.mate[base]
            self._join(int(state.top[mate]), OUTER, (base, mate), tree)

    def _join(self, node: int, kind: int, entry: Edge | None, tree: int) -> None:
        self._enter(node, kind, entry, tree)
        if kind == OUTER:
            self._reach(self.state.leaves[node], node)

    def _enter(self, node: int, kind: int, entry: Edge | None, tree: int) -> None:
        self.kind[node], self.entry[node], self.tree[node] = kind, entry, tree
        self.traits[:, self.state.leaves[node]] = TRAITS[kind]
        if node >= self.state.n:
            self.blossoms[kind].add(node)

    def _leave(self, node: int) -> int:
        """What kind it has been."""
        kind = self.kind.pop(node)
        del self.entry[node], self.tree[node]
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
        entry, tree = self.entry[left[-1]], self.tree[left[-1]]
        inner = [node for node in ring if self._leave(node) == INNER]
        blossom = state.close(ring, links)
        self._enter(blossom, OUTER, entry, tree)
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
        if self.blind is None and 4 * len(leaves) > state.n:
            self.blind = int(leaves[0])
        if self.blind is not None and state.top[self.blind] == blossom:
            self.near[leaves] = FAR
        else:
            self._look(leaves[(state.top[self.via[leaves]] == blossom) & (self.near[leaves] < FAR // 2)])

    def _look(self, stale: Ints) -> None:
        """Find the nearest outer vertex of another node for each of `stale`."""
        state, outside = self.state, np.flatnonzero(self.sign < 0)
        if not len(stale) or not len(outside):
            self.near[stale] = FAR
            return
        slack = state.y[stale, None] + state.y[outside] - state.weights[np.ix_(stale, outside)]
        slack[state.top[stale][:, None] == state.top[outside]] = FAR
        nearest = slack.argmin(axis=1)
        self.near[stale], self.via[stale] = slack[np.arange(len(stale)), nearest], outside[nearest]

    def _dissolve(self, trees: set[int]) -> None:
        """Matched trees are none any more; whoever was near to them looks for others."""
        self.roots -= trees
        if not self.roots:
            return
        gone = np.zeros(self.state.n, np.bool_)
        for node in [node for node, tree in self.tree.items() if tree in trees]:
            leaves = self.state.leaves[node]
            gone[leaves] = True
            self._leave(node)
            self.traits[:, leaves] = TRAITS[FREE]
        if self.blind is not None and gone[self.blind]:
            self.blind = None
        stale = gone | (gone[self.via] & (self.near < FAR // 2))
        if self.blind is not None:
            blind = self.state.leaves[int(self.state.top[self.blind])]
            self.near[blind[stale[blind]]] = FAR
            stale[blind] = False
        self._look(np.flatnonzero(stale))

    def _expand(self, blossom: int) -> None:
        """An inner blossom whose price is used up opens; the even way to its base stays in the tree."""
        state = self.state
        entry, links, tree = self._entered(blossom), state.links[blossom], self.tree[blossom]
        self._leave(blossom)
        self.traits[:, state.leaves[blossom]] = TRAITS[FREE]
        ring = state.open(blossom)
        at = ring.index(int(state.top[entry[1]]))
        size = len(ring)
        kind = INNER
        while True:
            self._join(ring[at], kind, entry, tree)
            if at == 0 and kind == INNER:
                return
            # Pairs are the odd links. An inner node is left by its pair, an outer one by the other link,
            # so the direction is settled by where the way began.
            forward = (at % 2 == 1) == (kind == INNER)
            entry = links[at] if forward else (links[at - 1][1], links[at - 1][0])
            at = (at + 1) % size if forward else at - 1
            kind = OUTER if kind == INNER else INNER

    def _flip(self, u: int, v: int) -> None:
        """Match u with v, and every second edge from u up to the root the other way."""
        state = self.state
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
