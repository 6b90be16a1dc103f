"""Rounds of many shapes: what a lead might have in a file, from whole profiles to nothing but names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from peerreview.matching.profiles import Profile
from tests.matching.cases import profiles

Attributes = dict[str, float | frozenset[str]]


@dataclass(frozen=True)
class Shape:
    profiles: Sequence[Profile]
    weights: dict[str, float] = field(default_factory=dict)


class Shapes:
    """`n` organisations, the same ones every time."""

    def __init__(self, n: int):
        self.n, self.rng = n, np.random.default_rng(2)
        self.names = [f"Region {k:04}" for k in range(n)]
        self.bare = [Profile(name) for name in self.names]
        self.full = profiles(np.random.default_rng(2), n)

    def all(self) -> dict[str, Callable[[], Shape]]:
        return {
            "whole profiles": lambda: Shape(self.full),
            "7 unit levels": lambda: Shape(profiles(self.rng, self.n, levels=7)),
            "101 unit levels": lambda: Shape(profiles(self.rng, self.n, levels=101)),
            "half silent": lambda: Shape([self.full[k] if k % 2 else self.bare[k] for k in range(self.n)]),
            "all alike": lambda: Shape(self.bare),
            "regions above all": lambda: Shape(self.full, {"healthcare_region": 5}),
            "one excludes 20": lambda: self._rules(20),
            "one excludes 300": lambda: self._rules(300),
            **{
                f"{low} to {high} of {of} themes": lambda of=of, low=low, high=high: self._themes(
                    of, low, high
                )  # type: ignore[misc]
                for of, low, high in (
                    (3, 1, 2),
                    (6, 1, 3),
                    (12, 0, 4),
                    (12, 1, 3),
                    (30, 0, 10),
                    (60, 1, 5),
                    (200, 1, 10),
                )
            },
            **{
                " + ".join(names): lambda names=names: self._only(*names)  # type: ignore[misc]
                for names in (
                    ("wants",),
                    ("population",),
                    ("hospitals",),
                    ("university_hospital",),
                    ("population", "hospitals"),
                    ("wants", "offers", "population"),
                    ("wants", "offers", "hospitals"),
                    ("wants", "offers", "wishes"),
                    ("wants", "offers", "university_hospital"),
                )
            },
            "wishes, 1 each": lambda: self._wishes(1),
            "wishes, 5 each": lambda: self._wishes(5),
            "unlike populations": lambda: Shape(self._only("population").profiles, {"population": -1}),
            "one number": lambda: self._numbers("x"),
            "two numbers": lambda: self._numbers("xy"),
            "two numbers, the unlike": lambda: Shape(self._numbers("xy").profiles, {"x": -1, "y": -1}),
            "five numbers": lambda: self._numbers("xyzuv"),
        }

    def _some(self, of: Sequence[str], low: int, high: int) -> tuple[str, ...]:
        return tuple(self.rng.choice(of, self.rng.integers(low, high + 1), replace=False).tolist())

    def _others(self, name: str, number: int) -> tuple[str, ...]:
        return tuple(other for other in self._some(self.names, number, number) if other != name)

    def _themes(self, of: int, low: int, high: int) -> Shape:
        themes = [f"theme {k}" for k in range(of)]
        return Shape(
            [
                replace(one, wants=self._some(themes, low, high), offers=self._some(themes, low, high))
                for one in self.bare
            ]
        )

    def _only(self, *names: str) -> Shape:
        both = zip(self.bare, self.full, strict=True)
        return Shape([replace(one, **{name: getattr(full, name) for name in names}) for one, full in both])

    def _rules(self, number: int) -> Shape:
        return Shape([replace(one, excludes=self._others(one.organisation, number)) for one in self.full])

    def _wishes(self, number: int) -> Shape:
        return Shape([replace(one, wishes=self._others(one.organisation, number)) for one in self.bare])

    def _numbers(self, names: str) -> Shape:
        def drawn() -> Attributes:
            return {name: float(self.rng.random()) for name in names}

        return Shape([replace(one, attributes=drawn()) for one in self.bare])
