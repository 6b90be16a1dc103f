"""The exported statechart in python-statemachine's SCXML interpreter stands where our engine stands."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statemachine import StateChart
from statemachine.io import load

from peerreview.engine.export.chart_parts import STATES
from peerreview.engine.export.scxml import Chart, chart
from peerreview.engine.export.unfolding import made_up, name_of
from peerreview.engine.language.definition import Workflow
from peerreview.engine.running.case import ACTIVE, Case, FactKey, Place

from ..oracle_definitions import definitions
from ..oracles import Twice
from ..play import collegial

one = st.tuples(st.integers(0, 12), st.integers(0, 5000))
few, tries = st.lists(one, max_size=12), st.lists(one, max_size=40)

# A machine that others use too is given some slack.
RUNS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


class Statechart:
    """A running chart. What is loaded is filled with its data once only: each run brings its own."""

    def __init__(self, drawn: Chart, machine: type[StateChart]):
        self.names = drawn.names
        self.data = SimpleNamespace(**dict.fromkeys(drawn.names.of.values(), 0))
        self.machine = machine(self.data)

    def send(self, event: str) -> None:
        self.machine.send(event)

    def wrote(self, key: FactKey, value: Any) -> None:
        told = value if isinstance(value, str) else int(bool(value))
        self.machine.send(f"fact.{self.names.of[key]}", value=told)

    def clock(self, place: Place, what: str, come: bool) -> None:
        self.machine.send(f"{what}.{name_of(place)}", value=int(come))

    def state(self, place: Place) -> str:
        stands = self.machine.configuration_values
        return next((s for s in STATES if f"{name_of(place)}.{s}" in stands), "")

    def ended(self) -> str | None:
        ends = [str(v) for v in self.machine.configuration_values if str(v).startswith("end.")]
        return ends[0].removeprefix("end.") if ends else None


@cache
def collegial_chart(parties: int) -> tuple[Chart, type[StateChart]]:
    drawn = chart(made_up(collegial(), parties))
    return drawn, load(drawn.text, format="scxml")


def played(workflow: Workflow, parties: int, deeds: list[tuple[int, int]]) -> None:
    def oracle(case: Case) -> Statechart:
        if workflow is collegial():
            return Statechart(*collegial_chart(parties))
        drawn = chart(case)
        return Statechart(drawn, load(drawn.text, format="scxml"))

    twice = Twice(workflow, parties, oracle)
    for way, which in deeds:
        if not twice.do(way, which):
            break


@settings(RUNS, max_examples=4)
@given(parties=st.sampled_from([2, 3]), deeds=few)
def test_the_chart_stands_where_the_engine_stands(parties: int, deeds: list[tuple[int, int]]) -> None:
    played(collegial(), parties, deeds)


@pytest.mark.parametrize(("opened", "finish"), [(False, (0, 2)), (True, (0, 2)), (True, (2,))])
def test_so_it_does_when_a_side_leaves_a_ring(opened: bool, finish: tuple[int, ...]) -> None:
    """The two others review each other; or, once something is open, those who still can finish what they began."""
    twice = Twice(collegial(), 3, lambda case: Statechart(*collegial_chart(3)))
    if opened:
        # What side 1 needs to finish its review of the one that leaves.
        twice.write(("materials", "opened", 1), True)
    twice.withdraw(1, finish)
    standing = twice.case.standing
    assert (standing.withdrawn, len(standing.given_up)) == ({1}, 3 - len(finish) if opened else 0)
    for which in range(8):
        twice.do(0, which)
    assert twice.case.standing.state("teams", finish[-1]) == ACTIVE


@pytest.mark.full
@settings(RUNS, max_examples=300)
@given(parties=st.sampled_from([2, 3]), deeds=tries)
def test_the_chart_stands_where_the_engine_stands_a_thousand_times(
    parties: int, deeds: list[tuple[int, int]]
) -> None:
    played(collegial(), parties, deeds)


@settings(RUNS, max_examples=5)
@given(workflow=definitions(), parties=st.sampled_from([2, 3]), deeds=few)
def test_so_do_charts_of_made_up_definitions(
    workflow: Workflow | None, parties: int, deeds: list[tuple[int, int]]
) -> None:
    if workflow is not None:
        played(workflow, parties, deeds)


@pytest.mark.full
@settings(RUNS, max_examples=2000)
@given(workflow=definitions(), parties=st.sampled_from([2, 3]), deeds=tries)
def test_so_do_charts_of_thousands_of_made_up_definitions(
    workflow: Workflow | None, parties: int, deeds: list[tuple[int, int]]
) -> None:
    if workflow is not None:
        played(workflow, parties, deeds)
