"""The workflow as a drawing: everything is in it, nothing overlaps, words fit, a list says the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerreview.engine.language.reader import read
from peerreview.rendering.pictures import drawing
from peerreview.rendering.pictures.drawn import (
    ALL,
    PERSON,
    SIDE,
    Group,
    Join,
    Lane,
    Part,
    Plan,
    Step,
    Stop,
    Wait,
    spoken,
    steps_of,
)
from peerreview.rendering.pictures.lettering import lines, width
from peerreview.rendering.pictures.marks import STATE_WORDS
from peerreview.rendering.pictures.picture import NARROW, WIDE, Box, Look, Picture, Row
from peerreview.rendering.pictures.placing import place
from peerreview.rendering.words import say
from peerreview.services.workflows.drawing import blank

WORKFLOW = read((Path(__file__).parents[2] / "workflows" / "collegial-review.yaml").read_bytes(), "w.yaml")
LOOKS = pytest.mark.parametrize("look", [WIDE, NARROW], ids=lambda look: look.name)
LANGUAGES = pytest.mark.parametrize("language", ["sv", "en"])
SIDES = pytest.mark.parametrize("sides", [2, 3])
# What lies behind the rest: a lane, and the frame around what runs at the same time.
BEHIND = ("lane", "frame")


def shipped(sides: int, language: str) -> Plan:
    said: Plan = spoken(blank(WORKFLOW, sides), lambda value: say(value, language))
    return said


def faults(picture: Picture) -> Iterator[str]:
    """Boxes that lie on each other, words that leave their box or lie on other words, all that leaves the drawing."""
    solid = [box for box in picture.boxes if box.kind not in BEHIND]
    for one, other in combinations(solid, 2):
        if apart(one, other) < 0:
            yield f"{one.kind} {one.key} and {other.kind} {other.key} overlap"
    for box in picture.boxes:
        if box.x < -0.1 or box.right > picture.look.width + 0.1 or box.bottom > picture.height + 0.1:
            yield f"{box.kind} {box.key} leaves the drawing"
        for row in box.rows:
            if row.x < box.x or row.x + row.width > box.right + 0.1:
                yield f"{row.text!r} is wider than its box"
            if row.y - row.size < box.y - 0.1 or row.y + row.size * 0.25 > box.bottom + 0.1:
                yield f"{row.text!r} is higher or lower than its box"
        for first, second in combinations(box.rows, 2):
            if crossing(first, second):
                yield f"{first.text!r} lies on {second.text!r}"
    for frame in (box for box in picture.boxes if box.kind == "frame"):
        for box in solid:
            if apart(frame, box) < 0 and not within(box, frame):
                yield f"{box.kind} {box.key} stands on the edge of a frame"


def apart(one: Box, other: Box) -> float:
    """How far from each other; below zero where they overlap."""
    across = max(one.x, other.x) - min(one.right, other.right)
    down = max(one.y, other.y) - min(one.bottom, other.bottom)
    return max(across, down) + 0.05


def within(box: Box, frame: Box) -> bool:
    return (
        frame.x <= box.x
        and box.right <= frame.right
        and frame.y <= box.y
        and box.bottom <= frame.bottom + 0.05
    )


def crossing(one: Row, other: Row) -> bool:
    return (
        abs(one.y - other.y) < min(one.size, other.size)
        and one.x < other.x + other.width
        and other.x < one.x + one.width
    )


def loose_ends(picture: Picture) -> Iterator[str]:
    """Lines that do not lead from one box to another, or that run through one."""
    solid = [box for box in picture.boxes if box.kind != "lane"]
    for way in picture.ways:
        if way.kind != "way":
            continue
        touching = [box for box in solid if box.x - 0.1 <= way.x1 <= box.right + 0.1 and box.kind != "frame"]
        if not any(abs(box.y - way.y2) < 0.1 or abs(box.bottom - way.y1) < 0.1 for box in solid):
            yield f"the line at {way.x1:.0f}, {way.y1:.0f} leads nowhere"
        if any(box.y + 0.1 < way.y2 and way.y1 < box.bottom - 0.1 for box in touching):
            yield f"the line at {way.x1:.0f}, {way.y1:.0f} runs through a box"


@LOOKS
@LANGUAGES
@SIDES
def test_the_shipped_workflow_is_drawn_without_a_fault(look: Look, language: str, sides: int) -> None:
    picture = place(shipped(sides, language), look)
    assert [*faults(picture), *loose_ends(picture)] == []
    wanted = {step.path for step in WORKFLOW.walk() if not step.children}
    assert {box.key for box in picture.boxes if box.kind == "step"} == wanted


@SIDES
def test_each_side_has_a_box_in_its_own_lane(sides: int) -> None:
    picture = place(shipped(sides, "sv"), NARROW)
    lanes = [box for box in picture.boxes if box.kind == "lane"]
    for step in WORKFLOW.walk():
        if step.children:
            continue
        boxes = [box for box in picture.boxes if box.kind == "step" and box.key == step.path]
        if not WORKFLOW.scope(step.path):
            assert [(box.x, box.right) for box in boxes] == [(lanes[0].x, lanes[-1].right)]
        else:
            assert len(boxes) == sides
            for box, lane in zip(boxes, lanes, strict=True):
                assert lane.x <= box.x
                assert box.right <= lane.right


def test_the_lead_has_a_lane_where_there_is_room_and_a_strip_where_there_is_not() -> None:
    plan = shipped(2, "en")
    wide, narrow = place(plan, WIDE), place(plan, NARROW)
    assert [row.text for box in wide.boxes if box.kind == "head" for row in box.rows][-1] == "Project lead"
    strips = [" ".join(row.text for row in box.rows) for box in narrow.boxes if box.kind == "lead"]
    assert "Project lead: Accept unlike teams" in strips


def xml(plan: Plan, language: str = "en") -> ElementTree.Element:
    return ElementTree.fromstring(drawing.drawing(plan, language=language))


@LANGUAGES
def test_the_drawing_is_an_image_with_a_title_and_a_description(language: str) -> None:
    plan = shipped(2, language)
    figure = xml(plan, language)
    images = [svg for svg in figure.iter("svg") if svg.get("role") == "img"]
    assert len(images) == 2
    for svg in images:
        ids = {element.get("id"): "".join(element.itertext()) for element in svg.iter() if element.get("id")}
        assert ids[svg.get("aria-labelledby")] == str(plan.title)
        assert ids[svg.get("aria-describedby")].startswith("12 ")
    for svg in figure.iter("svg"):
        assert svg in images or svg.get("aria-hidden") == "true"
    ids = [element.get("id") for element in figure.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_no_style_of_its_own() -> None:
    html = drawing.drawing(shipped(2, "sv"), language="sv")
    assert re.findall(r"<style|\s(?:style|on\w+|fill|stroke)=", html) == []


def test_a_file_of_its_own_carries_its_style() -> None:
    root = ElementTree.fromstring(drawing.standalone(shipped(3, "sv"), language="sv"))
    names = [element.tag.rpartition("}")[2] for element in root]
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert names == ["title", "desc", "style", "g"]


@SIDES
@LANGUAGES
def test_the_slices_for_paper_are_the_whole_drawing(sides: int, language: str) -> None:
    """No slice ends inside a box, and each fits a page of A4."""
    plan = shipped(sides, language)
    picture = place(plan, WIDE)
    slices = [svg.get("viewBox", "") for svg in xml(plan).iter("svg") if svg.get("class") == "drawing-slice"]
    spans = [tuple(map(float, box.split())) for box in slices]
    assert spans[0][1] < 0
    assert spans[-1][1] + spans[-1][3] > picture.height
    for (_, top, _, height), (_, following, _, _) in pairwise(spans):
        assert top + height == following
        assert not [b for b in picture.boxes if b.kind != "lane" and b.y < following < b.bottom]
    assert max(height for _, _, _, height in spans) < 900


def words_of(plan: Plan) -> list[str]:
    root = ElementTree.fromstring(f"<div>{drawing.listed(plan, language='en')}</div>")
    return ["".join(element.itertext()) for element in root.iter() if element.tag in ("h3", "p", "li")]


def drawn_words(part: Part | Plan) -> Iterator[str]:
    """Every word that is in the picture, but for what says how it is drawn."""
    for step, waits in steps_of(Group(part.parts)):
        yield str(step.title)
        yield from (str(each) for each in (step.who, step.lead, *step.notes) if each)
        yield from (str(word) for wait in waits for word in wait.words if word)
        yield from (str(each) for stop in step.stops for each in (stop.word, stop.due) if each)


@SIDES
@LANGUAGES
def test_the_list_says_what_the_picture_shows(sides: int, language: str) -> None:
    plan = shipped(sides, language)
    told = "\n".join(words_of(plan))
    assert [word for word in drawn_words(plan) if word not in told] == []
    titles = [
        word
        for word in words_of(plan)
        if word in {str(step.title) for step, _ in steps_of(Group(plan.parts))}
    ]
    assert titles == [str(step.title) for step, _ in steps_of(Group(plan.parts))]
    assert [str(note) in told for note in (plan.end, *plan.notes)] == [True] * (1 + len(plan.notes))


def test_names_are_words_and_nothing_else() -> None:
    evil = '"><script>alert(1)</script>&'
    step = Step(evil, evil, evil, SIDE, evil, evil, (evil,), (Stop(evil, evil, evil, now=True),))
    plan = Plan(evil, (Lane(evil, evil),), (Wait((evil,)), step, Join(evil)), evil, evil, notes=(evil,))
    figure = xml(plan)
    assert [element for element in figure.iter() if element.tag == "script"] == []
    assert evil in "".join(ElementTree.fromstring(f"<p>{drawing.listed(plan, language='en')}</p>").itertext())


STATES = tuple(STATE_WORDS)


def test_where_a_side_stands_is_a_shape_and_a_word() -> None:
    stops = (Stop("doing", "Now: In progress", "by 3 March", now=True), Stop("done", "Done"))
    lanes = (Lane("Kalmar län", own=True), Lane("Gävleborg"))
    for scope in (ALL, SIDE, PERSON):
        plan = Plan("Review", lanes, (Step("a", "Team", "Team", scope, stops=stops),), end="Closed")
        for look in (WIDE, NARROW):
            boxes = [box for box in place(plan, look).boxes if box.kind == "step"]
            signs = [sign.state for box in boxes for sign in box.signs]
            rows = [row.text for box in boxes for row in box.rows]
            assert signs == ["doing", "done"]
            assert "Now: In progress" in rows
            assert "Done" in rows
        figure = xml(plan)
        assert len([path for path in figure.iter("path") if path.get("class") == "pointer"]) == 2
        desc = next(figure.iter("desc")).text or ""
        assert "Kalmar län: Team (Now: In progress)." in desc
        assert "Gävleborg" not in desc


# ---- whatever a definition says

TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=60)
TITLE = st.one_of(
    st.sampled_from(["Frågor", "Utse granskningsteam", "Granskningsunderlagsinsamlingsmöte"]), TEXT
)


@st.composite
def plans(draw: Any) -> Plan:
    sides = draw(st.integers(1, 3))
    number = iter(range(10_000))

    def step(scopes: tuple[str, ...]) -> Step:
        stop = st.builds(Stop, st.sampled_from(STATES), TITLE, TEXT, st.booleans())
        stops = draw(st.tuples(*[stop] * sides)) if running else ()
        notes = draw(st.lists(TEXT, max_size=2).map(tuple))
        lead = draw(st.sampled_from(["", "Godta olika team", "Presentera utkasten och Avsluta andra mötet"]))
        return Step(
            f"s{next(number)}", draw(TITLE), draw(TITLE), draw(st.sampled_from(scopes)),
            draw(TEXT), lead, notes, stops,
        )  # fmt: skip

    def wait(shared: bool) -> Wait:
        return Wait(
            (draw(TEXT),) if shared and draw(st.booleans()) else tuple(draw(TEXT) for _ in range(sides))
        )

    def parts(depth: int, own: bool) -> tuple[Part, ...]:
        found: list[Part] = []
        for _ in range(draw(st.integers(1, 3))):
            if draw(st.booleans()):
                found.append(wait(not own))
            if depth and draw(st.integers(0, 2)) == 0:
                branches = tuple(Group(parts(depth - 1, own)) for _ in range(draw(st.integers(1, 3))))
                found.append(Group(branches, together=draw(st.booleans()), words="Samtidigt:"))
                continue
            found.append(step((SIDE, PERSON) if own else (ALL, SIDE, PERSON)))
            if not own and found[-1].scope != ALL:  # type: ignore[union-attr]
                found.append(Join("Alla väntar in varandra"))
        return tuple(found)

    running = draw(st.booleans())
    lanes = tuple(Lane(draw(TITLE), draw(TEXT), draw(st.booleans())) for _ in range(sides))
    own = Group(parts(2, True))
    return Plan(
        "Plan", lanes, (*parts(1, False), own, Join("Alla")), draw(st.sampled_from(["", "Lead"])), draw(TITLE)
    )


@settings(max_examples=40, deadline=None)
@given(plans())
def test_nothing_lies_on_anything_else_whatever_is_drawn(plan: Plan) -> None:
    for look in (WIDE, NARROW):
        picture = place(plan, look)
        assert [*faults(picture), *loose_ends(picture)] == []
        drawn = {box.key for box in picture.boxes if box.kind == "step"}
        assert drawn == {step.key for step, _ in steps_of(Group(plan.parts))}
    xml(plan)


@pytest.mark.full
@settings(max_examples=600, deadline=None)
@given(plans())
def test_nothing_lies_on_anything_else_many_times(plan: Plan) -> None:
    for look in (WIDE, NARROW):
        picture = place(plan, look)
        assert [*faults(picture), *loose_ends(picture)] == []


@given(st.text(max_size=80), st.floats(50, 400), st.booleans())
def test_lines_are_no_wider_than_their_room(text: str, room: float, bold: bool) -> None:
    parted = lines(text, room, 13, bold=bold)
    assert all(width(line, 13, bold=bold) <= room for line in parted)
    assert "".join("".join(parted).split()).replace("-", "") == "".join(text.split()).replace("-", "")
