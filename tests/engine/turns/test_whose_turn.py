"""Whose turn it is (engine.md 54), in each standing that shipped, documented and made-up definitions reach.

What may be done is asked of `may`; of what people are told it is held to be the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from peerreview.engine.analysis.checker import check
from peerreview.engine.analysis.exploring import Exploring
from peerreview.engine.analysis.possible_facts import LEAD, PERSON, Writing
from peerreview.engine.language.definition import Workflow
from peerreview.engine.language.reader import read
from peerreview.engine.running.beginning import T0
from peerreview.engine.running.case import ACTIVE, Actor, Case, Do, Place, Scope, Seat
from peerreview.engine.running.dates import Calendar
from peerreview.engine.running.decide import No, action_at, may
from peerreview.engine.running.flow import active
from peerreview.engine.turns.planning import Task, plan, tasks
from peerreview.engine.turns.whose_turn import actor_of, applies, vacancies, whose_turn

from ..generated import definitions

ROOT = Path(__file__).parents[3]
FILES = sorted([*(ROOT / "workflows").glob("*.yaml"), *(ROOT / "docs" / "examples").glob("*.yaml")])
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
CALENDAR = Calendar(late=(2, 5, 10))


@cache
def written(file: Path) -> Workflow:
    return read(file.read_bytes(), file.name)


def cast(case: Case) -> Case:
    """Somebody for each role of a side, in the places of those who hold them all where configurations are explored."""
    roles = [key for key, role in case.workflow.roles.items() if role.of == "party"]
    seats = []
    for party in case.standing.parties:
        for n, key in enumerate(roles):
            # Forms are PERSON + party's: of whoever has the last role that has forms.
            person = PERSON + party if key == _has_forms(case.workflow, roles) else 1000 + 10 * party + n
            seats.append(Seat(len(seats) + 1, person, party, key))
    return case.with_(seats=tuple(seats), leads=(LEAD,), calendar=CALENDAR)


def _has_forms(workflow: Workflow, roles: list[str]) -> str:
    asked = {ref.role for step in workflow.walk() for ref in step.people}
    return next((key for key in reversed(roles) if key in asked), roles[-1])


def standings(workflow: Workflow, parties: int, times: int = 0) -> Iterator[Case]:
    """Each configuration, with nothing written that can still be, and with all of it."""
    writing = Writing(workflow)
    exploring = Exploring(workflow, parties, times)
    exploring.run()
    for node in exploring.nodes:
        case = cast(node.case)
        yield case
        free = [key for key in writing.free(node.case) if not writing.automatic(key)]
        yield case.with_(facts=case.facts.with_({key: writing.value(key) for key in free}))


def people(case: Case) -> list[Actor]:
    network = frozenset((key, None) for key, role in case.workflow.roles.items() if role.of == "network")
    return [*(actor_of(case, seat) for seat in case.seats), Actor(LEAD, network)]


def leaves(case: Case) -> Iterator[Place]:
    for place in active(case):
        if case.standing.marks[place].state == ACTIVE and not case.step(place).children:
            yield place


def is_lead(actor: Actor) -> bool:
    return actor.person == LEAD


# ---- the rule


def told_to_who_may(case: Case) -> None:
    """What somebody may do now, and is asked to, is a task of at least one of those who may, and is reminded of."""
    found = {actor: tasks(case, actor) for actor in people(case)}
    planned = plan(case, T0)
    for place in leaves(case):
        for action in case.step(place).actions.values():
            if action.optional:
                continue
            for actors in _able(case, place, action.key):
                # What mends a step for all sides stands once, at one of their copies.
                at = [p for p in leaves(case) if p[0] == place[0]] if action.remedy else [place]
                told = [a for a in actors if any(_names(t, p, action.key) for t in found[a] for p in at)]
                assert told, f"{action.key} at {place} is nobody's task, though it could be done"
                sides = [a for a in actors if not is_lead(a)]
                assert not sides or not any(map(is_lead, told)), "the lead is told of what a side can do"
                if case.step(place).due is not None and case.step(place).due.point == "begin":  # type: ignore[union-attr]
                    reminded = {p.person for p in planned if p.place == place and p.own_turn}
                    assert reminded & {a.person for a in told}, (
                        f"nobody is reminded of {action.key} at {place}"
                    )


def _able(case: Case, place: Place, key: str) -> Iterator[list[Actor]]:
    """Those who may do it now; where the sides do it each for itself, of each side."""
    able = [a for a in people(case) if may(case, a, Do(key, place), T0)]
    by_side: dict[int | None, list[Actor]] = {}
    for actor in able:
        by_side.setdefault(min(actor.parties(), default=None), []).append(actor)
    if any(side is not None for side in by_side):
        by_side.pop(None, None)
    yield from by_side.values()


def _names(task: Task, place: Place, key: str) -> bool:
    return task.place == place and key in task.actions and not task.waits


def nobodys_who_may_not(case: Case) -> None:
    """A task is of what one may do now, or can do something towards by now."""
    for actor in people(case):
        for task in tasks(case, actor):
            for key in task.actions:
                what = Do(key, task.place, task.party)
                answer, action = may(case, actor, what, T0), action_at(case, what)
                assert action is not None
                if isinstance(answer, No):
                    assert answer.missing, f"{key} at {task.place} is told to {actor}, who may not"
                    scope = task.place[1] if task.place[1].party is not None else Scope(task.party)
                    assert applies(case, action, scope)
                    assert task.waits or _can_help(case, actor, task), f"{actor} waits for others with {key}"


def _can_help(case: Case, actor: Actor, task: Task) -> bool:
    """Whether anything of it changes, were all written that the actor may write and all done that they may do."""
    writing = Writing(case.workflow)
    values = {key: writing.value(key) for key in writing.free(case) if not case.facts.get(*key)}
    values |= next(writing.choices(case), {})
    helped = case.with_(facts=case.facts.with_(values))
    before = [may(case, actor, Do(key, task.place, task.party), T0) for key in task.actions]
    after = [may(helped, actor, Do(key, task.place, task.party), T0) for key in task.actions]
    wanting = [len(a.missing) if isinstance(a, No) else 0 for a in before]
    left = [len(a.missing) if isinstance(a, No) else 0 for a in after]
    others = (p for p in leaves(case) for k in case.step(p).actions if may(helped, actor, Do(k, p), T0))
    return sum(left) < sum(wanting) or any(others)


def somebody_goes_on(case: Case) -> None:
    """Nothing stands still without anybody being told: somebody has something to do, or time will end the wait."""
    if case.standing.ended:
        return
    some = [task for actor in people(case) for task in tasks(case, actor) if not task.waits]
    if some or _waits_for_time(case) or _waits_for_children(case):
        return
    raise AssertionError(f"nobody is told of anything at {list(active(case))}")


def _waits_for_time(case: Case) -> bool:
    steps = [(case.standing.marks[place].state, case.step(place)) for place in active(case)]
    return any(s.ends_after if state == ACTIVE else s.opens for state, s in steps)


def _waits_for_children(case: Case) -> bool:
    kinds = {a.key: a.kind.name for a in case.workflow.artefacts.values()}
    conditions = [case.step(place).done_when for place in leaves(case)]
    return any(kinds.get(ref.artefact) == "reviews" for c in conditions if c is not None for ref in c.facts())


def late_is_who_has_something_left(case: Case) -> None:
    """Whoever is told that something is late is told of a step where somebody has something left to do."""
    late = case.with_(standing=_a_year_ago(case))
    for planned in plan(late, T0):
        turn = whose_turn(late, planned.place)
        assert turn, f"{planned.place} is late, and nobody has anything left to do in it"
        if planned.own_turn:
            assert planned.key.seat in {seat.id for seat in turn}


def _a_year_ago(case: Case):  # type: ignore[no-untyped-def]
    marks = {p: m._replace(since=m.since - timedelta(days=365)) for p, m in case.standing.marks.items()}
    return replace(case.standing, marks=marks)


def rule_54(case: Case) -> None:
    told_to_who_may(case)
    nobodys_who_may_not(case)
    somebody_goes_on(case)
    late_is_who_has_something_left(case)
    assert vacancies(case) == ()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_everybody_is_told_of_what_is_theirs_and_nobody_else(file: Path) -> None:
    workflow = written(file)
    for parties in (workflow.min_parties, min(workflow.min_parties + 1, workflow.max_parties)):
        for case in standings(workflow, parties):
            rule_54(case)


@pytest.mark.full
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_everybody_is_told_after_somebody_went_back_or_left(file: Path) -> None:
    workflow = written(file)
    for case in standings(workflow, max(workflow.min_parties, min(3, workflow.max_parties)), times=1):
        rule_54(case)


def of_made_up(text: str) -> None:
    workflow = read(text, "made-up.yaml")
    if check(workflow):
        return
    for case in standings(workflow, 2):
        rule_54(case)


@QUICK
@given(text=definitions())
def test_everybody_is_told_in_made_up_definitions(text: str) -> None:
    of_made_up(text)


@pytest.mark.full
@LONG
@given(text=definitions())
def test_everybody_is_told_in_many_made_up_definitions(text: str) -> None:
    of_made_up(text)
