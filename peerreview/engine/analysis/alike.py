"""Which configurations are the same (for `exploring`): turned round the ring, and without what no longer counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..language.definition import Workflow
from ..running.case import Case, Facts
from .possible_facts import Writing, party_of


@dataclass
class _Shapes:
    """Each party's part of a configuration as a number, the same for the same part whoever's it is."""

    numbers: dict[Any, int] = field(default_factory=dict)

    def of(self, part: Any) -> int:
        return self.numbers.setdefault(part, len(self.numbers))


class Alike:
    def __init__(self, workflow: Workflow, parties: int):
        self.workflow, self.parties = workflow, parties
        self.shapes = _Shapes()

    def key(self, case: Case) -> Any:
        standing = case.standing
        if standing.ended:
            return standing.ended
        parts: list[list[Any]] = [[] for _ in range(self.parties)]
        shared: list[Any] = []
        for (path, scope), mark in standing.marks.items():
            (shared if scope.party is None else parts[scope.party]).append((path, mark.state))
        for path, scope in standing.visits:
            (shared if scope.party is None else parts[scope.party]).append((path, "again"))
        for (artefact, fact, owner), value in case.facts.values.items():
            if value:
                party = party_of(case, artefact, owner)
                (shared if party is None else parts[party]).append((artefact, fact, value))
        for record in standing.records:
            if record.party is None:
                shared.append(record)
            else:
                parts[record.party].append(record._replace(party=0))
        for party in standing.withdrawn:
            parts[party].append("withdrawn")
        for party in standing.given_up:
            parts[party].append("given up")
        numbers = [self.shapes.of(frozenset(part)) for part in parts]
        if self.workflow.apart:
            return (tuple(sorted(numbers)), frozenset(shared))
        return (min(_turned(standing.reviews, numbers, n) for n in range(self.parties)), frozenset(shared))


def _turned(reviews: tuple[int, ...], numbers: list[int], by: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A ring turned by so many places: who reviews whom, and the parts."""
    count = len(reviews)
    turned = tuple((reviews[(n + by) % count] - by) % count for n in range(count))
    return turned, tuple(numbers[by:] + numbers[:by])


def without_gone(case: Case, writing: Writing) -> Case:
    """Without what a side that has withdrawn was at and had: but for what its neighbours may ask for."""
    standing = case.standing
    if not standing.withdrawn or standing.ended:
        return case
    gone = standing.withdrawn
    values = {
        key: value
        for key, value in case.facts.values.items()
        if party_of(case, key[0], key[2]) not in gone or (key[0], key[1]) in writing.of_neighbours
    }
    return case.with_(
        facts=Facts(values),
        standing=standing.with_(
            marks={place: mark for place, mark in standing.marks.items() if place[1].party not in gone},
            visits={place: n for place, n in standing.visits.items() if place[1].party not in gone},
            records=frozenset(r for r in standing.records if r.party not in gone),
        ),
    )
