"""Matching: 21, 1,000 and 1,001 organisations, proven optimal, beside rustworkx on the complete graph.

    python -m benchmarks.matching [--quick | --shapes]

Prints seconds (wall, and of the processor, which is the fairer figure on a busy machine), the peak of memory,
and the ratio to rustworkx in the same run, for whole profiles and for themes alone. --quick leaves rustworkx
out; --shapes goes through rounds of many shapes (see `shapes`), 1,000 and 1,001 of each: half an hour.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import rustworkx as rx

from peerreview.matching.pairing import Matching, Pairing, Round
from peerreview.matching.rules import Rules
from peerreview.matching.solving import UNIT
from tests.matching.cases import profiles

from .shapes import Shape, Shapes

RULES = Rules(year=2026)
T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[T, float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    done = work()
    return done, time.perf_counter() - wall, time.process_time() - processor


def said(name: str, wall: float, processor: float, more: str = "") -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:<44} {wall:8.3f} s  {processor:8.3f} s cpu  peak {peak:5} MiB  {more}", flush=True)


def ours(name: str, shape: Shape) -> tuple[Matching, float, float]:
    def pairing() -> tuple[Matching, Pairing]:
        matching = Matching(Round(shape.profiles, RULES, shape.weights))
        return matching, matching.pairing()

    (matching, found), wall, processor = timed(pairing)
    rings = sum(len(group.members) == 3 for group in found.groups)
    left = len(found.unmatched)
    said(name, wall, processor, f"total {found.total:.6f}, rings {rings}, left over {left}")
    return matching, wall, processor


def theirs(matching: Matching) -> tuple[float, float]:
    """rustworkx on the complete graph with the same scores; what is not allowed has none."""
    both = matching.case.direct + matching.case.direct.T
    weights = np.where(matching.case.allowed, both, 0)
    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(len(both)))
    n = len(both)
    graph.add_edges_from([(u, v, int(weights[u, v])) for u in range(n) for v in range(u + 1, n)])
    pairs, wall, processor = timed(
        lambda: rx.max_weight_matching(graph, max_cardinality=True, weight_fn=lambda weight: weight)
    )
    more = ""
    if n % 2 == 0 and not matching.solution.unplaced and len(matching.solution.groups) == n // 2:
        total = sum(int(weights[pair]) for pair in pairs) * UNIT // 2
        more = f"its total {'agrees' if total == matching.solution.total else 'DIFFERS'}"
    said(f"  rustworkx alone, {n:,}, complete", wall, processor, more)
    return wall, processor


def beside(name: str, shape: Shape) -> None:
    matching, *mine = ours(name, shape)
    wall, processor = (other / own for other, own in zip(theirs(matching), mine, strict=True))
    print(f"  {wall:.1f} times as fast as rustworkx alone ({processor:.1f} by the processor)", flush=True)


def main() -> None:
    ours("21, with reasons", Shape(profiles(np.random.default_rng(1), 21)))
    for n in (1000, 1001):
        for name, shape in Shapes(n).all().items():
            usual = name in ("whole profiles", "0 to 4 of 12 themes")
            if "--shapes" in sys.argv or (usual and "--quick" not in sys.argv):
                beside(f"{n:,}, {name}", shape())
            elif usual:
                ours(f"{n:,}, {name}", shape())


if __name__ == "__main__":
    main()
