"""The drawing of who has reviewed whom."""

from __future__ import annotations

from xml.etree import ElementTree

from peerreview.rendering.pictures.met import ROOM, Line, drawings

NAMES = ["Blekinge", "Dalarna", "Gotland", "Halland", "Jämtland Härjedalen", "Kalmar län"]


def drawn(lines: list[Line]) -> list[ElementTree.Element]:
    return ElementTree.fromstring(drawings(NAMES, lines, title="Met %(years)s")).findall("svg")


def line(year: int, *rows: int, running: bool = False) -> Line:
    return Line(year, rows, running, " – ".join(NAMES[row] for row in rows))


def test_each_review_is_a_line_with_a_dot_at_each_who_took_part() -> None:
    (svg,) = drawn([line(2026, 0, 3, running=True), line(2026, 1, 2), line(2024, 5, 0, 4)])
    told = [(g.get("class"), g.findtext("title"), len(g.findall("circle"))) for g in svg.findall("g")]
    assert told == [
        ("met-line running", "Blekinge – Halland", 2),
        ("met-line", "Dalarna – Gotland", 2),
        ("met-line", "Kalmar län – Blekinge – Jämtland Härjedalen", 3),
    ]
    assert svg.get("aria-label") == "Met 2026, 2024"


def test_lines_that_would_run_into_each_other_stand_side_by_side() -> None:
    (svg,) = drawn([line(2026, 0, 3), line(2026, 1, 2), line(2026, 4, 5)])
    x = {g.findtext("title"): g.find("line").get("x1") for g in svg.findall("g")}  # type: ignore[union-attr]
    assert x["Blekinge – Halland"] != x["Dalarna – Gotland"]
    assert x["Blekinge – Halland"] == x["Jämtland Härjedalen – Kalmar län"]


def test_no_drawing_is_wider_than_a_phone_and_the_latest_year_comes_first() -> None:
    many = drawn([line(year, a, b) for year in range(2016, 2027) for a, b in ((0, 3), (1, 4), (2, 5))])
    assert len(many) > 1
    assert all(float(svg.get("width", "")) <= ROOM for svg in many)
    years = [text.text for svg in many for text in svg.findall("text") if text.get("class") == "met-year"]
    assert years == [str(year) for year in range(2026, 2015, -1)]
