"""A workflow as a BPMN 2.0 process with lanes and coordinates: its forward flow, joins, waits and ends (pure).

Each instance of a step is a user task in its side's lane, or in everybody's; copies and branches run between parallel
gateways. A wait is an event with a condition, and so is what ends a step without an action (`done_when`, `ends_after`):
dates are conditions too, since working days and rests are ours. Facts are data objects, told from outside.
Not in it: going back, going on without, resting, withdrawing, what holds everywhere, and actions of whole blocks. Where
a side says no and the others could go on, its end is the one that the lead may choose; going on is a withdrawing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import NamedTuple
from xml.etree import ElementTree as ET

from ...errors import Text
from ..language.definition import Workflow
from ..running.case import Case, Scope
from .bpmn_drawing import DC, DD, DI, Canvas, Node, Turn
from .expressions import Expressions, all_of, any_of
from .unfolding import Instance, Names, made_up, unfold

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
FORMAL = "bpmn:tFormalExpression"
ALL = Text.of({"sv": "Alla", "en": "Everybody"})
SIDE = Text.of({"sv": "Sida", "en": "Side"})
DATE = Text.of({"sv": "Dagen är inne", "en": "The day has come"})
DONE = Text.of({"sv": "Allt är gjort", "en": "All is done"})
WAITS = Text.of({"sv": "Väntar", "en": "Waits"})
BEGINS = Text.of({"sv": "Start", "en": "Start"})
YES = Text.of({"sv": "Ja", "en": "Yes"})
NO = Text.of({"sv": "Nej", "en": "No"})
WHAT_NEXT = Text.of({"sv": "Hur går det vidare?", "en": "How does it go on?"})
GOES_ON = Text.of({"sv": "Fortsätter", "en": "Goes on"})
TAKES_PLACE = Text.of({"sv": "Görs steget?", "en": "Takes place?"})
OUTCOME = "outcome"
for prefix, space in {"bpmn": MODEL, "bpmndi": DI, "dc": DC, "di": DD}.items():
    ET.register_namespace(prefix, space)
_WORDS = {"&&": "and", "||": "or", "true": "True", "false": "False"}


class Process(NamedTuple):
    """`text`: the document; `names`: what each fact, record and date is called in it."""

    text: str
    names: Names


class Part(NamedTuple):
    """Something with one way in and one way out."""

    first: Node
    last: Node


def bpmn(workflow: Workflow, parties: int, language: str = "sv") -> str:
    """The process of a made-up review of `parties`, its words in `language`."""
    return process(made_up(workflow, parties), language).text


def process(case: Case, language: str = "sv") -> Process:
    return _Writer(case, language).written()


def _python(expression: str) -> str:
    """The expression as Python reads it: what runs BPMN here does; what stands between quotes stays."""
    return re.sub(r"'[^']*'|&&|\|\||\b(?:true|false)\b", lambda m: _WORDS.get(m[0], m[0]), expression)


class _Writer:
    def __init__(self, case: Case, language: str):
        self.case, self.language = case, language
        self.names = Names(case.workflow)
        self.tell = Expressions(case, self.names)
        self.canvas = Canvas(
            [ALL.get(language), *(f"{SIDE.get(language)} {p + 1}" for p in case.standing.parties)]
        )

    def written(self) -> Process:
        top = unfold(self.case)
        self.canvas.lay_out(_rows(top, together=False))
        main, end = next(iter(self.case.workflow.ends.items()))
        begins = self.canvas.node("startEvent", "begins", BEGINS.get(self.language), 0, 0)
        whole = self._sequence(top, 0)
        ends = self.canvas.node("endEvent", f"end.{main}", end.title.get(self.language), 0, 0)
        self.canvas.flow(begins, whole.first if whole else ends)
        if whole:
            self.canvas.flow(whole.last, ends)
        return Process(self._document(), self.names)

    # ---- blocks

    def _sequence(self, instances: tuple[Instance, ...], row: int) -> Part | None:
        """Steps in order: each begins when all copies of the one before are over."""
        found: Part | None = None
        for _, copies in _by_step(instances):
            part = self._copies(tuple(copies), row)
            if found is not None:
                self.canvas.flow(found.last, part.first)
            found = Part(found.first, part.last) if found else part
        return found

    def _copies(self, copies: tuple[Instance, ...], row: int) -> Part:
        if not copies[0].step.each:
            return self._instance(copies[0], row)
        name = _gateway_name(copies[0])
        return self._parallel(name, _lane(_outer(copies[0])), [((copy,), copy) for copy in copies], row)

    def _together(self, instance: Instance, row: int) -> Part | None:
        branches = [tuple(copies) for _, copies in _by_step(instance.inside)]
        if not branches:
            return None
        many = [(b, b[0] if not b[0].step.each else None) for b in branches]
        return self._parallel(f"{instance.name}.together", _lane(instance.scope), many, row)

    def _parallel(
        self, name: str, lane: int, branches: list[tuple[tuple[Instance, ...], Instance | None]], row: int
    ) -> Part:
        """Branches side by side, each on rows of its own."""
        split = self.canvas.node("parallelGateway", f"{name}.split", "", lane, row)
        begun, furthest, ends = self.canvas.column, self.canvas.column, []
        rows: dict[int, int] = {}
        for instances, single in branches:
            self.canvas.column = begun
            needs = _rows(instances, together=False)
            at = row + max((rows.get(used, 0) for used in needs), default=0)
            part = self._instance(single, at) if single else self._copies(instances, at)
            self.canvas.flow(split, part.first)
            ends.append(part.last)
            furthest = max(furthest, self.canvas.column)
            for used, number in needs.items():
                rows[used] = at - row + number
        self.canvas.column = furthest
        join = self.canvas.node("parallelGateway", f"{name}.join", "", lane, row)
        for end in ends:
            self.canvas.flow(end, join)
        return Part(split, join)

    # ---- one instance

    def _instance(self, instance: Instance, row: int) -> Part:
        """What it waits for, what it is, and how it ends; skipped where its `if` does not hold."""
        step, lane, name = instance.step, _lane(instance.scope), instance.name
        parts: list[Part] = []
        choice = None
        if step.condition is not None:
            words = TAKES_PLACE.get(self.language)
            choice = self.canvas.node("exclusiveGateway", f"{name}.if", words, lane, row)
            parts.append(Part(choice, choice))
        waits = self._wait(instance, row)
        parts += [Part(waits, waits)] if waits else []
        boundaries: list[Node] = []
        if step.children:
            inner = self._sequence(instance.inside, row) if step.steps else self._together(instance, row)
            parts += [inner] if inner else []
        else:
            part, boundaries = self._leaf(instance, row)
            parts.append(part)
        if choice or boundaries or not parts:
            merge = self.canvas.node("exclusiveGateway", f"{name}.over", "", lane, row)
            parts.append(Part(merge, merge))
            for boundary in boundaries:
                self.canvas.flow(boundary, merge, turn=Turn.BELOW)
        for number, (one, other) in enumerate(pairwise(parts)):
            holds = self.tell.of(step.condition, instance.scope) if choice and number == 0 else ""
            self.canvas.flow(one.last, other.first, _python(holds), YES.get(self.language) if holds else "")
        if choice:
            no = NO.get(self.language)
            choice.default = self.canvas.flow(choice, parts[-1].last, words=no, turn=Turn.BELOW)
        return Part(parts[0].first, parts[-1].last)

    def _wait(self, instance: Instance, row: int) -> Node | None:
        step, parts, words = instance.step, [], []
        if step.starts_when is not None:
            parts.append(self.tell.of(step.starts_when, instance.scope))
            words.append(WAITS.get(self.language))
        if step.opens is not None:
            parts.append(self.names.clock(instance.place, "opens"))
            words.append(DATE.get(self.language))
        if not parts:
            return None
        node = self.canvas.node(
            "intermediateCatchEvent", f"{instance.name}.waits", words[-1], _lane(instance.scope), row
        )
        node.condition = _python(all_of(parts))
        return node

    def _leaf(self, instance: Instance, row: int) -> tuple[Part, list[Node]]:
        step, lane = instance.step, _lane(instance.scope)
        task = self.canvas.node("userTask", instance.name, step.title.get(self.language), lane, row)
        boundaries: list[Node] = []
        found = []
        if step.done_when is not None:
            found.append(("done", DONE, self.tell.of(step.done_when, instance.scope)))
        if step.ends_after is not None:
            found.append(("time", DATE, self.names.clock(instance.place, "ends")))
        for key, words, condition in found:
            node = self.canvas.boundary(
                task, f"{instance.name}.{key}", words.get(self.language), len(boundaries)
            )
            node.condition = _python(any_of([condition]))
            boundaries.append(node)
        last = self._outcomes(instance, task, row)
        return Part(task, last), boundaries

    def _outcomes(self, instance: Instance, task: Node, row: int) -> Node:
        """Where an action of the step leads to an end of everything: which action it was is asked."""
        ending = [a for a in instance.step.actions.values() if a.to in self.case.workflow.ends]
        if not ending:
            return task
        lane = _lane(instance.scope)
        gateway = self.canvas.node(
            "exclusiveGateway", f"{instance.name}.outcome", WHAT_NEXT.get(self.language), lane, row
        )
        self.canvas.flow(task, gateway)
        for number, action in enumerate(ending):
            end = self.case.workflow.ends[action.to or ""]
            name = f"{instance.name}.{action.key}"
            node = self.canvas.node(
                "endEvent", name, end.title.get(self.language), lane, row, above=number + 1
            )
            node.terminates = True
            words = action.title.get(self.language)
            self.canvas.flow(gateway, node, f"{OUTCOME} == '{action.key}'", words, turn=Turn.ABOVE)
        # Its default is the flow on, which is the next one drawn from it.
        gateway.defaults_to_next, gateway.else_words = True, GOES_ON.get(self.language)
        return gateway

    # ---- the document

    def _document(self) -> str:
        workflow = self.case.workflow
        root = ET.Element(f"{{{MODEL}}}definitions", {"id": "definitions", "targetNamespace": workflow.name})
        collaboration = ET.SubElement(root, f"{{{MODEL}}}collaboration", id="collaboration")
        title = workflow.title.get(self.language)
        ET.SubElement(
            collaboration, f"{{{MODEL}}}participant", id="review", name=title, processRef=workflow.name
        )
        body = ET.SubElement(root, f"{{{MODEL}}}process", id=workflow.name, name=title, isExecutable="true")
        lanes = ET.SubElement(body, f"{{{MODEL}}}laneSet", id="lanes")
        for number, words in enumerate(self.canvas.lanes):
            lane = ET.SubElement(lanes, f"{{{MODEL}}}lane", id=f"lane.{number}", name=words)
            for node in self.canvas.nodes:
                if node.lane == number:
                    ET.SubElement(lane, f"{{{MODEL}}}flowNodeRef").text = node.id
        for name in self.names.of.values():
            ET.SubElement(body, f"{{{MODEL}}}dataObject", id=name, name=name)
        for node in self.canvas.nodes:
            self._node(body, node)
        for flow in self.canvas.flows:
            ends = {"sourceRef": flow.source.id, "targetRef": flow.target.id}
            named = {"id": flow.id, **({"name": flow.words} if flow.words else {}), **ends}
            element = ET.SubElement(body, f"{{{MODEL}}}sequenceFlow", named)
            if flow.condition:
                expression = ET.SubElement(element, f"{{{MODEL}}}conditionExpression", {TYPE: FORMAL})
                expression.text = flow.condition
        self.canvas.draw(root)
        ET.indent(root, " ")
        return ET.tostring(root, encoding="unicode") + "\n"

    def _node(self, body: ET.Element, node: Node) -> None:
        attributes = {"id": node.id, "name": node.words, "default": node.default}
        attributes["attachedToRef"] = node.attached.id if node.attached else ""
        element = ET.SubElement(body, f"{{{MODEL}}}{node.kind}", {k: v for k, v in attributes.items() if v})
        for way, flows in (("incoming", [f.id for f in self.canvas.flows if f.target is node]),
                           ("outgoing", [f.id for f in self.canvas.flows if f.source is node])):  # fmt: skip
            for flow in flows:
                ET.SubElement(element, f"{{{MODEL}}}{way}").text = flow
        if node.condition:
            event = ET.SubElement(element, f"{{{MODEL}}}conditionalEventDefinition", id=f"{node.id}.when")
            condition = ET.SubElement(event, f"{{{MODEL}}}condition", {TYPE: FORMAL})
            condition.text = node.condition
        if node.terminates:
            ET.SubElement(element, f"{{{MODEL}}}terminateEventDefinition", id=f"{node.id}.all")


def _lane(scope: Scope) -> int:
    return 0 if scope.party is None else scope.party + 1


def _outer(instance: Instance) -> Scope:
    return instance.above[-1][1] if instance.above else Scope()


def _gateway_name(instance: Instance) -> str:
    whose = _outer(instance).party
    return instance.step.path.replace("/", "-") + (f"-{whose + 1}" if whose is not None else "") + ".each"


def _by_step(instances: Iterable[Instance]) -> Iterator[tuple[str, Iterator[Instance]]]:
    return groupby(instances, key=lambda instance: instance.step.path)


def _rows(instances: tuple[Instance, ...], *, together: bool) -> dict[int, int]:
    """How many rows of each lane some steps need: side by side they add up, in order they share."""
    found: dict[int, int] = {}
    for _, group in _by_step(instances):
        needs: dict[int, int] = {}
        for copy in group:
            own = _rows(copy.inside, together=bool(copy.step.together)) if copy.inside else {}
            own.setdefault(_lane(copy.scope), 1)
            for lane, number in own.items():
                needs[lane] = needs.get(lane, 0) + number
        for lane, number in needs.items():
            found[lane] = found.get(lane, 0) + number if together else max(found.get(lane, 0), number)
    return found
