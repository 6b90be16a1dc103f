"""The drawing of where a review stands, and the table beside it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from peerreview.rendering.lanes import Column, Lane, Stop, lanes, wrap
from peerreview.rendering.marks import STATE_WORDS, mark

COLUMNS = [
    Column("Team", "26 jan"),
    Column("First meeting", shared=True),
    Column("Materials"),
    Column("Questions"),
]
ROWS = [
    Lane(
        "Kalmar län", (Stop("done"), Stop("done"), Stop("doing", "2 av 7", now=True), Stop("todo")), own=True
    ),
    Lane("Gävleborg", (Stop("done"), Stop("done"), Stop("late", now=True), Stop("locked"))),
]


def drawn(
    rows: list[Lane] = ROWS, columns: list[Column] = COLUMNS, title: str = "Where it stands"
) -> ElementTree.Element:
    return ElementTree.fromstring(lanes(rows, columns, title=title, language="en"))


def cells(figure: ElementTree.Element) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in figure.iter("tr")]


def test_the_table_says_what_the_drawing_shows() -> None:
    assert cells(drawn()) == [
        ["", "Kalmar län", "Gävleborg"],
        ["Team 26 jan", "Done", "Done"],
        ["First meeting", "Done", "Done"],
        ["Materials", "2 av 7", "Late"],
        ["Questions", "Not begun", "Locked"],
    ]


def test_every_stop_of_the_drawing_has_its_word() -> None:
    svg = drawn().find("svg")
    assert svg is not None
    assert [title.text for title in svg.iter("title")] == [
        "Team: Done", "First meeting: Done", "Materials: 2 av 7", "Questions: Not begun",
        "Team: Done", "First meeting: Done", "Materials: Late", "Questions: Locked",
    ]  # fmt: skip
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "Where it stands"


def test_the_legend_names_the_marks_in_use() -> None:
    legend = drawn().find("figcaption")
    assert legend is not None
    assert ["".join(item.itertext()) for item in legend.iter("li")] == [
        "Not begun", "In progress", "Done", "Late", "Locked",
    ]  # fmt: skip


def test_names_are_words_and_nothing_else() -> None:
    evil = '"><script>alert(1)</script>&'
    rows = [Lane(evil, (Stop("doing", evil),))]
    figure = drawn(rows, [Column(evil, evil)], evil)
    assert [element for element in figure.iter() if element.tag == "script"] == []
    assert cells(figure) == [["", evil], [f"{evil} {evil}", evil]]


def test_an_unknown_state_counts_as_not_begun() -> None:
    figure = drawn([Lane("A", (Stop('x" onload="y'),))], [Column("Team")])
    assert cells(figure) == [["", "A"], ["Team", "Not begun"]]
    assert "onload" not in {name for element in figure.iter() for name in element.attrib}


def test_no_style_of_its_own() -> None:
    html = lanes(ROWS, COLUMNS, title="t", language="sv")
    assert re.findall(r"\s(style|on\w+|fill|stroke)=", html) == []


def test_titles_too_long_for_their_columns_stand_on_two_levels() -> None:
    columns = [Column("Granskningsunderlagsinsamling") for _ in range(11)]
    figure = drawn([Lane("A", (Stop("todo"),) * 11)], columns)
    heights = {text.get("y") for text in figure.iter("text") if text.get("class") == "lanes-title"}
    assert len(heights) == 2


def test_a_lane_without_a_stop_for_each_step_is_refused() -> None:
    with pytest.raises(ValueError, match="one stop a column"):
        drawn([Lane("A", (Stop("todo"),))], COLUMNS)


@pytest.mark.parametrize("parties", [1, 2, 3, 5])
def test_any_number_of_parties(parties: int) -> None:
    figure = drawn([Lane(f"Part {n}", (Stop("todo"),) * 4) for n in range(parties)])
    assert len(cells(figure)[0]) == parties + 1


def test_nothing_to_draw() -> None:
    assert cells(drawn([], [])) == [[""]]


def test_wrap() -> None:
    assert wrap("Första mötet och överenskommelse", 14) == ["Första mötet", "och", "överenskommelse"]
    assert wrap("", 5) == []


@pytest.mark.parametrize("state", STATE_WORDS)
def test_each_mark_has_a_shape_of_its_own(state: str) -> None:
    assert [
        other for other in STATE_WORDS if mark(other).split(">", 1)[1] == mark(state).split(">", 1)[1]
    ] == [state]
    assert ElementTree.fromstring(mark(state)).get("aria-hidden") == "true"
