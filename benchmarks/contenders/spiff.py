"""SpiffWorkflow: the process loaded from its row, the task run, the process saved with a row of history.

The process is a small one of seven tasks (`--small`), or the one that we export of collegial-review."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from peerreview.engine.export.bpmn import process
from peerreview.engine.export.unfolding import made_up
from tests.engine.play import collegial

from .line import Step, serve
from .tables import Tables

SIDES = ("a", "b")
SMALL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="bench" id="d">
<process id="review" isExecutable="true">
<startEvent id="start"/><parallelGateway id="split"/><parallelGateway id="join"/>
<userTask id="closing"/><endEvent id="end"/>
<sequenceFlow id="f1" sourceRef="start" targetRef="split"/>
{sides}
<sequenceFlow id="f2" sourceRef="join" targetRef="closing"/>
<sequenceFlow id="f3" sourceRef="closing" targetRef="end"/>
</process></definitions>"""


def small() -> str:
    """Two sides at once, each collects, studies and writes; when both have, one closing."""
    found = []
    for side in SIDES:
        path = ("split", f"collect_{side}", f"study_{side}", f"write_{side}", "join")
        found += [f'<userTask id="{task}"/>' for task in path[1:-1]]
        found += [
            f'<sequenceFlow id="{side}{n}" sourceRef="{a}" targetRef="{b}"/>'
            for n, (a, b) in enumerate(pairwise(path))
        ]
    return SMALL.format(sides="\n".join(found))


def begun_small() -> tuple[BpmnWorkflow, str]:
    parser = BpmnParser()
    parser.add_bpmn_str(small().encode())
    running = BpmnWorkflow(parser.get_spec("review"))
    running.do_engine_steps()
    return running, "collect_a"


def begun_ours() -> tuple[BpmnWorkflow, str]:
    """Our exported process, brought to where both sides collect: every condition on its way holds."""
    drawn = process(made_up(collegial(), 2))
    parser = BpmnParser()
    parser.add_bpmn_str(drawn.text.encode())
    running = BpmnWorkflow(parser.get_spec(parser.get_process_ids()[0]))
    # Everything is so but what comes of the materials: with that the process would run past them.
    facts = {name: int(key[0] != "materials") for key, name in drawn.names.of.items()}
    running.data["data_objects"] = facts
    for _ in range(100):
        refreshed(running)
        ready = {t.task_spec.name: t for t in running.get_tasks(state=TaskState.READY)}
        collecting = sorted(name for name in ready if "collect" in name)
        if collecting:
            return running, collecting[0]
        for task in ready.values():
            task.data["outcome"] = ""
            task.run()
    raise RuntimeError("the exported process does not come to where materials are collected")


def refreshed(running: BpmnWorkflow) -> None:
    """What waits for a condition looks whether it has come true: SpiffWorkflow itself looks at timers alone."""
    running.do_engine_steps()
    for task in list(running.event_manager.tasks.values()):
        task.task_spec._update(task)
    running.do_engine_steps()


def prepare(url: str, synchronous: str, steps: int) -> Iterator[Step]:
    tables = Tables(url, synchronous)
    is_small = "--small" in sys.argv
    running, name = begun_small() if is_small else begun_ours()
    serializer = BpmnWorkflowSerializer()
    saved = serializer.serialize_json(running)
    with tables.transaction():
        for number in range(steps):
            tables.run("INSERT INTO review VALUES (?, ?)", number, saved)

    def step(number: int) -> None:
        with tables.transaction():
            lock = "" if tables.sqlite else " FOR UPDATE"
            (text,) = tables.run(f"SELECT state FROM review WHERE id = ?{lock}", number).fetchone()
            loaded = serializer.deserialize_json(text)
            (task,) = (t for t in loaded.get_tasks(state=TaskState.READY) if t.task_spec.name == name)
            task.data["outcome"] = "hand_in"
            task.run()
            if is_small:
                loaded.do_engine_steps()
            else:
                refreshed(loaded)
            tables.run("UPDATE review SET state = ? WHERE id = ?", serializer.serialize_json(loaded), number)
            now = datetime.now(UTC).isoformat()
            row = (number, "hand_in", 1, now)
            tables.run("INSERT INTO history (review_id, deed, person, at) VALUES (?, ?, ?, ?)", *row)

    for number in range(steps):
        yield partial(step, number)


if __name__ == "__main__":
    serve(prepare)
