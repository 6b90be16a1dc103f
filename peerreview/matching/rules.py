"""Hard rules: who may not be in one group, and why. No score outweighs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import N_, Message
from .blossoms import Flags
from .profiles import Profile, key, places

Pair = frozenset[str]
DEFAULT_YEARS = 5


@dataclass(frozen=True)
class Rules:
    """`year`: of the round; who met within the `years` before it does not meet again (0: they may).

    `forbidden` by the lead, `conflicts` of interest and who has `declined` whom in this round are pairs of names."""

    year: int
    years: int = DEFAULT_YEARS
    forbidden: frozenset[Pair] = frozenset()
    conflicts: frozenset[Pair] = frozenset()
    declined: frozenset[Pair] = frozenset()


def broken(rules: Rules, a: Profile, b: Profile) -> Message | None:
    """Why `a` and `b` may not be in one group, the weightiest reason first; None where they may."""
    if a.unit_level and b.unit_level and key(a.unit_level) != key(b.unit_level):
        return N_(
            "%(a)s and %(b)s are on different levels (%(level_a)s, %(level_b)s)",
            a=a.organisation, b=b.organisation, level_a=a.unit_level, level_b=b.unit_level,
        )  # fmt: skip
    both = frozenset({key(a.organisation), key(b.organisation)})
    if both in _keys(rules.conflicts):
        return N_("%(a)s and %(b)s have a conflict of interest", a=a.organisation, b=b.organisation)
    if both in _keys(rules.forbidden):
        return N_(
            "%(a)s and %(b)s may not meet: the lead has forbidden it", a=a.organisation, b=b.organisation
        )
    if both in _keys(rules.declined):
        return N_(
            "%(a)s and %(b)s: one has declined the other in this round", a=a.organisation, b=b.organisation
        )
    for one, other in ((a, b), (b, a)):
        if key(other.organisation) in map(key, one.excludes):
            return N_("%(a)s has excluded %(b)s", a=one.organisation, b=other.organisation)
    if (year := last_met(a, b)) is not None and rules.year - year < rules.years:
        return N_(
            "%(a)s and %(b)s reviewed each other in %(year)s, less than %(years)s years ago",
            a=a.organisation, b=b.organisation, year=year, years=rules.years,
        )  # fmt: skip
    return None


def last_met(a: Profile, b: Profile) -> int | None:
    """The last year in which one of them says that they reviewed each other."""
    years = [
        year
        for one, other in ((a, b), (b, a))
        for name, year in one.reviewed
        if key(name) == key(other.organisation)
    ]
    return max(years, default=None)


def allowed(rules: Rules, profiles: Sequence[Profile]) -> Flags:
    """For each two, whether they may be in one group."""
    place = places(profiles)
    names = np.unique([key(one.unit_level) for one in profiles], return_inverse=True)
    level, unsaid = names[1], np.array([not one.unit_level for one in profiles], np.bool_)
    table = (level[:, None] == level) | unsaid[:, None] | unsaid
    for k, one in enumerate(profiles):
        met = [name for name, year in one.reviewed if rules.year - year < rules.years]
        others = [place[key(name)] for name in (*one.excludes, *met) if key(name) in place]
        table[k, others] = table[others, k] = False
    for pair in _keys(rules.conflicts | rules.forbidden | rules.declined):
        inside = [place[name] for name in pair if name in place]
        table[np.ix_(inside, inside)] = False
    np.fill_diagonal(table, False)
    return np.asarray(table)


def _keys(pairs: frozenset[Pair]) -> frozenset[Pair]:
    return frozenset(frozenset(map(key, pair)) for pair in pairs)
