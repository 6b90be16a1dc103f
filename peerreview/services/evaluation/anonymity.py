"""What a promise of anonymity means in figures (engine.md 48): nothing that is shown, and no difference between any two
things that are shown, is about fewer than three people other than the reader.

Two looks at a sum differ by what came between them, and so do a row of a table and its foot. So whatever is shown is
made of parts that are never split again: of three people and more each, in the order in which they came. One or two
that are left over wait for others, for ever if none come. The reader's own is never among them: whoever takes it away
from a sum would be left with the others'.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

LEAST = 3
T = TypeVar("T")


def whole(found: Sequence[T], least: int = LEAST) -> Sequence[T]:
    """As many as make whole parts, one of each person, in their order."""
    return found[: len(found) // least * least]


@dataclass(frozen=True)
class Part(Generic[T]):
    """What is shown together and never apart. `group`: what all in it have in common; None: they are of several."""

    group: str | None
    of: tuple[T, ...]


def parts(
    found: Iterable[T],
    *,
    person: Callable[[T], Hashable],
    group: Callable[[T], str],
    row: Callable[[T], Hashable],
    least: int = LEAST,
) -> tuple[Part[T], ...]:
    """`found`, in its order, as parts of at least three people each; what is left over is left out. A part is of one
    group where it can be: where each of its groups has three people, it is as many parts.

    A `row` that comes a second time takes back what it brought. So a part waits also until what is left of each sum
    differs from every sum that has been shown by three people and more."""
    made: list[Part[T]] = []
    waiting: list[T] = []
    shown = _Shown[T](person, row, least)
    for one in found:
        waiting.append(one)
        if _people(waiting, person) < least:
            continue
        for several in (_by_group(waiting, person, group, least), [Part(None, tuple(waiting))]):
            if shown.takes(several):
                made += several
                waiting = []
                break
    return tuple(made)


class _Shown(Generic[T]):
    """The sums that have been shown, each as the rows that are left of it: a column for each group, and the foot."""

    def __init__(self, person: Callable[[T], Hashable], row: Callable[[T], Hashable], least: int):
        self.person, self.row, self.least = person, row, least
        self.now: dict[str, frozenset[tuple[Hashable, Hashable]]] = {"foot": frozenset()}
        self.ever: set[frozenset[tuple[Hashable, Hashable]]] = {frozenset()}

    def takes(self, several: Sequence[Part[T]]) -> bool:
        """Show these besides; False, and nothing is shown, where a difference would be about too few."""
        now = dict(self.now)
        for part in several:
            # Taken one by one: a part may hold a row and what takes it back.
            for one in part.of:
                of = frozenset({(self.person(one), self.row(one))})
                for sum_ in (f"group {part.group}", "foot"):
                    now[sum_] = now.get(sum_, frozenset()) ^ of
        new = set(now.values()) - self.ever
        if any(self._few(one ^ other) for one in new for other in self.ever | new if one != other):
            return False
        self.now, self.ever = now, self.ever | new
        return True

    def _few(self, rows: Iterable[tuple[Hashable, Hashable]]) -> bool:
        return len({person for person, _ in rows}) < self.least


def _people(several: Iterable[T], person: Callable[[T], Hashable]) -> int:
    return len({person(one) for one in several})


def _by_group(
    several: Sequence[T], person: Callable[[T], Hashable], group: Callable[[T], str], least: int
) -> list[Part[T]]:
    groups: dict[str, list[T]] = {}
    for one in several:
        groups.setdefault(group(one), []).append(one)
    if len(groups) == 1 or all(_people(of, person) >= least for of in groups.values()):
        return [Part(name, tuple(of)) for name, of in groups.items()]
    return [Part(None, tuple(several))]


def pooled(groups: dict[str, list[T]], least: int = LEAST) -> dict[str, list[T]]:
    """Groups of one look that is the only one: those with fewer than three go together, with the smallest of the
    others until there are three of them ("*"). Each list holds one of each person."""
    left = dict(sorted(groups.items(), key=lambda item: (len(item[1]), item[0])))
    small: list[T] = []
    while left and (len(next(iter(left.values()))) < least or 0 < len(small) < least):
        small += left.pop(next(iter(left)))
    shown = dict(sorted(left.items()))
    return {**shown, "*": small} if small else shown
