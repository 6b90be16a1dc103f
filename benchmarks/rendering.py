"""How the time to show a text grows with it: twice as long a text, over the shapes that are worst for it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from peerreview.rendering import markdown
from peerreview.rendering.versions import merged, side_by_side
from tests.rendering.nasty import SHAPES

BAR = 2.5
LETTERS, ROUNDS = 100_000, 4
# What takes less than this (seconds) for twice the letters is not looked at: it says more of the machine.
LEAST = 0.1


def show(text: str) -> None:
    markdown._convert.cache_clear()
    markdown.to_html(text, prefix="text")


def compare(text: str) -> None:
    side_by_side(text, text[::-1])


def merge(text: str) -> None:
    merged(text, text + "\n\nx", "x\n\n" + text)


def seconds(work: Callable[[str], None], texts: tuple[str, str]) -> tuple[float, float]:
    """Of the processor, the least of some rounds in turn: what else the machine does is not counted."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for text, times in zip(texts, found, strict=True):
            begun = time.process_time()
            work(text)
            times.append(time.process_time() - begun)
    return min(found[0]), min(found[1])


def main() -> None:
    letters = int(sys.argv[1]) if len(sys.argv) > 1 else LETTERS
    over = 0
    for work in (show, compare, merge):
        rows = []
        for name, shape in SHAPES.items():
            once, twice = seconds(work, (shape(letters), shape(2 * letters)))
            rows.append((twice / once if twice > LEAST else 0.0, once, twice, name))
        over += sum(row[0] > BAR for row in rows)
        print(f"{work.__name__}, {letters:,} letters and twice as many: the worst of {len(rows)} shapes")
        print(f"  {'shape':40} {'once, s':>8} {'twice, s':>9} {'ratio':>6}")
        for ratio, once, twice, name in sorted(rows, reverse=True)[:6]:
            print(f"  {name:40} {once:8.3f} {twice:9.3f} {ratio:6.2f}")
        slowest = max(rows, key=lambda row: row[2])
        print(f"  slowest: {slowest[3]}, {slowest[2]:.2f} s for {2 * letters:,} letters\n")
    print(f"over the bar of {BAR}: {over}")
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
