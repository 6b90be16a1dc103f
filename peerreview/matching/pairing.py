"""The pairing of a whole round, with its reasons: what the command and the lead's page ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from ..errors import N_, Invalid, Message
from . import alternatives
from .profiles import Profile, in_order, key, places
from .reasons import Reason, words
from .rules import Rules, broken
from .rules import allowed as allowed_by
from .scoring import WHOLE, Scores, score
from .solving import UNIT, Case, Solution, weight_of
from .solving import Group as Places


@dataclass(frozen=True)
class Group:
    """A pair by name, or a ring in which each reviews the next and the last the first."""

    members: tuple[str, ...]
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class LeftOver:
    """An organisation without a group; `rules` say why it may not meet each of the others."""

    organisation: str
    rules: tuple[Message, ...]


@dataclass(frozen=True)
class Pairing:
    groups: tuple[Group, ...]
    unmatched: tuple[LeftOver, ...]
    total: float


@dataclass(frozen=True)
class Alternative:
    """Another set; `cost` is how much lower its total is, `unplaced` how many more it leaves over."""

    pairing: Pairing
    cost: float
    unplaced: int


@dataclass(frozen=True)
class Partner:
    """`score` of a pair that is not in the set."""

    organisation: str
    partner: str
    score: float


@dataclass(frozen=True)
class Round:
    """Everything that a pairing follows from, in one order whatever order it came in."""

    profiles: Sequence[Profile]
    rules: Rules
    weights: Mapping[str, float] = field(default_factory=dict)
    # Pairs by name, and rings of three, whose better way round is found here.
    fixed: Sequence[tuple[str, ...]] = ()


class Matching:
    """A round's best set, and what else can be asked about it."""

    def __init__(self, round_: Round):
        self.profiles = in_order(round_.profiles)
        self.rules = round_.rules
        self.scores: Scores = score(self.profiles, round_.weights)
        self.case = Case(self.scores.direct, allowed_by(self.rules, self.profiles))
        self.fixed = self._fixed(round_.fixed)
        self.solution: Solution = alternatives.solve_with(self.case, self.fixed)

    def pairing(self) -> Pairing:
        return self._told(self.solution)

    def alternatives(self, number: int = 3) -> list[Alternative]:
        """The next best sets with what each costs; those that the lead has fixed stay."""
        others = alternatives.next_best(self.case, self.solution, number, self.fixed)
        return [
            Alternative(
                self._told(other),
                _shown(self.solution.total - other.total),
                len(other.unplaced) - len(self.solution.unplaced),
            )
            for other in others
        ]

    def would_rather(self) -> list[Partner]:
        """Two that would both rather have each other: their pair scores higher than either's group."""
        pairs = alternatives.would_rather(self.case, self.solution)
        return [self._partner(u, v) for u, v in pairs]

    def next_partners(self) -> list[Partner]:
        """Each organisation's best partner outside its group."""
        best = alternatives.next_partner(self.case, self.solution)
        return [self._partner(v, u) for v, u in enumerate(best) if u is not None]

    def _partner(self, v: int, u: int) -> Partner:
        return Partner(
            self.profiles[v].organisation,
            self.profiles[u].organisation,
            _shown(weight_of(self.case.direct, (v, u))),
        )

    def _fixed(self, groups: Sequence[tuple[str, ...]]) -> tuple[Places, ...]:
        """The groups that the lead fixes; Invalid where a rule forbids one, or two of them clash."""
        place = places(self.profiles)
        found = sorted({tuple(sorted({place[key(name)] for name in group})) for group in groups})
        taken: set[int] = set()
        for group in found:
            for u, v in combinations(group, 2):
                if rule := broken(self.rules, self.profiles[u], self.profiles[v]):
                    raise Invalid(fix=rule)
            for member in taken.intersection(group):
                name = self.profiles[member].organisation
                raise Invalid(fix=N_("%(name)s is fixed in two groups", name=name))
            taken |= set(group)
        return tuple(self._better_way_round(group) for group in found)

    def _better_way_round(self, group: Places) -> Places:
        back = (group[0], *group[:0:-1])
        return max(group, back, key=lambda way: weight_of(self.case.direct, way))

    def _told(self, solution: Solution) -> Pairing:
        groups = tuple(self._group(group) for group in solution.groups)
        left = tuple(self._left_over(v) for v in solution.unplaced)
        return Pairing(groups, left, _shown(solution.total))

    def _group(self, group: Places) -> Group:
        ways = list(zip(group, (*group[1:], group[0]), strict=True))
        at = tuple(np.array(ways).T)
        reasons = [
            Reason(
                feature,
                _shown(int(table[at].sum()) * UNIT // len(ways)),
                tuple(dict.fromkeys(self._words(feature, ways))),
            )
            for feature, table in self.scores.shares.items()
        ]
        reasons.sort(key=lambda reason: (-reason.share, reason.feature))
        members = tuple(self.profiles[v].organisation for v in group)
        return Group(members, _shown(weight_of(self.case.direct, group)), tuple(reasons))

    def _words(self, feature: str, ways: list[tuple[int, int]]) -> list[Message]:
        """One sentence a direction; of a pair just one where a feature is the same both ways."""
        told = ways if feature == "themes" or len(ways) > 2 else ways[:1]
        return [words(feature, self.profiles[a], self.profiles[b]) for a, b in told]

    def _left_over(self, v: int) -> LeftOver:
        """The rules in the way; without one, the number left nobody to meet."""
        one = self.profiles[v]
        rules = [broken(self.rules, one, other) for k, other in enumerate(self.profiles) if k != v]
        found = tuple(rule for rule in rules if rule)
        if len(self.profiles) == 1:
            found = (N_("%(a)s: there is nobody else to meet", a=one.organisation),)
        nobody = N_("%(a)s: the others who may meet it are in other groups", a=one.organisation)
        return LeftOver(one.organisation, found or (nobody,))


def _shown(weight: int) -> float:
    """Halves and thirds of millionths too, so that what is shown adds up."""
    return round(weight / (UNIT * WHOLE), 9)
