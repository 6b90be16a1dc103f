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
    least: int = LEAST,
) -> tuple[Part[T], ...]:
    """`found`, in its order, as parts of at least three people each; what is left over is left out. A part is of one
    group where it can be: where each of its groups has three people, it is as many parts."""
    made: list[Part[T]] = []
    waiting: list[T] = []
    for one in found:
        waiting.append(one)
        if _people(waiting, person) >= least:
            made += _by_group(waiting, person, group, least)
            waiting = []
    return tuple(made)


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
