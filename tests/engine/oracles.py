"""A review played twice: by our engine, and by what somebody else's interpreter makes of the exported workflow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, Protocol

from peerreview.engine.export.ring_chart import withdrawal
from peerreview.engine.export.unfolding import Instance, acting, made_up, name_of, unfold
from peerreview.engine.language.definition import Condition, FactRef, Workflow
from peerreview.engine.language.kinds import GATHERED
from peerreview.engine.running.case import (
    ACTIVE,
    SHARED,
    WAITING,
    Actor,
    Case,
    Do,
    FactKey,
    Mark,
    Place,
    Scope,
)
from peerreview.engine.running.conditions import owners
from peerreview.engine.running.flow import active, wake_at
from peerreview.engine.running.moves import Choice, fire, tick
from peerreview.engine.running.timing import ends_at, opens_at
from peerreview.errors import Refused

from .play import START

Told = tuple[str, Callable[[], None]]


class Oracle(Protocol):
    """What is asked of the other interpreter; events are named as `peerreview.engine.export.scxml` says."""

    def send(self, event: str) -> None: ...

    def wrote(self, key: FactKey, value: Any) -> None: ...

    def clock(self, place: Place, what: str, come: bool) -> None: ...

    def state(self, place: Place) -> str: ...

    def ended(self) -> str | None: ...


class Twice:
    """One review, played by the engine and by an oracle; after every deed they must stand alike."""

    def __init__(self, workflow: Workflow, parties: int, oracle: Callable[[Case], Oracle]):
        begun = made_up(workflow, parties)
        self.now: datetime = START
        self.before = begun
        self.case = tick(begun, self.now).case
        self.oracle = oracle(begun)
        self.instances = tuple(i for top in unfold(begun) for i in top.walk())
        self.choosing = list(self._choosable())
        self.come: set[tuple[Place, str]] = set()
        self.log: list[str] = []
        self.compared()

    # ---- what can be tried

    def tries(self, way: int) -> list[Told]:
        """What might be tried next; `way` says of which sort."""
        sorts = (
            *(self._actions, self._wanted) * 4,
            self._actions,
            self._facts,
            self._time,
            self._leads,
            self._ends,
        )
        found = list(sorts[way % len(sorts)]())
        return found or list(self._wanted()) or list(self._facts())

    def do(self, way: int, which: int) -> bool:
        """Try something; False when the review has ended."""
        if self.case.standing.ended:
            return False
        found = self.tries(way)
        if not found:
            return True
        name, deed = found[which % len(found)]
        self.log.append(name)
        deed()
        self.compared()
        return True

    def _actions(self) -> Iterator[Told]:
        marks = self.case.standing.marks
        # What is over or has not begun is tried too, but not as often.
        for rounds in (1, 1, 1, 0):
            for place in marks:
                if rounds == 0 or marks[place].state == ACTIVE:
                    yield from self._actions_at(place, ends=False)
        yield from self._actions_at(("", SHARED), ends=False)

    def _ends(self) -> Iterator[Told]:
        for place in (*self.case.standing.marks, ("", SHARED)):
            yield from self._actions_at(place, ends=True)

    def _actions_at(self, place: Place, *, ends: bool) -> Iterator[Told]:
        workflow = self.case.workflow
        actions = workflow.by_path[place[0]].actions if place[0] else workflow.actions
        for action in actions.values():
            if action.moves or (action.to in workflow.ends) != ends:
                continue
            for variant, scope in acting(self.case, action, place[1]).items():
                event = ".".join(("do", action.key, name_of(place), *([variant] if variant else [])))
                what, actor = Do(action.key, place), self._actor(place, variant, scope)
                yield event, lambda e=event, a=actor, w=what: self._fire(e, a, w)  # type: ignore[misc]

    def _actor(self, place: Place, variant: str, scope: Scope) -> Actor:
        """Somebody who may act there: who may is not the oracle's business."""
        roles = self.case.workflow.roles.values()
        network = {(r.key, None) for r in roles if r.of == "network"}
        parties = [scope.party] if variant.isdigit() else self.case.standing.parties
        party = {(r.key, p) for r in roles if r.of == "party" for p in parties}
        if place[1].party is None:
            return Actor(0, frozenset(party if variant.isdigit() else network))
        return Actor(place[1].person or 0, frozenset(network | party))

    def _fire(self, event: str, actor: Actor, what: Do, choice: Choice | None = None) -> None:
        self.before = self.case
        with suppress(Refused):
            self.case = fire(self.case, actor, what, self.now, reason="-", choice=choice).case
        self.oracle.send(event)

    def _wanted(self) -> Iterator[Told]:
        """What somebody would write who wants to go on: the facts that stand in the way."""
        for place in active(self.case):
            step = self.case.workflow.by_path[place[0]]
            conditions = [step.starts_when, step.done_when, *(a.needs for a in step.actions.values())]
            for condition in conditions:
                for key in self._keys(condition, place[1]):
                    if not self.case.facts.get(*key):
                        yield from self._writing(key)

    def _keys(self, condition: Condition | None, scope: Scope) -> Iterator[FactKey]:
        for ref in condition.facts() if condition else ():
            if ref.artefact in self.case.workflow.artefacts:
                gathered = FactRef("all", ref.artefact, GATHERED.get(ref.fact, ref.fact))
                meant = gathered if ref.fact in GATHERED or scope.party is None else ref
                for owner in owners(self.case, meant, scope):
                    yield ref.artefact, meant.fact, owner

    def _choosable(self) -> Iterator[FactKey]:
        """Every fact on which anything hangs."""
        workflow = self.case.workflow
        found: dict[FactKey, None] = {}
        for instance in self.instances:
            step = instance.step
            conditions = [step.condition, step.starts_when, step.done_when]
            for condition in (*conditions, *(a.needs for a in step.actions.values())):
                found.update(dict.fromkeys(self._keys(condition, instance.scope)))
        for artefact in workflow.artefacts.values():
            for party in self.case.standing.parties:
                found.update(dict.fromkeys(self._keys(artefact.opens_when, Scope(party))))
        yield from sorted(found, key=str)

    def _facts(self) -> Iterator[Told]:
        for key in self.choosing:
            yield from self._writing(key)

    def _writing(self, key: FactKey) -> Iterator[Told]:
        kind = self.case.workflow.artefacts[key[0]].kind
        if key[1] in kind.values:
            values: tuple[Any, ...] = kind.values[key[1]]
        elif key[1] in kind.fields:
            values = (self.now.date() + timedelta(days=30), self.now.date())
        else:
            values = (not self.case.facts.get(*key),)
        for value in values:
            yield f"{key} = {value}", lambda value=value: self._write(key, value)  # type: ignore[misc]

    def _write(self, key: FactKey, value: Any) -> None:
        self.before = self.case
        self.case = tick(self.case.with_(facts=self.case.facts.with_({key: value})), self.now).case
        self.oracle.wrote(key, value)

    def _time(self) -> Iterator[Told]:
        spans = [timedelta(days=1), timedelta(weeks=5)]
        woken = wake_at(self.case, self.now)
        if woken is not None:
            spans += [woken - self.now] * 4
        for span in spans:
            yield f"{span} pass", lambda span=span: self._pass(span)  # type: ignore[misc]

    def _pass(self, span: timedelta) -> None:
        self.now += span
        self.before = self.case
        self.case = tick(self.case, self.now).case

    def _leads(self) -> Iterator[Told]:
        """The lead's moves, also those that are refused."""
        workflow = self.case.workflow
        moves = {a.moves: Do(a.key) for a in workflow.actions.values() if a.moves}
        lead = self._actor(("", SHARED), "network", SHARED)
        for move in ("hold", "resume"):
            if move in moves:
                yield move, lambda m=move: self._fire(m, lead, moves[m])  # type: ignore[misc]
        for step in workflow.walk() if "back" in moves else ():
            for party in (*self.case.standing.parties, None):
                event = f"back.{step.path.replace('/', '-')}.{'all' if party is None else party + 1}"
                choice = Choice(step=step.path, party=party)
                yield event, lambda e=event, c=choice: self._fire(e, lead, moves["back"], c)  # type: ignore[misc]
        for party, finish in self._leaving() if "withdraw" in moves else ():
            event, choice = withdrawal(party, finish), Choice(party=party, finish=frozenset(finish))
            yield event, lambda e=event, c=choice: self._fire(e, lead, moves["withdraw"], c)  # type: ignore[misc]
        for place in active(self.case) if "go_on" in moves else ():
            event, choice = f"go_on.{name_of(place)}", Choice(place=place)
            yield event, lambda e=event, c=choice: self._fire(e, lead, moves["go_on"], c)  # type: ignore[misc]

    def _leaving(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Who withdraws, and who of the others still finishes their direction."""
        for party in self.case.standing.parties:
            left = [p for p in self.case.standing.taking_part if p != party]
            yield party, tuple(left)
            if len(left) >= self.case.workflow.min_parties:
                yield from (
                    (party, finish) for many in range(len(left)) for finish in combinations(left, many)
                )

    def write(self, key: FactKey, value: Any) -> None:
        self.log.append(f"{key} = {value}")
        self._write(key, value)
        self.compared()

    def withdraw(self, party: int, finish: tuple[int, ...]) -> None:
        event = withdrawal(party, finish)
        self.log.append(event)
        dict(self._leads())[event]()
        self.compared()

    # ---- what is compared

    def compared(self) -> None:
        self._clocks()
        ended = self.case.standing.ended
        assert self.oracle.ended() == ended, self._told()
        if ended:
            return
        ours = {
            i.place: self.case.standing.state(i.step.path, *i.scope) or "not_begun" for i in self.instances
        }
        theirs = {i.place: self.oracle.state(i.place) for i in self.instances}
        assert ours == theirs, self._told({p: (ours[p], theirs[p]) for p in ours if ours[p] != theirs[p]})

    def _told(self, differ: Mapping[Place, tuple[str, str]] | None = None) -> str:
        return "\n".join(["", *self.log, f"ours, theirs: {differ}"])

    def _clocks(self) -> None:
        """Tell the oracle which dates have come: how they are reckoned is not its business."""
        if self.case.standing.on_hold:
            return
        moved = True
        while moved and not self.oracle.ended():
            moved = False
            for instance in self.instances:
                place = instance.place
                state = self.oracle.state(place)
                come = state in (WAITING, ACTIVE) and self._has_come(instance, state)
                # A date that had come can be put off while its step still waits for something else.
                date = (place, "opens" if state == WAITING else "ends")
                if come or date in self.come:
                    self.oracle.clock(*date, come)
                    moved = moved or self.oracle.state(place) != state
                    (self.come.add if come else self.come.discard)(date)

    def _has_come(self, instance: Instance, state: str) -> bool:
        step, place = instance.step, instance.place
        if (step.opens if state == WAITING else None if step.children else step.ends_after) is None:
            return False
        mark = self.case.standing.marks.get(place)
        if mark is None or mark.state != state:
            # It is already further: it came here in this very move, or stood here before it.
            old = self.before.standing.marks.get(place)
            mark = old if old is not None and old.state == state else Mark(state, self.now)
        if state == WAITING:
            instant = opens_at(self.case, place, mark, self.now)
        else:
            marks = {**self.case.standing.marks, place: mark}
            standing = replace(self.case.standing, marks=marks)
            instant = ends_at(self.case.with_(standing=standing), place)
        return instant is not None and instant <= self.now
