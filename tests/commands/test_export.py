"""`peerreview workflow draw --format scxml|bpmn`: documents that other programs read."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from peerreview.cli import commands
from peerreview.errors import Invalid

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent")


def drawn(*options: str, workflow: str = "collegial-review") -> ET.Element:
    result = CliRunner().invoke(commands, ["workflow", "draw", workflow, *options])
    assert result.exit_code == 0, result.output
    return ET.fromstring(result.output)


@pytest.mark.parametrize("parties", [2, 3])
def test_a_statechart_has_a_region_for_each_instance(parties: int) -> None:
    chart = drawn("--format", "scxml", "--parties", str(parties))
    names = {state.get("id") for state in chart.iter("{http://www.w3.org/2005/07/scxml}state")}
    assert {f"exchange-collect-{p + 1}.active" for p in range(parties)} <= names
    assert f"exchange-collect-{parties + 1}.active" not in names


@pytest.mark.parametrize("parties", [2, 3])
def test_a_process_has_a_lane_a_side_and_a_place_for_every_shape(parties: int) -> None:
    process = drawn("--format", "bpmn", "--parties", str(parties), "--lang", "en")
    lanes = [lane.get("name") for lane in process.iter(f"{BPMN}lane")]
    assert lanes == ["Everybody", *(f"Side {p + 1}" for p in range(parties))]
    flows = {flow.get("id") for flow in process.iter(f"{BPMN}sequenceFlow")}
    nodes = {ref.text for ref in process.iter(f"{BPMN}flowNodeRef")}
    shapes = {shape.get("bpmnElement") for shape in process.iter(f"{DI}BPMNShape")}
    assert nodes < shapes
    assert {edge.get("bpmnElement") for edge in process.iter(f"{DI}BPMNEdge")} == flows


def test_no_two_shapes_of_a_process_stand_on_each_other() -> None:
    process = drawn("--format", "bpmn", "--parties", "3")
    boxes = []
    for shape in process.iter(f"{DI}BPMNShape"):
        kind = shape.get("bpmnElement") or ""
        if shape.get("isHorizontal") or kind.endswith((".done", ".time")):
            continue  # Lanes hold shapes, and what interrupts a task sits on its edge.
        (bounds,) = shape
        x, y, width, height = (int(bounds.get(key) or 0) for key in ("x", "y", "width", "height"))
        boxes.append((x, y, x + width, y + height, kind))
    assert [
        (one[4], other[4])
        for number, one in enumerate(boxes)
        for other in boxes[number + 1 :]
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ] == []


def test_too_many_sides_are_refused() -> None:
    result = CliRunner().invoke(
        commands, ["workflow", "draw", "collegial-review", "--format", "bpmn", "--parties", "4"]
    )
    assert isinstance(result.exception, Invalid)


@pytest.mark.parametrize("workflow", ["collegial-review", "round"])
def test_a_statecharts_name_is_a_name_in_javascript_too(workflow: str) -> None:
    chart = drawn("--format", "scxml", workflow=workflow)
    assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", chart.get("name") or "")


@pytest.mark.parametrize("workflow", ["collegial-review", "round"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_events_choices_and_their_ways_are_labelled(workflow: str, language: str) -> None:
    process = drawn("--format", "bpmn", "--lang", language, workflow=workflow)
    flows = list(process.iter(f"{BPMN}sequenceFlow"))
    ways = {
        gateway.get("id"): [flow for flow in flows if flow.get("sourceRef") == gateway.get("id")]
        for gateway in process.iter(f"{BPMN}exclusiveGateway")
    }
    choices = [
        gateway for gateway in process.iter(f"{BPMN}exclusiveGateway") if len(ways[gateway.get("id")]) > 1
    ]
    events = [one for kind in EVENTS for one in process.iter(f"{BPMN}{kind}")]
    forks = [flow for gateway in choices for flow in ways[gateway.get("id")]]
    conditional = [flow for flow in flows if flow.find(f"{BPMN}conditionExpression") is not None]
    unnamed = [one.get("id") for one in [*choices, *events, *forks, *conditional] if not one.get("name")]
    assert unnamed == []
    assert events
    assert workflow == "round" or (choices and conditional)
