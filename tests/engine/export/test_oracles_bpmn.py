"""The exported process in SpiffWorkflow waits and works where our engine does, from its beginning to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser, BpmnValidator
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.util.task import TaskState

from peerreview.engine.export.bpmn import Process, process
from peerreview.engine.export.unfolding import made_up, name_of
from peerreview.engine.language.definition import Workflow
from peerreview.engine.running.case import ACTIVE, WAITING, Actor, Case, Do, FactKey, Place
from peerreview.engine.running.decide import action_at
from peerreview.engine.running.moves import Choice, fire
from peerreview.engine.running.refusing import asks_the_lead
from peerreview.errors import Refused

from ..oracle_definitions import definitions
from ..oracles import Told, Twice
from ..play import collegial

tries = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 5000)), max_size=60)

# A machine that others use too is given some slack.
RUNS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


class Running:
    """A running process. Conditions are looked at when we say so: SpiffWorkflow itself refreshes timers alone."""

    def __init__(self, drawn: Process, spec: BpmnProcessSpec):
        self.names = drawn.names
        self.process = BpmnWorkflow(spec)
        self.process.data["data_objects"] = dict.fromkeys(drawn.names.of.values(), 0)
        self.process.do_engine_steps()
        self.looked()

    def looked(self) -> None:
        """Until nothing moves: what comes true moves a token, and that begins something else."""
        while True:
            for task in list(self.process.event_manager.tasks.values()):
                task.task_spec._update(task)
            before = len(self.process.tasks), self.process.get_tasks(state=TaskState.READY)
            self.process.do_engine_steps()
            self.stands = {
                task.task_spec.name: task
                for task in self.process.get_tasks(state=TaskState.READY | TaskState.WAITING)
            }
            if before == (len(self.process.tasks), self.process.get_tasks(state=TaskState.READY)):
                return

    def knows(self, case: Case) -> None:
        told = {self.names.of[k]: v for k, v in case.facts.values.items() if k in self.names.of}
        for role, fact, party, step in case.standing.records:
            told[self.names.record(role, fact, step, party)] = True
        self.process.data["data_objects"].update(told)

    def did(self, place: Place, action: str) -> None:
        task = self.stands[name_of(place)]
        task.data["outcome"] = action
        task.run()
        self.process.do_engine_steps()

    def send(self, event: str) -> None:
        """Only what is done and known counts here (`did`, `knows`)."""

    def wrote(self, key: FactKey, value: Any) -> None:
        """What is known is told before each comparison."""

    def clock(self, place: Place, what: str, come: bool) -> None:
        self.process.data["data_objects"][self.names.clock(place, what)] = int(come)
        self.looked()

    def state(self, place: Place) -> str:
        name = name_of(place)
        if f"{name}.waits" in self.stands:
            return WAITING
        return ACTIVE if name in self.stands and self.stands[name].has_state(TaskState.READY) else ""

    def ended(self) -> str | None:
        if not self.process.completed:
            return None
        done = [t.task_spec for t in self.process.get_tasks(state=TaskState.COMPLETED)]
        return next(s.bpmn_name for s in done if type(s).__name__ == "EndEvent")


class Forward(Twice):
    """A review in which nobody goes back, overrules or rests: what the process tells of."""

    oracle: Running

    def _leads(self) -> Iterator[Told]:
        return self._actions()

    def _actions_at(self, place: Place, *, ends: bool) -> Iterator[Told]:
        step = self.case.workflow.by_path.get(place[0])
        if step is None or step.children:
            return
        for name, deed in super()._actions_at(place, ends=ends):
            action = step.actions[name.split(".")[1]]
            if action.to not in self.case.workflow.by_path and not asks_the_lead(self.case, action, place):
                yield name, deed

    def _fire(self, event: str, actor: Actor, what: Do, choice: Choice | None = None) -> None:
        self.before = self.case
        with suppress(Refused):
            self.case = fire(self.case, actor, what, self.now, reason="-", choice=choice).case
            self.oracle.knows(self.case)
            action = action_at(self.case, what)
            if action is not None and action.to is not None:
                self.oracle.did(what.place, action.key)
        self.oracle.send(event)

    def compared(self) -> None:
        self.oracle.knows(self.case)
        self.oracle.looked()
        self._clocks()
        ended = self.case.standing.ended
        title = self.case.workflow.ends[ended].title.get("sv") if ended else None
        assert self.oracle.ended() == title, self._told()
        if ended:
            return
        leaves = [i.place for i in self.instances if not i.step.children]
        ours = {p: self.case.standing.state(p[0], *p[1]) for p in leaves}
        theirs = {p: self.oracle.state(p) for p in leaves}
        shown = {p: (s if s in (WAITING, ACTIVE) else "") for p, s in ours.items()}
        assert shown == theirs, self._told({p: (shown[p], theirs[p]) for p in shown if shown[p] != theirs[p]})


def loaded(workflow: Workflow, parties: int) -> tuple[Process, BpmnProcessSpec]:
    """Read with the check against the schema of the OMG that SpiffWorkflow brings."""
    drawn = process(made_up(workflow, parties))
    parser = BpmnParser(validator=BpmnValidator())
    parser.add_bpmn_str(drawn.text.encode())
    return drawn, parser.get_spec(workflow.name)


@cache
def collegial_process(parties: int) -> tuple[Process, BpmnProcessSpec]:
    return loaded(collegial(), parties)


def played(workflow: Workflow, parties: int, deeds: list[tuple[int, int]]) -> None:
    drawn = collegial_process(parties) if workflow is collegial() else loaded(workflow, parties)
    both = Forward(workflow, parties, lambda _: Running(*drawn))
    for way, which in deeds:
        if not both.do(way, which):
            break


@settings(RUNS, max_examples=8)
@given(parties=st.sampled_from([2, 3]), deeds=tries)
def test_the_process_stands_where_the_engine_stands(parties: int, deeds: list[tuple[int, int]]) -> None:
    played(collegial(), parties, deeds)


@pytest.mark.full
@settings(RUNS, max_examples=1000)
@given(parties=st.sampled_from([2, 3]), deeds=tries)
def test_the_process_stands_where_the_engine_stands_thousands_of_times(
    parties: int, deeds: list[tuple[int, int]]
) -> None:
    played(collegial(), parties, deeds)


@settings(RUNS, max_examples=8)
@given(workflow=definitions(), parties=st.sampled_from([2, 3]), deeds=tries)
def test_so_do_processes_of_made_up_definitions(
    workflow: Workflow | None, parties: int, deeds: list[tuple[int, int]]
) -> None:
    if workflow is not None:
        played(workflow, parties, deeds)


@pytest.mark.full
@settings(RUNS, max_examples=2000)
@given(workflow=definitions(), parties=st.sampled_from([2, 3]), deeds=tries)
def test_so_do_processes_of_thousands_of_made_up_definitions(
    workflow: Workflow | None, parties: int, deeds: list[tuple[int, int]]
) -> None:
    if workflow is not None:
        played(workflow, parties, deeds)
