"""A case to play with, without a database: facts are what the effects say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from peerreview.engine.language.definition import Workflow
from peerreview.engine.language.reader import read
from peerreview.engine.running.case import SHARED, Actor, Case, Do, Facts, Scope, Seat, Standing
from peerreview.engine.running.dates import Calendar
from peerreview.engine.running.moves import Choice, Move, fire, tick

ROOT = Path(__file__).parents[2]
LEAD = 900
START = datetime(2026, 1, 12, 9, tzinfo=UTC)


@cache
def collegial() -> Workflow:
    path = ROOT / "workflows" / "collegial-review.yaml"
    return read(path.read_bytes(), "workflows/collegial-review.yaml")


def seats(parties: int) -> tuple[Seat, ...]:
    found = []
    for p in range(parties):
        for n, (role, function) in enumerate(
            [("coordinator", "coordinator"), ("member", "medical"), ("member", "hr"), ("contact", "")]
        ):
            found.append(Seat(10 * p + n + 1, 100 * (p + 1) + n, p, role, function))
    return tuple(found)


def actor_of(case: Case, person: int) -> Actor:
    roles: set[tuple[str, int | None]] = {("lead", None)} if person == LEAD else set()
    for seat in case.seats:
        if seat.person == person:
            roles.add((seat.role, seat.party))
            roles.update((r, seat.party) for r in case.workflow.roles[seat.role].includes)
    return Actor(person, frozenset(roles))


@dataclass
class Play:
    """Plays a case; each deed is tried through `fire`, as the services do it."""

    parties: int = 2
    workflow: Workflow = field(default_factory=collegial)
    now: datetime = START

    def __post_init__(self) -> None:
        case = Case(
            self.workflow, Standing.start(self.parties), Facts(), Calendar(), seats(self.parties), (LEAD,)
        )
        self.case = tick(case, self.now).case

    def actor(self, who: str, party: int = 0) -> Actor:
        person = {"coordinator": 100, "medical": 101, "hr": 102, "contact": 103}.get(who)
        return actor_of(self.case, LEAD if person is None else person + 100 * party)

    def do(self, key: str, step: str = "", who: str = "coordinator", party: int = 0) -> Move:
        return self.fire(key, step, self.actor(who, party), party)

    def fire(self, key: str, at: str, actor: Actor, side: int, **choice: Any) -> Move:
        what = self.what(key, at, actor, side)
        move = fire(self.case, actor, what, self.now, reason="skäl", choice=Choice(**choice))
        self.case = move.case
        self.now += timedelta(minutes=1)
        return move

    def what(self, key: str, step: str, actor: Actor, party: int) -> Do:
        if not step:
            return Do(key)
        scope = {"party": Scope(party), "person": Scope(party, actor.person)}.get(
            self.workflow.scope(step), SHARED
        )
        return Do(key, (step, scope))

    def fire_back(self, step: str, party: int | None) -> Move:
        return self.fire("back", "", self.actor("lead"), 0, step=step, party=party)

    def fire_withdraw(self, party: int, finish: frozenset[int] = frozenset()) -> Move:
        return self.fire("withdraw", "", self.actor("lead"), 0, party=party, finish=finish)

    def know(self, **facts: Any) -> None:
        """`materials__all_accounted_for__0=True`: artefact, fact (dots as _D_), owner."""
        values = {}
        for name, value in facts.items():
            artefact, fact, owner = name.split("__")
            values[(artefact, fact.replace("_D_", "."), None if owner == "None" else int(owner))] = value
        self.case = self.case.with_(facts=self.case.facts.with_(values))
        self.pass_time(timedelta())

    def pass_time(self, span: timedelta) -> Move:
        self.now += span
        move = tick(self.case, self.now)
        self.case = move.case
        return move

    def state(self, step: str, party: int | None = None, person: int | None = None) -> str | None:
        return self.case.standing.state(step, party, person)
