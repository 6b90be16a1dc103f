"""How a ring can stand when sides have withdrawn, for `scxml`: each way has a number, which the datum `ring` holds.

What a condition asks of others, and whose thing an action changes, hangs on who takes part and who reviews whom: it
is told once for each way that differs. A pair has one way alone, and nothing of this shows in its chart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import NamedTuple, TypeVar

from ..language.definition import Action, Artefact, Condition, Step
from ..running.beginning import T0
from ..running.case import Case, FactKey, Facts, Scope
from ..running.conditions import still_concerns
from ..running.leaving import finishing, given, makes
from ..running.moves import MOVES, Choice
from .expressions import NOBODY, Excused, Expressions, all_of, any_of, no
from .unfolding import Names

T = TypeVar("T")


class Withdrawal(NamedTuple):
    """`party` leaves the ring that stands as number `at`: then it is `to`, or the review ends (None). `opened`: only
    where something has been opened, or (False) nothing; None: either. `needs`: what those who finish were given."""

    event: str
    at: int
    party: int
    opened: bool | None
    to: int | None
    needs: tuple[FactKey, ...]


class Ring:
    def __init__(self, case: Case, names: Names):
        self.ways = [case]
        self.names = names
        self.withdrawals: list[Withdrawal] = []
        if any(action.moves == "withdraw" for action in case.workflow.actions.values()):
            self._explore()
        self.name = names.of_ring() if len(self.ways) > 1 else ""
        self.tells = [Expressions(way, names) for way in self.ways]
        facts = [
            names.fact((artefact.key, "opened", party))
            for artefact in case.workflow.artefacts.values()
            if self.withdrawals and self.name and "opened" in artefact.kind.facts
            for party in case.standing.parties
        ]
        self.is_open = any_of(facts)

    def _explore(self) -> None:
        known = {_form(self.ways[0]): 0}
        for at, way in _growing(self.ways):
            for party, opened, finish in _choices(way):
                choice = Choice(party=party, finish=frozenset(finish))
                standing = MOVES["withdraw"](
                    way.with_(facts=_all_open(way) if opened else Facts()), T0, choice
                )
                after = way.with_(standing=standing)
                to = None if standing.ended else known.setdefault(_form(after), len(self.ways))
                if to == len(self.ways):
                    self.ways.append(after)
                event = withdrawal(party, finish) if opened else withdrawal(party)
                gone = standing.withdrawn
                needs = tuple(
                    (key, "opened", standing.reviews[one])
                    for one in finish
                    for key in given(way.workflow)
                    if standing.reviews[one] in gone
                )
                self.withdrawals.append(Withdrawal(event, at, party, opened, to, needs))

    # ---- what is told of each way

    def at(self, numbers: Iterable[int]) -> str:
        """Whether the ring stands in one of these ways."""
        found = list(numbers)
        if len(found) == len(self.ways):
            return "true"
        return any_of(f"({self.name} == {number})" for number in found)

    def gone(self, party: int | None) -> str:
        """Whether a side has withdrawn."""
        return self.at(n for n, way in enumerate(self.ways) if party in way.standing.withdrawn)

    def by_way(self, make: Callable[[Case], T]) -> list[tuple[str, T]]:
        """What `make` gives, each once with the ways in which it is so."""
        groups: list[tuple[list[int], T]] = []
        for number, way in enumerate(self.ways):
            made = make(way)
            numbers = next((numbers for numbers, other in groups if other == made), None)
            if numbers is None:
                groups.append(([number], made))
            else:
                numbers.append(number)
        return [(self.at(numbers), made) for numbers, made in groups]

    def telling(self, make: Callable[[Case], str]) -> str:
        return any_of(all_of([where, made]) for where, made in self.by_way(make))

    def of(self, condition: Condition | None, scope: Scope, excused: Excused = NOBODY) -> str:
        tells = {id(way): tell for way, tell in zip(self.ways, self.tells, strict=True)}
        return self.telling(lambda way: tells[id(way)].of(condition, scope, excused))

    def is_so(self, key: FactKey, wanted: object = True) -> str:
        return self.tells[0].is_so(key, wanted)

    def possible(self, one: Withdrawal) -> str:
        """Whether the ring stands so that this withdrawal means what it says."""
        opened = {None: "true", True: self.is_open, False: no(self.is_open)}[one.opened]
        return all_of([self.at([one.at]), opened, *(self.names.fact(key) for key in one.needs)])

    # ---- what nobody waits for (see `leaving`)

    def pointless(self, step: Step, party: int | None) -> str:
        return self.telling(lambda way: self.pointless_in(way, step, party))

    def pointless_in(self, way: Case, step: Step, party: int | None) -> str:
        made = makes(way.workflow, step)
        if party is None or not way.standing.given_up or not made:
            return "false"
        return no(any_of(self._wanted(way, key, party) for key in sorted(made)))

    def for_nobody(self, action: Action, scope: Scope) -> str:
        return self.telling(lambda way: self._for_nobody_in(way, action, scope))

    def _for_nobody_in(self, way: Case, action: Action, scope: Scope) -> str:
        party = scope.party
        if party is None or not way.standing.given_up or not action.does:
            return "false"
        return all_of(
            no(self._wanted(way, e.artefact, party)) if e.relation == "own" else "false" for e in action.does
        )

    def _wanted(self, way: Case, key: str, party: int) -> str:
        artefact, standing = way.workflow.artefacts[key], way.standing
        if artefact.per != "party":
            return "true"
        if artefact.concerns != "reviewed_by":
            return "true" if still_concerns(standing, artefact.concerns, party) else "false"
        return any_of(
            self._finished(way, p) if p in standing.given_up else "true"
            for p in standing.related("reviewed_by", party)
        )

    def _finished(self, way: Case, party: int) -> str:
        found = finishing(way.workflow, party)
        return all_of(self.names.fact(key) for key in found) if found else "false"

    def opens(self, artefact: Artefact, party: int) -> str:
        """Whether a set that has been handed in opens: its time has come, and there is somebody to whom it would."""
        ways = (
            number
            for number, way in enumerate(self.ways)
            if party in way.standing.taking_part and still_concerns(way.standing, artefact.concerns, party)
        )
        return all_of([self.of(artefact.opens_when, Scope(party)), self.at(ways)])


def _all_open(way: Case) -> Facts:
    """As if every set had been opened, and so something in any case."""
    keys = [(key, "opened", party) for key in given(way.workflow) for party in way.standing.parties]
    return Facts(dict.fromkeys([("", "opened", 0), *keys], True))


def withdrawal(party: int, finish: Iterable[int] | None = None) -> str:
    """The event; `finish`: who finishes their direction, where something has been opened."""
    if finish is None:
        return f"withdraw.{party + 1}"
    return f"withdraw.{party + 1}.{'-'.join(str(p + 1) for p in sorted(finish)) or 'none'}"


def _growing(ways: list[Case]) -> Iterator[tuple[int, Case]]:
    number = 0
    while number < len(ways):
        yield number, ways[number]
        number += 1


def _choices(way: Case) -> Iterator[tuple[int, bool | None, tuple[int, ...]]]:
    """Who leaves (or has left, and the lead says it anew), whether something has been opened, who still finishes."""
    standing = way.standing
    for party in standing.parties:
        left = [p for p in standing.taking_part if p != party]
        if party not in standing.withdrawn:
            if len(left) < way.workflow.min_parties:
                yield party, None, ()
                continue
            yield party, False, ()
        elif party not in standing.given_up:
            continue
        left = [p for p in left if p not in standing.given_up]
        for many in range(len(left) + 1):
            for finish in combinations(left, many):
                yield party, True, finish


def _form(way: Case) -> object:
    standing = way.standing
    return standing.reviews, standing.withdrawn, standing.given_up
