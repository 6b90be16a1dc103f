"""What holds of any definition, whatever people do in it: random deeds in random small workflows.

test_properties says the same of the shipped definition. Who may what is asked here of an oracle of a few lines that
counts round the ring itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peerreview.engine.analysis.checker import check
from peerreview.engine.analysis.exploring import DeadEnd, explore
from peerreview.engine.analysis.possible_facts import Writing
from peerreview.engine.analysis.rehearsal import made_up, rehearse
from peerreview.engine.language.definition import RoleRef, Workflow
from peerreview.engine.language.reader import read
from peerreview.engine.running.case import (
    ACTIVE,
    OVER,
    SHARED,
    WAITING,
    Actor,
    Case,
    Do,
    Scope,
    See,
    Standing,
)
from peerreview.engine.running.dates import Calendar
from peerreview.engine.running.decide import No, changes, may
from peerreview.engine.running.flow import active
from peerreview.engine.running.moves import Choice, fire, tick
from peerreview.errors import Refused

from ..generated import definitions
from ..play import LEAD, Play, actor_of
from ..running.test_properties import STATES

QUICK = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
DEEDS = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 9), st.integers(0, 255)), min_size=6, max_size=25
)
PARTIES = st.sampled_from([2, 3])


class Drama:
    """One course of events in one definition; `log` is all that replay may know."""

    def __init__(self, text: str, parties: int):
        self.play = Play(parties, read(text, "made-up.yaml"))
        self.writing = Writing(self.play.workflow)
        self.log: list[tuple[Any, ...]] = []
        self.went_back = False

    def write(self, pick: int) -> None:
        """People write some of what they may write."""
        free = sorted(self.writing.free(self.play.case), key=str)
        values: dict[Any, Any] = {}
        for number, (artefact, fact, owner) in enumerate(free):
            if pick >> (number % 8) & 1:
                per = self.play.workflow.artefacts[artefact].per
                owners = [s.person for s in self.play.case.seats] if per == "person" else [owner]
                values.update({(artefact, fact, one): True for one in owners})
        self.play.case = self.play.case.with_(facts=self.play.case.facts.with_(values))

    def deeds(self) -> list[tuple[Actor, Do, Choice]]:
        """Everything that anybody might try, be it theirs or not."""
        case = self.play.case
        people = [*dict.fromkeys(seat.person for seat in case.seats), LEAD]
        found = []
        for person in people:
            actor = actor_of(case, person)
            for place in active(case):
                step = case.workflow.by_path[place[0]]
                found += [(actor, Do(key, place), Choice()) for key in step.actions]
        lead = actor_of(case, LEAD)
        for party in (*case.standing.parties, None):
            steps = [step.path for step in case.workflow.walk()]
            found += [(lead, Do("back"), Choice(step=path, party=party)) for path in steps]
        found += [(lead, Do("go_on"), Choice(place=place)) for place in active(case)]
        return found + [
            (actor_of(case, p), Do(key), Choice()) for p in (LEAD, 100) for key in ("hold", "resume")
        ]

    def do(self, actor: Actor, what: Do, choice: Choice) -> None:
        play = self.play
        before, now = play.case, play.now
        allowed = may(before, actor, what, now)
        move = None
        try:
            move = fire(before, actor, what, now, reason="skäl", choice=choice)
        except Refused as refused:
            reason = refused.reason
        if move is None:
            assert play.case is before, "a refused deed changes nothing"
            assert not isinstance(allowed, No) or reason == allowed.reason
            return
        assert allowed, "nothing is done that `may` refuses"
        assert move.action is not None
        assert any(_holds(play.case, actor, ref, what.place[1]) for ref in move.action.by), (
            "whose deed it is not"
        )
        play.case = move.case
        play.now += timedelta(minutes=1)
        self.log.append(("fire", now, before.facts, actor, what, choice))
        self.went_back = self.went_back or what.action in ("back", "go_on")
        if not self.went_back and (move.action.to or changes(before, move.action.does, move.scope)):
            assert not may(play.case, actor, what, play.now), f"{what} could be done twice"

    def pass_time(self, days: int) -> None:
        self.play.pass_time(timedelta(days=days))
        self.log.append(("tick", self.play.now, self.play.case.facts))

    def replayed(self) -> Standing:
        case = Play(self.play.parties, self.play.workflow).case
        for kind, now, facts, *deed in self.log:
            case = case.with_(facts=facts)
            case = (
                tick(case, now).case
                if kind == "tick"
                else fire(case, *deed[:2], now, reason="skäl", choice=deed[2]).case
            )
        return case.standing


def _holds(case: Case, actor: Actor, ref: RoleRef, scope: Scope) -> bool:
    """The oracle: whether the actor has this role of the side that is meant, seen from `scope`."""
    if ref.role == "self":
        return scope.person == actor.person
    if case.workflow.roles[ref.role].of == "network":
        return actor.person == LEAD
    n = len(case.standing.parties)
    own = scope.party
    meant = set(range(n)) if own is None else {
        "own": {own}, "reviews": {(own + 1) % n}, "reviewed_by": {(own - 1) % n},
        "others": set(range(n)) - {own}, "all": set(range(n)),
    }[ref.relation]  # fmt: skip
    seats = {(seat.role, seat.party) for seat in case.seats if seat.person == actor.person}
    includes = {role: {role, *case.workflow.roles[role].includes} for role, _ in seats}
    return any(ref.role in includes[role] and party in meant for role, party in seats)


def rights_are_granted(case: Case, now: datetime) -> None:
    """Whatever somebody may see or write, one line of the definition that holds now grants."""
    workflow = case.workflow
    for person in [*dict.fromkeys(seat.person for seat in case.seats if seat.party == 0), 200, LEAD]:
        actor = actor_of(case, person)
        for artefact in workflow.artefacts.values():
            owners = {"party": [0, 1], "person": [100, 200], "review": [None]}[artefact.per]
            for owner in owners:
                for verb in artefact.kind.verbs:
                    state = artefact.kind.states[0] if verb != "notice" else artefact.kind.states[-1]
                    if may(case, actor, See(artefact.key, verb, owner, state), now):
                        assert _granted(case, actor, artefact.key, verb, owner, state), (
                            person,
                            artefact.key,
                            verb,
                        )


def _granted(case: Case, actor: Actor, artefact: str, verb: str, owner: int | None, state: str) -> bool:
    per = case.workflow.artefacts[artefact].per
    for allow, scope in _lines(case):
        for ref, rights in allow.items():
            if not any(r[:2] == (artefact, verb) and r.state in (None, state) for r in rights):
                continue
            if per == "person" and ref.role != "self" and case.workflow.roles[ref.role].of == "party":
                meant = Scope(scope.party, owner) if actor.person == owner else None
            elif per == "person":
                meant = Scope(scope.party, owner)
            elif per == "party":
                meant = Scope(owner) if scope.party in (None, owner) else None
            else:
                meant = scope
            if meant is not None and _holds(case, actor, ref, meant):
                return True
    return False


def _lines(case: Case) -> Iterator[tuple[Any, Scope]]:
    if case.standing.ended:
        yield case.workflow.ends[case.standing.ended].allow, SHARED
        return
    yield case.workflow.allow, SHARED
    for (path, scope), mark in case.standing.marks.items():
        if mark.state == ACTIVE:
            yield case.workflow.by_path[path].allow, scope


def _above(case: Case, path: str, scope: Scope) -> Scope:
    """The scope of the copy of `path` that a place of `scope` stands in."""
    return {"": SHARED, "party": Scope(scope.party)}.get(case.workflow.scope(path), scope)


def sound(case: Case) -> None:
    """A standing is of the definition's own places, a block is over when all in it is, and JSON keeps all of it."""
    marks = case.standing.marks
    for (path, scope), mark in marks.items():
        assert mark.state in STATES
        kind = "person" if scope.person is not None else "party" if scope.party is not None else ""
        assert case.workflow.scope(path) == kind
        parent = case.workflow.parent(path)
        if parent is not None and mark.state not in OVER:
            above = marks[(parent.path, _above(case, parent.path, scope))]
            # A block of all sides waits for a side that was sent back, and what the others do in it stays (rule 13).
            waits = (
                above.state == WAITING and scope.party is not None and not case.workflow.scope(parent.path)
            )
            assert above.state == ACTIVE or waits, (
                f"{path} is {mark.state} inside {parent.path}, which is {above.state}"
            )
    assert Standing.from_json(case.standing.to_json()) == case.standing


def joins_wait(case: Case, *, went_back: bool) -> None:
    """What is under way has everything before it in its block over: of all copies, and of all branches (rule 5)."""
    for (path, scope), mark in case.standing.marks.items():
        parent = case.workflow.parent(path)
        if (
            mark.state != ACTIVE
            or (parent is not None and parent.together)
            or (went_back and scope.party is not None)
        ):
            continue
        for step in case.workflow.siblings(path):
            if step.path == path:
                break
            for (other, of), earlier in case.standing.marks.items():
                concerns = parent is None or not case.workflow.scope(parent.path) or of.party == scope.party
                if other == step.path and concerns:
                    assert earlier.state in OVER, (path, scope, other, of, earlier.state)


def played(text: str, parties: int, deeds: list[tuple[int, int, int]]) -> None:
    drama = Drama(text, parties)
    for number, days, pick in deeds:
        drama.write(pick)
        drama.pass_time(days)
        if drama.play.case.standing.ended:
            break
        possible = drama.deeds()
        mine = [d for d in possible if may(drama.play.case, d[0], d[1], drama.play.now)]
        chosen = (mine or possible) if number % 3 else possible
        drama.do(*chosen[number % len(chosen)])
        sound(drama.play.case)
        joins_wait(drama.play.case, went_back=drama.went_back)
        rights_are_granted(drama.play.case, drama.play.now)
    assert drama.replayed() == drama.play.case.standing, "replay of the deeds gives the same standing"
    if drama.play.case.standing.ended:
        assert not any(may(drama.play.case, *deed[:2], drama.play.now) for deed in drama.deeds())


def proven(text: str, parties: int) -> None:
    """Where the checker has proved that an end is reachable, a rehearsal comes to it."""
    workflow: Workflow = read(text, "made-up.yaml")
    assert check(workflow, played=False) == []
    found = explore(workflow, parties, times=0).found
    events = rehearse(made_up(workflow, parties, Calendar()), datetime(2026, 3, 2, 8, tzinfo=UTC))
    ended = [event.action for event in events if event.kind == "ends"]
    if found is None:
        assert ended == ["closed"]
    elif isinstance(found, DeadEnd):
        assert found.waits


@QUICK
@given(definitions(), PARTIES, DEEDS)
def test_whatever_the_definition_and_whatever_people_do(
    text: str, parties: int, deeds: list[tuple[int, int, int]]
) -> None:
    played(text, parties, deeds)


@QUICK
@given(definitions())
def test_what_is_proven_comes_to_its_end(text: str) -> None:
    proven(text, 2)


@pytest.mark.full
@LONG
@given(definitions(), PARTIES, DEEDS)
def test_whatever_the_definition_and_whatever_people_do_for_long(
    text: str, parties: int, deeds: list[tuple[int, int, int]]
) -> None:
    played(text, parties, deeds)


@pytest.mark.full
@settings(LONG, max_examples=100)
@given(definitions(), PARTIES)
def test_whatever_is_proven_comes_to_its_end(text: str, parties: int) -> None:
    proven(text, parties)
