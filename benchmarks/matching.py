"""Matching: 21, 1,000 and 1,001 organisations, proven optimal, beside rustworkx on the complete graph.

    python -m benchmarks.matching [--quick | --hard]

Prints seconds (wall, and of the processor, which is the fairer figure on a busy machine), the peak of memory,
and the ratio to rustworkx in the same run. --quick leaves rustworkx out; --hard adds profiles that say
little, for which many rings are nearly as good as the best: minutes each.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import rustworkx as rx

from peerreview.matching.pairing import Matching, Pairing, Round
from peerreview.matching.profiles import Profile
from peerreview.matching.rules import Rules
from peerreview.matching.solving import UNIT
from tests.matching.cases import profiles

RULES = Rules(year=2026)
T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[T, float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    done = work()
    return done, time.perf_counter() - wall, time.process_time() - processor


def said(name: str, wall: float, processor: float, more: str = "") -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:<44} {wall:8.3f} s  {processor:8.3f} s cpu  peak {peak:5} MiB  {more}", flush=True)


def ours(name: str, round_: Sequence[Profile]) -> tuple[Matching, float, float]:
    def pairing() -> tuple[Matching, Pairing]:
        matching = Matching(Round(round_, RULES))
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
    total = sum(int(weights[pair]) for pair in pairs) * UNIT // 2
    agrees = "agrees" if total == matching.solution.total else "DIFFERS"
    said("rustworkx alone, 1,000, complete", wall, processor, f"its total {agrees}")
    return wall, processor


def kinds(n: int) -> dict[str, list[Profile]]:
    """Scores that make it hard: nearness on one line, and many who are quite alike."""
    everything = profiles(np.random.default_rng(2), n)
    bare = [Profile(one.organisation) for one in everything]
    return {
        "population alone": [
            replace(one, population=full.population) for one, full in zip(bare, everything, strict=True)
        ],
        "hospitals and university hospital alone": [
            replace(one, hospitals=full.hospitals, university_hospital=full.university_hospital)
            for one, full in zip(bare, everything, strict=True)
        ],
        "themes alone": [
            replace(one, wants=full.wants, offers=full.offers)
            for one, full in zip(bare, everything, strict=True)
        ],
    }


def main() -> None:
    ours("21, with reasons", profiles(np.random.default_rng(1), 21))
    even, *one_thousand = ours("1,000, with reasons", profiles(np.random.default_rng(1), 1000))
    _, *with_ring = ours("1,001 with its ring, with reasons", profiles(np.random.default_rng(1), 1001))
    if "--quick" in sys.argv:
        return
    for name, round_ in kinds(1001).items() if "--hard" in sys.argv else ():
        ours(f"1,001, {name}", round_)
    alone = theirs(even)
    for name, figures in (("1,000", one_thousand), ("1,001 with its ring", with_ring)):
        wall, processor = (theirs_ / ours_ for theirs_, ours_ in zip(alone, figures, strict=True))
        print(f"{name}: {wall:.1f} times as fast as rustworkx alone ({processor:.1f} by the processor)")


if __name__ == "__main__":
    main()
