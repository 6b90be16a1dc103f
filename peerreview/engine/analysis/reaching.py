"""Whether a running review can still come to its main end by what the steps themselves offer (see `exploring`)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from ...errors import Message
from ..running.beginning import T0
from ..running.case import ACTIVE, OVER, Case, FactKey, Facts, Mark, Place, Scope, Standing
from ..running.flow import settle
from .exploring import BEGUN, Exploring
from .possible_facts import LEAD, PERSON, timeless
from .reasons import wanted, where

# How many configurations are looked at; most often fewer than a hundred lead to the end.
MOST = 5_000


class Stuck(NamedTuple):
    """A place from which nothing leads on, and what is wanted there."""

    place: Place
    wanted: tuple[Message, ...]


def can_end(case: Case) -> bool:
    """True where it can, or has ended; also where there are more ways than are looked at, so that nothing is proved."""
    return not dead_end(case)


def dead_end(case: Case) -> tuple[Stuck, ...]:
    """Where a review would stand still that cannot come to its end, however it went on; () where it can (`can_end`)."""
    if case.standing.ended is not None:
        return ()
    looked = Exploring(case.workflow, len(case.standing.parties), 0)
    plain = timeless(case)
    start = case.with_(
        standing=_one_a_side(plain.standing),
        facts=_of_one(case, plain.facts),
        seats=looked.seats,
        leads=(LEAD,),
    )
    looked.keep(settle(start, T0).case, -1, BEGUN)
    onward = [0]
    while onward and len(looked.nodes) <= MOST:
        # The last come into first: straight on to the end, and round about only where that fails.
        number = onward.pop()
        here = looked.nodes[number].case
        if here.standing.ended == looked.main:
            return ()
        for _, after in looked.moves(here):
            target, is_new = looked.keep(after, number, BEGUN)
            looked.forward[number].append(target)
            onward += [target] if is_new else []
    if len(looked.nodes) > MOST:
        return ()
    last = looked.nodes[looked.deepest(0)].case
    # What somebody could still write is not what is wanting.
    written = {key: looked.writing.value(key) for key in looked.writing.free(last)}
    last = last.with_(facts=last.facts.with_(written))
    return tuple(Stuck(place, wanted(last, place)) for place in where(last))


def _one_a_side(standing: Standing) -> Standing:
    """One person a side stands for all of them: under way as long as anybody of them is."""
    marks: dict[Place, Mark] = {}
    for (path, scope), mark in standing.marks.items():
        place = (path, scope if scope.person is None else Scope(scope.party, PERSON + (scope.party or 0)))
        there = marks.get(place)
        if there is None or there.state in OVER or mark.state == ACTIVE:
            marks[place] = mark
    return replace(standing, marks=marks)


def _of_one(case: Case, facts: Facts) -> Facts:
    """What is true of each person's thing is true of their side's where it is true of all of them."""
    values: dict[FactKey, Any] = {}
    people = {(seat.party, seat.person) for seat in case.seats}
    for (artefact, fact, owner), value in facts.values.items():
        known = case.workflow.artefacts.get(artefact)
        if known is None:
            continue
        if known.per != "person":
            values[(artefact, fact, owner)] = value
            continue
        for party in case.standing.parties:
            own = [person for side, person in people if side == party]
            if owner in own and all(facts.get(artefact, fact, person) for person in own):
                values[(artefact, fact, PERSON + party)] = value
    return Facts(values)
