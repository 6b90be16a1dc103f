"""A hundred mails due among a thousand planned, and among a million: what is due costs, not what is planned."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import many
from peerreview.services.worker import each_tick

DUE = 100
PLANNED = (1_000, 1_000_000)
ROUNDS = 5


def measure(planned: int) -> list[float]:
    """Seconds of each tick that puts a hundred mails into the outbox: search, ask again, compose, mark, commit."""
    with tempfile.TemporaryDirectory() as name:
        house, cast = many.one(Path(name))
        many.copied(house, cast, planned // many.waiting(house) - 1)
        print(f"{many.waiting(house):9,} planned", end="", flush=True)
        seconds = []
        for _ in range(ROUNDS):
            at = many.put_due(house, DUE, days=1)
            begun = time.perf_counter()
            sent = each_tick.tick(house, now=at, real_now=at)
            seconds.append(time.perf_counter() - begun)
            assert sent == DUE, f"{sent} sent, not {DUE}"
        house.close()
    middle = statistics.median(seconds)
    print(f", {DUE} due: {middle:.3f} s (median of {ROUNDS}; {min(seconds):.3f}-{max(seconds):.3f})")
    return seconds


if __name__ == "__main__":
    few, lots = (statistics.median(measure(planned)) for planned in PLANNED)
    print(f"ratio {lots / few:.2f} (bar 2)")
