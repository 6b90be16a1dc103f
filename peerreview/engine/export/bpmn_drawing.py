"""Where the shapes of a BPMN process stand: lanes above each other, columns from left to right (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from xml.etree import ElementTree as ET

DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
LEFT, HEADER, COLUMN, ROW = 30, 30, 150, 150
SIZES = {"userTask": (110, 80), "Gateway": (50, 50), "Event": (36, 36)}

Point = tuple[int, int]


class Turn(Enum):
    """Which way a flow goes: straight on, or around what stands between, below or above it."""

    STRAIGHT = "straight"
    BELOW = "below"
    ABOVE = "above"


@dataclass(eq=False)
class Node:
    """A shape and what it means; `default` is the flow taken where no condition holds."""

    kind: str
    id: str
    words: str
    lane: int
    x: int
    y: int
    width: int
    height: int
    condition: str = ""
    default: str = ""
    defaults_to_next: bool = False
    else_words: str = ""
    terminates: bool = False
    attached: Node | None = None

    @property
    def middle(self) -> int:
        return self.y + self.height // 2

    @property
    def centre(self) -> int:
        return self.x + self.width // 2


@dataclass(eq=False)
class Flow:
    id: str
    source: Node
    target: Node
    condition: str
    points: tuple[Point, ...]
    words: str = ""


@dataclass
class Canvas:
    """What is drawn so far; `column` is where the next shape goes."""

    lanes: list[str]
    column: int = 0
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    tops: list[int] = field(default_factory=list)
    widest: int = 0

    def lay_out(self, rows: Mapping[int, int]) -> None:
        """How high each lane is."""
        self.tops = [0]
        for lane in range(len(self.lanes)):
            self.tops.append(self.tops[-1] + ROW * max(rows.get(lane, 1), 1))

    def node(self, kind: str, name: str, words: str, lane: int, row: int, *, above: int = 0) -> Node:
        """A shape in the next column; `above`: in a corner over the one before, taking no column."""
        width, height = next(size for end, size in SIZES.items() if kind.endswith(end))
        column = self.column - 1 if above else self.column
        x = LEFT + HEADER + column * COLUMN + (COLUMN - width) // 2
        y = self.tops[lane] + row * ROW + (ROW - height) // 2
        if above:
            x, y = x + 50 * above, y - 45
        node = Node(kind, name, words, lane, x, y, width, height)
        self.nodes.append(node)
        if not above:
            self.column += 1
            self.widest = max(self.widest, self.column)
        return node

    def boundary(self, task: Node, name: str, words: str, number: int) -> Node:
        """An event on the lower edge of a task."""
        x, y = task.x + 10 + 46 * number, task.y + task.height - 18
        node = Node("boundaryEvent", name, words, task.lane, x, y, *SIZES["Event"], attached=task)
        self.nodes.append(node)
        return node

    def flow(
        self, source: Node, target: Node, condition: str = "", words: str = "", *, turn: Turn = Turn.STRAIGHT
    ) -> str:
        """A way from one to the other, taken where the condition holds; `words` say which way it is of several."""
        name = f"flow.{len(self.flows) + 1}"
        if source.defaults_to_next and turn is Turn.STRAIGHT:
            words = words or source.else_words
        self.flows.append(Flow(name, source, target, condition, _way(source, target, turn), words))
        if source.defaults_to_next and turn is Turn.STRAIGHT:
            source.default = name
        return name

    def draw(self, root: ET.Element) -> None:
        """The shapes and edges, as modellers read them."""
        diagram = ET.SubElement(root, f"{{{DI}}}BPMNDiagram", id="diagram")
        plane = ET.SubElement(diagram, f"{{{DI}}}BPMNPlane", id="plane", bpmnElement="collaboration")
        width, height = HEADER + self.widest * COLUMN, self.tops[-1]
        _shape(plane, "review", (LEFT, 0, LEFT + width, height), horizontal=True)
        for number, (top, below) in enumerate(zip(self.tops, self.tops[1:], strict=False)):
            _shape(plane, f"lane.{number}", (LEFT + HEADER, top, width, below - top), horizontal=True)
        for node in self.nodes:
            _shape(plane, node.id, (node.x, node.y, node.width, node.height))
        for flow in self.flows:
            edge = ET.SubElement(plane, f"{{{DI}}}BPMNEdge", id=f"{flow.id}.edge", bpmnElement=flow.id)
            for x, y in flow.points:
                ET.SubElement(edge, f"{{{DD}}}waypoint", x=str(x), y=str(y))


def _way(source: Node, target: Node, turn: Turn) -> tuple[Point, ...]:
    if turn is Turn.BELOW:
        below = max(source.y + source.height, target.y + target.height) + 12
        return (
            (source.centre, source.y + source.height), (source.centre, below),
            (target.centre, below), (target.centre, target.y + target.height),
        )  # fmt: skip
    if turn is Turn.ABOVE:
        return (source.centre, source.y), (source.centre, target.middle), (target.x, target.middle)
    start, end = (source.x + source.width, source.middle), (target.x, target.middle)
    if start[1] == end[1]:
        return start, end
    bend = start[0] + 15 if source.kind == "parallelGateway" else end[0] - 15
    return start, (bend, start[1]), (bend, end[1]), end


def _shape(plane: ET.Element, of: str, box: tuple[int, int, int, int], *, horizontal: bool = False) -> None:
    attributes = {"id": f"{of}.shape", "bpmnElement": of, **({"isHorizontal": "true"} if horizontal else {})}
    shape = ET.SubElement(plane, f"{{{DI}}}BPMNShape", attributes)
    x, y, width, height = map(str, box)
    ET.SubElement(shape, f"{{{DC}}}Bounds", x=x, y=y, width=width, height=height)
