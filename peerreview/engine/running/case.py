"""A review as the engine sees it: standing, facts and people, all frozen.

The standing is a flat picture of the tree: one mark for each instance of a step that has begun. A
step's instance is found by (path, party, person); party or person is None where the step is shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from ..language.definition import Step, Workflow
from .dates import Calendar

WAITING, ACTIVE, DONE, SKIPPED, WAIVED = "waiting", "active", "done", "skipped", "waived"
OVER = frozenset((DONE, SKIPPED, WAIVED))


class Scope(NamedTuple):
    """Whose copy of a step: nobody's (shared), a party's, a person's."""

    party: int | None = None
    person: int | None = None


SHARED = Scope()
Place = tuple[str, Scope]


class Mark(NamedTuple):
    """Where one instance of a step stands. `since`: when it got this state; `visit` counts its beginnings."""

    state: str
    since: datetime
    visit: int = 1


class Record(NamedTuple):
    """A fact that a consent recorded (engine.md 12): "lead.consented" at a step, for a party or all (None)."""

    role: str
    fact: str
    party: int | None
    step: str


@dataclass(frozen=True)
class Standing:
    """Where a review stands; the only state there is. Immutable: every change gives a new one.

    `reviews`: for each party, the party that it reviews; `given_up`: parties whose direction is not finished (what they
    were given stays readable); `undecided`: those that withdrew of themselves, after which the lead has yet to say who
    still finishes. `visits`: how often each place has begun. `holds`: (from, until) of each rest, until None while
    it lasts."""

    marks: Mapping[Place, Mark] = field(default_factory=dict)
    reviews: tuple[int, ...] = ()
    withdrawn: frozenset[int] = frozenset()
    given_up: frozenset[int] = frozenset()
    undecided: frozenset[int] = frozenset()
    records: frozenset[Record] = frozenset()
    visits: Mapping[Place, int] = field(default_factory=dict)
    holds: tuple[tuple[datetime, datetime | None], ...] = ()
    ended: str | None = None
    ended_at: datetime | None = None

    @classmethod
    def start(cls, parties: int) -> Standing:
        return cls(reviews=tuple((p + 1) % parties for p in range(parties)))

    def with_(self, **changes: Any) -> Standing:
        # Remade at every move; dataclasses.replace takes twice as long.
        return Standing(**{**{name: getattr(self, name) for name in _FIELDS}, **changes})

    @property
    def on_hold(self) -> bool:
        return bool(self.holds) and self.holds[-1][1] is None

    @cached_property
    def parties(self) -> tuple[int, ...]:
        return tuple(range(len(self.reviews)))

    @cached_property
    def taking_part(self) -> tuple[int, ...]:
        return tuple(p for p in self.parties if p not in self.withdrawn)

    def related(self, relation: str, party: int) -> tuple[int, ...]:
        """The parties that stand in `relation` to `party` (engine.md 2); none, where there is no such party."""
        if party not in self.parties:
            return ()
        if relation == "own":
            return (party,)
        if relation == "reviews":
            return (self.reviews[party],)
        if relation == "reviewed_by":
            return tuple(p for p, target in enumerate(self.reviews) if target == party)
        if relation == "others":
            return tuple(p for p in self.parties if p != party)
        return self.taking_part

    def state(self, path: str, party: int | None = None, person: int | None = None) -> str | None:
        mark = self.marks.get((path, Scope(party, person)))
        return mark.state if mark else None

    def to_json(self) -> dict[str, Any]:
        return {
            "marks": [
                [path, scope.party, scope.person, m.state, m.since.isoformat(), m.visit]
                for (path, scope), m in sorted(self.marks.items(), key=_by_place)
            ],
            "reviews": list(self.reviews),
            "withdrawn": sorted(self.withdrawn),
            "given_up": sorted(self.given_up),
            # Only where there is something to say: a standing that was written before reads, and is written, the same.
            **({"undecided": sorted(self.undecided)} if self.undecided else {}),
            "records": sorted([list(r) for r in self.records], key=str),
            "visits": [
                [path, scope.party, scope.person, n]
                for (path, scope), n in sorted(self.visits.items(), key=_by_place)
            ],
            "holds": [[a.isoformat(), b.isoformat() if b else None] for a, b in self.holds],
            "ended": self.ended,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Standing:
        when = datetime.fromisoformat
        return cls(
            marks={(p, Scope(a, b)): Mark(s, when(t), v) for p, a, b, s, t, v in data["marks"]},
            reviews=tuple(data["reviews"]),
            withdrawn=frozenset(data["withdrawn"]),
            given_up=frozenset(data["given_up"]),
            undecided=frozenset(data.get("undecided", ())),
            records=frozenset(Record(*r) for r in data["records"]),
            visits={(p, Scope(a, b)): n for p, a, b, n in data["visits"]},
            holds=tuple((when(a), when(b) if b else None) for a, b in data["holds"]),
            ended=data["ended"],
            ended_at=when(data["ended_at"]) if data.get("ended_at") else None,
        )


_FIELDS = tuple(Standing.__dataclass_fields__)


def _by_place(item: tuple[Place, Any]) -> tuple[str, int, int]:
    (path, scope), _ = item
    return (path, -1 if scope.party is None else scope.party, scope.person or -1)


FactKey = tuple[str, str, int | None]


@dataclass(frozen=True)
class Facts:
    """What is true of the artefacts: (artefact, fact, party or person or None) -> True, a word, a number, a date.

    What is not there is false. `numbers` holds what a reason counts ("2 of 7 are missing"); `since`, of a date, when
    somebody set it: rests that began later put it off."""

    values: Mapping[FactKey, Any] = field(default_factory=dict)
    numbers: Mapping[FactKey, Mapping[str, int]] = field(default_factory=dict)
    since: Mapping[FactKey, datetime] = field(default_factory=dict)

    def get(self, artefact: str, fact: str, owner: int | None = None) -> Any:
        return self.values.get((artefact, fact, owner), False)

    def with_(self, changes: Mapping[FactKey, Any]) -> Facts:
        return Facts({**self.values, **changes}, self.numbers, self.since)


class Deputy(NamedTuple):
    """Who sits in for a seat, from `since` to `until`, both included."""

    person: int
    since: datetime
    until: datetime

    def sits_in(self, at: datetime) -> bool:
        return self.since <= at <= self.until


class Seat(NamedTuple):
    """Who sits where: `person` with `role` for `party`; `id` is the seat's, kept when a deputy sits in.

    `closed`: the person's account is, and a deputy acts while they sit in; where none does, a case has no such seat."""

    id: int
    person: int
    party: int
    role: str
    function: str = ""
    deputy: Deputy | None = None
    closed: bool = False

    def held(self, at: datetime) -> bool:
        """Whether somebody with an open account has the seat then."""
        return not self.closed or (self.deputy is not None and self.deputy.sits_in(at))

    def reader(self, at: datetime) -> int:
        """The person who gets the seat's mail then: its deputy while they stand in (engine.md 3)."""
        if self.deputy is not None and self.deputy.sits_in(at):
            return self.deputy.person
        return self.person


@dataclass(frozen=True)
class Actor:
    """Somebody, with all the roles they hold here and now: (role, party), party None for the network's."""

    person: int
    roles: frozenset[tuple[str, int | None]] = frozenset()
    conflicted: bool = False

    def parties(self) -> frozenset[int]:
        return frozenset(p for _, p in self.roles if p is not None)

    def has(self, role: str, parties: Iterable[int]) -> bool:
        return any((role, party) in self.roles for party in parties)


class Granted(NamedTuple):
    """More time for one visit of a side's step: the day granted, and the day on which it was."""

    until: date
    on: date


@dataclass(frozen=True)
class Case:
    """One review, whole and frozen, as every function of the engine takes it. `granted`: more time, by place and
    visit. `conflicted`: the people who have a conflict of interest in it."""

    workflow: Workflow
    standing: Standing
    facts: Facts
    calendar: Calendar = field(default_factory=Calendar)
    seats: tuple[Seat, ...] = ()
    leads: tuple[int, ...] = ()
    granted: Mapping[tuple[Place, int], Granted] = field(default_factory=dict)
    conflicted: frozenset[int] = frozenset()

    def with_(self, **changes: Any) -> Case:
        # A case is remade at every move; dataclasses.replace takes five times as long.
        return Case(**{**self.__dict__, **changes})

    def step(self, place: Place) -> Step:
        return self.workflow.by_path[place[0]]

    def people(self, role: str, parties: Iterable[int]) -> tuple[Seat, ...]:
        """Seats that hold `role` for one of `parties`, through the roles that include it, by seat."""
        wanted = set(parties)
        return tuple(
            seat
            for seat in self.seats
            if seat.party in wanted and (seat.role == role or role in self.workflow.roles[seat.role].includes)
        )


@dataclass(frozen=True)
class See:
    """May the actor `verb` the artefact of `owner` (a party, a person, None = shared) in its `state`?"""

    artefact: str
    verb: str
    owner: int | None = None
    state: str | None = None


@dataclass(frozen=True)
class Do:
    """May the actor do `action` at `place` (SHARED and path "" for the actions that hold everywhere)?

    `party`: for whom, where the step is shared and the actor's roles leave a choice."""

    action: str
    place: Place = ("", SHARED)
    party: int | None = None


@dataclass(frozen=True)
class Time:
    """May the actor ask for more time for the step at `place`, or (`grants`) answer such an asking?"""

    place: Place
    grants: bool = False


def state_of(case: Case, artefact: str, owner: int | None) -> str:
    """The state of a thing, as far as its facts tell."""
    kind = case.workflow.artefacts[artefact].kind
    values = case.facts.values
    for state in reversed(kind.states):
        if state not in kind.facts:
            continue
        if owner is None and state in kind.by_party:
            if all(values.get((artefact, state, party)) for party in case.standing.taking_part):
                return state
        elif values.get((artefact, state, owner)):
            return state
    return kind.states[0]
