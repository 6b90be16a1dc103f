"""What the demo's reviews contain, read from content/: documents, questions, reports. All of it is made up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent / "content"

# Code, name, healthcare region, population in thousands, hospitals, university hospital.
REGIONS = (
    ("01", "Region Stockholm", "Stockholm", 2473, 18, True),
    ("03", "Region Uppsala", "Mellansverige", 401, 3, True),
    ("04", "Region Sörmland", "Mellansverige", 304, 4, False),
    ("05", "Region Östergötland", "Sydöstra", 470, 3, True),
    ("06", "Region Jönköpings län", "Sydöstra", 369, 3, False),
    ("07", "Region Kronoberg", "Södra", 207, 2, False),
    ("08", "Region Kalmar län", "Sydöstra", 247, 3, False),
    ("09", "Region Gotland", "Stockholm", 61, 1, False),
    ("10", "Region Blekinge", "Södra", 157, 2, False),
    ("12", "Region Skåne", "Södra", 1411, 10, True),
    ("13", "Region Halland", "Södra/Västra", 343, 3, False),
    ("14", "Västra Götalandsregionen", "Västra", 1755, 13, True),
    ("17", "Region Värmland", "Mellansverige", 282, 3, False),
    ("18", "Region Örebro län", "Mellansverige", 308, 3, True),
    ("19", "Region Västmanland", "Mellansverige", 281, 4, False),
    ("20", "Region Dalarna", "Mellansverige", 287, 5, False),
    ("21", "Region Gävleborg", "Mellansverige", 287, 5, False),
    ("22", "Region Västernorrland", "Norra", 245, 3, False),
    ("23", "Region Jämtland Härjedalen", "Norra", 132, 1, False),
    ("24", "Region Västerbotten", "Norra", 281, 3, True),
    ("25", "Region Norrbotten", "Norra", 249, 5, False),
)


@dataclass(frozen=True)
class Document:
    title: str
    filename: str
    pages: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """One side's part of a review; empty where the review has not come so far."""

    code: str
    wishes: tuple[Mapping[str, str], ...]
    documents: tuple[Document, ...]
    questions: tuple[Mapping[str, Any], ...]
    report: str
    more: Mapping[str, Any]


@dataclass(frozen=True)
class Content:
    key: str
    period: tuple[date, date]
    focus: str
    place: str
    sides: tuple[Side, ...]


@cache
def reviews() -> Mapping[str, Content]:
    """The contents of the demo's reviews by their keys."""
    found = {}
    for file in sorted(FOLDER.glob("reviews-*.yaml")):
        for entry in _load(file):
            sides = tuple(_side(entry["key"], code) for code in entry["parties"])
            period = (entry["period"]["from"], entry["period"]["to"])
            found[entry["key"]] = Content(entry["key"], period, entry["focus"], entry["place"], sides)
    return found


def _side(key: str, code: str) -> Side:
    folder = FOLDER / f"{key}-{code}"
    side = _load(folder / "side.yaml")
    questions, report = folder / "questions.yaml", folder / "report.md"
    return Side(
        code=code,
        wishes=tuple(side["wishes"]),
        documents=tuple(
            Document(d["title"], d["filename"], tuple(d["pages"])) for d in _load(folder / "documents.yaml")
        ),
        questions=tuple(_load(questions)) if questions.exists() else (),
        report=_unfolded(report.read_text(encoding="utf-8")) if report.exists() else "",
        more=side,
    )


def _unfolded(text: str) -> str:
    """Paragraphs on one line each, as people write them in a browser; lists and headings as they are."""
    return re.sub(r"(?<=[^\n])\n(?=[^\n#\-*\d])", " ", text)


def _load(file: Path) -> Any:
    return YAML(typ="safe").load(file.read_text(encoding="utf-8"))
