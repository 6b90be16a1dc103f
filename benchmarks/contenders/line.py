"""The line between the benchmark and one contender: made ready once, then so many steps at each call.

    python -m benchmarks.contenders.NAME URL SYNCHRONOUS STEPS [more]

A step is timed from its call to its return: load, decide, run, save, commit; by the clock, and by what this
process used of the processor. Making ready is not counted."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator

Step = Callable[[], object]


def serve(prepare: Callable[[str, str, int], Iterator[Step]]) -> None:
    """Do as many steps of `prepare` as each line of the input asks for, until there are no more lines."""
    steps = prepare(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    step = next(steps)
    answer("ready")
    for line in sys.stdin:
        seconds = []
        for _ in range(int(line)):
            begun, busy = time.perf_counter(), time.process_time()
            step()
            seconds.append((time.perf_counter() - begun, time.process_time() - busy))
            step = next(steps, step)
        answer(seconds)


def answer(what: object) -> None:
    sys.stdout.write(f"@{json.dumps(what)}\n")
    sys.stdout.flush()
