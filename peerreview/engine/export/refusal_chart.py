"""A side that says no where others could go on, for `scxml`: the lead is asked (see `refusing`)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ..language.definition import Action, Step
from ..running.case import ACTIVE, Case, Place, Scope
from ..running.refusing import says_no
from .chart_parts import is_in
from .expressions import all_of, any_of, no
from .ring_chart import Ring, Withdrawal
from .unfolding import set_by


class Refusals:
    def __init__(self, case: Case, ring: Ring):
        self.case, self.ring = case, ring
        self.leaves = any(action.moves == "withdraw" for action in case.workflow.actions.values())

    def pending(self, place: Place) -> str:
        """Whether the lead is asked there: then nothing else can be done."""
        step = self.case.workflow.step(place[0])
        return any_of(self._asked(action, place) for action in self._noes(step))

    def ending(self, action: Action, place: Place, possible: str) -> Iterator[str]:
        """When an action that leads to an end does: at once; where others could go on, when the lead does it too."""
        if not says_no(self.case, action):
            yield possible
            return
        yield all_of([possible, no(self._could_go_on(place))])
        yield self._asked(action, place)

    def left_alone(self, action: Action, place: Place, one: Withdrawal) -> str:
        """Whether, when another side withdraws, one that has said no would be needed to go on."""
        if one.to is None or place[1].party == one.party or not says_no(self.case, action):
            return "false"
        after = self.ring.ways[one.to]
        enough = len(after.standing.taking_part) > after.workflow.min_parties
        return "false" if enough else all_of([self.ring.possible(one), self._asked(action, place)])

    def _noes(self, step: Step | None) -> list[Action]:
        return [action for action in (step.actions.values() if step else ()) if says_no(self.case, action)]

    def _asked(self, action: Action, place: Place) -> str:
        return all_of([is_in(place, ACTIVE), self.done(action, place[1]), self._could_go_on(place)])

    def done(self, action: Action, scope: Scope) -> str:
        """Whether all that an action would change is so already."""

        def done(way: Case) -> str:
            found = set_by(way, action.does, scope).items()
            return all_of(self.ring.is_so(key, value) for key, value in found) if found else "false"

        return self.ring.telling(done)

    def _could_go_on(self, place: Place) -> str:
        path, scope = place
        if scope.party is None or not self.leaves:
            return "false"
        noes = self._noes(self.case.workflow.by_path[path])

        def enough(way: Case) -> str:
            standing, least = way.standing, way.workflow.min_parties
            if scope.party not in standing.taking_part:
                return "false"
            others = [p for p in standing.taking_part if p != scope.party]
            stays = {p: all_of(no(self.done(action, Scope(p))) for action in noes) for p in others}
            return any_of(all_of(stays[p] for p in some) for some in combinations(others, least))

        return self.ring.telling(enough)
