"""Scores that can be explained: each feature's share, in whole millionths, and in words.

The score of a direction (a reviews b) is the weighted mean of its features' likeness, each from 0 to 1. What
nobody has said anything about does not count; what one of the two has not said counts as middling (0.5).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .blossoms import Ints
from .profiles import Profile, key, places

Table = npt.NDArray[np.float64]
WHOLE = 1_000_000  # a score of 1
UNKNOWN = 0.5
FACTOR = 10  # sizes that differ by this factor are not alike at all

WEIGHTS: Mapping[str, float] = {
    "population": 2,
    "hospitals": 1,
    "university_hospital": 1,
    "themes": 3,
    "interests": 1,
    "wishes": 2,
    "healthcare_region": 0,
}
FREE_ATTRIBUTE = 0.5


@dataclass(frozen=True)
class Scores:
    """`shares[f][a, b]`: what feature f adds to the score of a reviewing b; `direct` is their sum.

    `weights` are those in force, of features that somebody has said something about."""

    direct: Ints
    shares: Mapping[str, Ints]
    weights: Mapping[str, float] = field(default_factory=dict)


def features(profiles: Sequence[Profile]) -> dict[str, float]:
    """Every feature that these profiles can be scored on, with its weight by default."""
    free = {name for one in profiles for name in one.attributes}
    return {**WEIGHTS, **dict.fromkeys(sorted(free), FREE_ATTRIBUTE)}


def score(profiles: Sequence[Profile], weights: Mapping[str, float]) -> Scores:
    """Scores of every direction. `weights` replace those by default; a negative one prefers the unlike."""
    wanted = {**features(profiles), **weights}
    likeness = {name: _likeness(profiles, name) for name in sorted(wanted) if wanted[name]}
    counted = {name: wanted[name] for name, table in likeness.items() if table is not None}
    whole = sum(map(abs, counted.values()))
    n = len(profiles)
    direct, shares = np.zeros((n, n), np.int64), {}
    for name, weight in counted.items():
        table = likeness[name]
        assert table is not None
        liked = table if weight > 0 else 1 - table
        shares[name] = np.rint(liked * (WHOLE * abs(weight) / whole)).astype(np.int64)
        np.fill_diagonal(shares[name], 0)
        direct += shares[name]
    return Scores(direct, shares, counted)


def _likeness(profiles: Sequence[Profile], name: str) -> Table | None:
    """How alike each two are in a feature, or what a brings b; None where nobody has said anything."""
    if name in BUILT_IN:
        return BUILT_IN[name](profiles)
    values = [one.attributes.get(name) for one in profiles]
    numbers = [value for value in values if isinstance(value, float)]
    if not any(isinstance(value, frozenset) for value in values):
        return _near(values, max(numbers) - min(numbers)) if numbers else None
    return _overlap([_words(value) for value in values])


def _words(value: float | frozenset[str] | None) -> frozenset[str]:
    if value is None:
        return frozenset()
    return value if isinstance(value, frozenset) else frozenset({f"{value:g}"})


def _near(values: Sequence[float | frozenset[str] | None], span: float) -> Table:
    numbers = np.array([value if isinstance(value, float) else np.nan for value in values])
    if math.isinf(span):
        # Further apart than a number can tell: halves are not.
        numbers, span = numbers / 2, 0.5 * np.nanmax(numbers) - 0.5 * np.nanmin(numbers)
    apart = np.abs(numbers[:, None] - numbers) / (span or 1)
    return _known(1 - apart)


def _known(likeness: Table) -> Table:
    return np.where(np.isnan(likeness), UNKNOWN, likeness)


def _alike_in_size(values: Sequence[float | None]) -> Table | None:
    """By the logarithm: equal is 1, ten times as much (or more) is 0."""
    if all(value is None for value in values):
        return None
    logs = np.array([np.nan if value is None else math.log(value, FACTOR) for value in values])
    return _known(np.maximum(0, 1 - np.abs(logs[:, None] - logs)))


def _population(profiles: Sequence[Profile]) -> Table | None:
    return _alike_in_size([one.population for one in profiles])


def _hospitals(profiles: Sequence[Profile]) -> Table | None:
    return _alike_in_size([None if one.hospitals is None else one.hospitals + 1 for one in profiles])


def _university_hospital(profiles: Sequence[Profile]) -> Table | None:
    said = [one.university_hospital for one in profiles]
    if all(value is None for value in said):
        return None
    return _near([None if value is None else float(value) for value in said], 1)


def _regions(profiles: Sequence[Profile]) -> Table | None:
    sets = [frozenset(map(key, one.healthcare_region)) for one in profiles]
    if not any(sets):
        return None
    common = _counted(sets, sets) > 0
    return _where_both(sets, common.astype(np.float64))


def _interests(profiles: Sequence[Profile]) -> Table | None:
    return _overlap([frozenset(map(key, one.wants)) for one in profiles])


def _overlap(sets: Sequence[frozenset[str]]) -> Table | None:
    """What two have in common, as a part of what either has."""
    if not any(sets):
        return None
    common = _counted(sets, sets)
    sizes = np.array([len(held) for held in sets])
    return _where_both(sets, common / np.maximum(1, sizes[:, None] + sizes - common))


def _where_both(sets: Sequence[frozenset[str]], likeness: Table) -> Table:
    said = np.array([bool(held) for held in sets])
    return np.where(said[:, None] & said, likeness, UNKNOWN)


def _themes(profiles: Sequence[Profile]) -> Table | None:
    """How much of what b wants to learn a is good at."""
    offers = [frozenset(map(key, one.offers)) for one in profiles]
    wants = [frozenset(map(key, one.wants)) for one in profiles]
    if not any(offers) or not any(wants):
        return None
    sizes = np.array([len(held) for held in wants])
    return np.where(sizes > 0, _counted(offers, wants) / np.maximum(1, sizes), UNKNOWN)


def _wishes(profiles: Sequence[Profile]) -> Table | None:
    """A wish counts a half, two that wish for each other a whole, in both directions."""
    if not any(one.wishes for one in profiles):
        return None
    place = places(profiles)
    wished = np.zeros((len(profiles), len(profiles)))
    for k, one in enumerate(profiles):
        wished[k, [place[key(name)] for name in one.wishes if key(name) in place]] = 1
    return np.asarray((wished + wished.T) / 2)


def _counted(left: Sequence[frozenset[str]], right: Sequence[frozenset[str]]) -> Table:
    """For each of `left` and of `right`, how many words both have."""
    words = {word: k for k, word in enumerate(sorted(frozenset().union(*left, *right)))}

    def table(sets: Sequence[frozenset[str]]) -> Table:
        held = np.zeros((len(sets), len(words)))
        for k, some in enumerate(sets):
            held[k, [words[word] for word in some]] = 1
        return held

    return np.asarray(table(left) @ table(right).T)


BUILT_IN: Mapping[str, Callable[[Sequence[Profile]], Table | None]] = {
    "population": _population,
    "hospitals": _hospitals,
    "university_hospital": _university_hospital,
    "themes": _themes,
    "interests": _interests,
    "wishes": _wishes,
    "healthcare_region": _regions,
}
