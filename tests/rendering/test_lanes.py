"""The drawing of where a review stands, and the table beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerreview.rendering.pictures.lanes import Column, Lane, Stop, lanes
from peerreview.rendering.pictures.lettering import width

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
    legend = drawn().find("div")
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


def test_a_lane_without_a_stop_for_each_step_is_refused() -> None:
    with pytest.raises(ValueError, match="one stop a column"):
        drawn([Lane("A", (Stop("todo"),))], COLUMNS)


@pytest.mark.parametrize("parties", [1, 2, 3, 5])
def test_any_number_of_parties(parties: int) -> None:
    figure = drawn([Lane(f"Part {n}", (Stop("todo"),) * 4) for n in range(parties)])
    assert len(cells(figure)[0]) == parties + 1


def test_nothing_to_draw() -> None:
    assert cells(drawn([], [])) == [[""]]


# The sizes that static/lanes.css gives these words.
SIZES = {"lanes-title": 13, "lanes-title now": 13, "lanes-note": 12.5, "lanes-word": 12.5}


def boxes(figure: ElementTree.Element) -> Iterator[tuple[str, float, float, float, float]]:
    """Each line of words in the drawing: what it says, left, right, top, bottom."""
    for text in figure.iter("text"):
        size = SIZES.get(text.get("class") or "")
        if size:
            said, x, y = text.text or "", float(text.get("x") or 0), float(text.get("y") or 0)
            half = width(said, size, bold=text.get("class") != "lanes-note") / 2
            yield said, x - half, x + half, y - size * 0.8, y + size * 0.2


def touching(figure: ElementTree.Element) -> list[tuple[str, str]]:
    return [
        (one[0], other[0])
        for one, other in combinations(boxes(figure), 2)
        if one[1] < other[2] and other[1] < one[2] and one[3] < other[4] and other[3] < one[4]
    ]


def outside(figure: ElementTree.Element) -> list[str]:
    svg = next(figure.iter("svg"))
    *_, wide, high = map(float, (svg.get("viewBox") or "").split())
    return [
        said for said, left, right, top, bottom in boxes(figure) if left < 0 or right > wide or bottom > high
    ]


SWEDISH = (
    "Acceptans", "Team", "Första mötet", "Underlag", "Granskningsfrågor", "Rapportutkast", "Andra mötet", "Slutrapport",
    "Överlämning", "Utvärdering", "Uppföljning",
)  # fmt: skip


@pytest.mark.parametrize("count", [4, 8, 11])
@pytest.mark.parametrize("word", ["", "2 av 7", "väntar på Region Gävleborg"])
def test_no_two_words_touch(count: int, word: str) -> None:
    columns = [Column(title, f"tor {n + 10} september 2027") for n, title in enumerate(SWEDISH[-count:])]
    rows = [Lane(name, (Stop("doing", word, now=True),) * count) for name in ("Kalmar", "Gävleborg", "Skåne")]
    figure = drawn(rows, columns)
    assert touching(figure) == []
    assert outside(figure) == []


@given(st.lists(st.text("abcåäömWil ", min_size=1, max_size=40), min_size=1, max_size=14))
def test_nor_do_any_titles_and_dates(titles: list[str]) -> None:
    columns = [Column(title, title[::-1]) for title in titles]
    figure = drawn([Lane("A", tuple(Stop("late", title) for title in titles))], columns)
    assert touching(figure) == []


def test_a_title_above_others_has_a_line_down_to_its_stop() -> None:
    columns = [Column(title) for title in SWEDISH]
    figure = drawn([Lane("A", (Stop("todo"),) * 11)], columns)
    heights = {text.get("y") for text in figure.iter("text") if text.get("class") == "lanes-title"}
    assert len(heights) > 1
    assert [line for line in figure.iter("line") if line.get("class") == "lanes-lead"]
