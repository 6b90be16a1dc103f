"""How many decisions a second `may` takes on one core, in memory."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from peerreview.engine.running.case import Do, Scope, See
from peerreview.engine.running.decide import Answer, No, may
from peerreview.errors import Message
from tests.engine.play import Play
from tests.engine.running.test_story import to_exchange

BAR = 100_000
ROUNDS, TIMES = 5, 20_000


def rate(decide: Callable[[], object]) -> tuple[float, float, float]:
    """Decisions a second: median, least and most of the rounds."""
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(TIMES):
            decide()
        found.append(TIMES / (time.perf_counter() - begun))
    return statistics.median(found), min(found), max(found)


def _said(answer: Answer) -> Message:
    """The words of a refusal, which are found when they are asked for."""
    assert isinstance(answer, No)
    return answer.reason


def main() -> None:
    play = Play(2)
    to_exchange(play)
    own, other, lead = play.actor("coordinator", 0), play.actor("medical", 1), play.actor("lead")
    internal = See("materials", "read", 0, "internal")
    hand_in = Do("hand_in", ("exchange/collect", Scope(0)))
    asked: dict[str, Callable[[], object]] = {
        "a right, yes": lambda: may(play.case, own, internal, play.now),
        "a right, no": lambda: may(play.case, other, internal, play.now),
        "an action, no": lambda: may(play.case, own, hand_in, play.now),
        "an action, not one's own": lambda: may(play.case, lead, hand_in, play.now),
        "a right, no, and why": lambda: _said(may(play.case, other, internal, play.now)),
        "an action, no, and what is missing": lambda: _said(may(play.case, own, hand_in, play.now)),
    }
    print(f"{'may':45} {'a second':>10} {'least':>10} {'most':>10} {'of the bar':>11}")
    for name, decide in asked.items():
        middle, least, most = rate(decide)
        print(f"{name:45} {middle:10,.0f} {least:10,.0f} {most:10,.0f} {middle / BAR:10.1f}x")


if __name__ == "__main__":
    main()
