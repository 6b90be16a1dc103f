"""CSV files as people and spreadsheets write them, and every mistake with its place."""

from __future__ import annotations

import codecs

import pytest

from peerreview.matching.cells import BadTable
from peerreview.matching.profiles import Profile
from peerreview.matching.reading import read
from peerreview.matching.weighing import read_weights

HEADER = (
    "organisation,unit_level,population,hospitals,university_hospital,healthcare_region,"
    "wants,offers,wishes,excludes,reviewed,beds,note\n"
)
FULL = HEADER + (
    'Region Östergötland,region,"470 000",3,yes,Södra/Västra,a|b,c,Region B,,Region B@2020,"12,5",x|y\n'
    "Region B,region,1000,0,no,,,,,Region Östergötland,,,\n"
)
EXPECTED = [
    Profile(
        "Region Östergötland",
        unit_level="region",
        population=470_000,
        hospitals=3,
        university_hospital=True,
        healthcare_region=frozenset({"Södra", "Västra"}),
        wants=("a", "b"),
        offers=("c",),
        wishes=("Region B",),
        reviewed=(("Region B", 2020),),
        attributes={"beds": 12.5, "note": frozenset({"x", "y"})},
    ),
    Profile(
        "Region B",
        unit_level="region",
        population=1000,
        hospitals=0,
        university_hospital=False,
        excludes=("Region Östergötland",),
    ),
]


@pytest.mark.parametrize(
    "content",
    [
        FULL.encode(),
        codecs.BOM_UTF8 + FULL.encode(),
        FULL.encode("cp1252"),
        FULL.encode("utf-16"),
        codecs.BOM_UTF16_BE + FULL.encode("utf-16-be"),
        FULL.replace("\n", "\r\n").encode(),
        FULL.replace("\n", "\r").encode(),
        FULL.replace("\n", "\n\n").encode(),
        FULL.rstrip("\n").encode(),
    ],
)
def test_every_usual_encoding_and_line_end_is_read(content: bytes) -> None:
    assert read(content) == EXPECTED


@pytest.mark.parametrize("mark", [";", "\t"])
@pytest.mark.parametrize("first", ["", "sep=%s\r\n"])
def test_every_usual_separator_is_read(mark: str, first: str) -> None:
    swedish = FULL.replace('"12,5"', "12.5").replace(",", mark).replace("12.5", "12,5")
    assert read(((first % mark if first else "") + swedish).encode("cp1252")) == EXPECTED


def test_only_the_organisation_is_required() -> None:
    assert read(b"organisation\nA\nB\n") == [Profile("A"), Profile("B")]
    assert read(b"Organisation ; Unit level\n A ;\n\n;;\nB") == [Profile("A"), Profile("B")]


def test_a_cell_in_quotes_holds_separators_quotes_and_lines() -> None:
    content = 'organisation,wants\n"Sjukhus ""Norr"", Umeå","a|\n b"\nB,\n'
    assert read(content.encode()) == [Profile('Sjukhus "Norr", Umeå', wants=("a", "b")), Profile("B")]


def test_names_are_the_same_however_blanks_case_and_accents_are_written() -> None:
    found = read("organisation,wishes\nRegion  Örebro,\nB,region O\u0308REBRO\n".encode())
    assert [one.organisation for one in found] == ["Region Örebro", "B"]


MISTAKES = {
    "empty": ("", 1, 1, "the file is empty"),
    "blank": ("\n ,\n", 1, 1, "the file is empty"),
    "missing column": ("name,population\nA,1\n", 1, 1, "no column named organisation"),
    "column twice": ("organisation,beds,Beds\nA,,\n", 1, 19, "twice"),
    "column without a name": ("organisation,,beds\nA,x,\n", 2, 3, "no name in the first row"),
    "too many cells": ("organisation,population\nA,470,000\n", 2, 7, "more cells"),
    "no organisation": ("organisation,population\n,5\n", 2, 1, "no name here"),
    "duplicate": ("organisation\nA\nB\n a\n", 4, 2, "already on line %(line)s"),
    "negative population": ("organisation;population\nA;1\nB;-5\n", 3, 3, "cannot be"),
    "population nought": ("organisation;population\nA;0\n", 2, 3, "cannot be"),
    "population in words": ("organisation;population\nA;many\n", 2, 3, "cannot be"),
    "negative hospitals": ("organisation;hospitals\nA;-1\n", 2, 3, "cannot be"),
    "half a hospital": ("organisation;hospitals\nA;1,5\n", 2, 3, "cannot be"),
    "neither yes nor no": ("organisation\tuniversity_hospital\nA\tperhaps\n", 2, 3, "neither yes nor no"),
    "unknown wish": ("organisation,wishes\nA,B | C\nB,\n", 2, 7, "not an organisation"),
    "unknown exclusion": ("organisation,excludes\nA,B|C\nB,\n", 2, 5, "not an organisation"),
    "unknown earlier partner": ("organisation,reviewed\nA,C@2020\n", 2, 3, "not an organisation"),
    "itself": ("organisation,wishes\nA,a\n", 2, 3, "names itself"),
    "no year": ("organisation,reviewed\nA,B\nB,\n", 2, 3, "is not a name, @ and a year"),
    "year in words": ("organisation,reviewed\nA,B@then\nB,\n", 2, 3, "is not a name, @ and a year"),
    "open quote": ('organisation\nA\n"B\n', 3, 1, "never closed"),
    "text after quote": ('organisation\n"A" B\n', 2, 5, "after the closing"),
    "in a list over lines": ('organisation,wishes\nA,"B|\n  C"\nB,\n', 3, 3, "not an organisation"),
    "after lines in quotes": ('organisation,note,population\nA,"x\ny",-1\n', 3, 4, "cannot be"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_line_and_column(name: str) -> None:
    content, line, column, words = MISTAKES[name]
    with pytest.raises(BadTable) as caught:
        read(content.encode())
    [fault] = caught.value.faults
    assert (fault.line, fault.column) == (line, column)
    assert words in fault.message.text


def test_all_mistakes_are_told_at_once_from_the_top() -> None:
    content = b"organisation,population,hospitals,wishes\nA,-1,-1,Z\nA,1,x,\n"
    with pytest.raises(BadTable) as caught:
        read(content)
    places = [(fault.line, fault.column) for fault in caught.value.faults]
    assert places == [(2, 3), (2, 6), (2, 9), (3, 1), (3, 5)]


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b"organisation\n\x81\n", 2, 1),
        (b"organisation\nAB\x81\xff\n", 2, 3),
        (codecs.BOM_UTF8 + b"organisation\nA\xff\n", 2, 2),
    ],
)
def test_what_is_no_text_is_told_with_its_place(content: bytes, line: int, column: int) -> None:
    with pytest.raises(BadTable) as caught:
        read(content)
    [fault] = caught.value.faults
    assert (fault.line, fault.column) == (line, column)


FEATURES = ("population", "wishes", "number of beds")


@pytest.mark.parametrize(
    "content",
    [
        "population = 2\n# by agreement\nWishes=0.5   # half\nnumber of beds = -1\n",
        "population;2\nwishes;0,5\nnumber of beds;-1\n",
        "[weights]\npopulation = 2\nwishes = 0.5\nnumber of beds = -1\n",
        "feature,weight\npopulation,2\nwishes,0.5\nnumber of beds,-1\n",
        'population: 2\nwishes: 0.5\n"number of beds": -1\n',
        '{"population": 2, "wishes": 0.5, "number of beds": -1}',
    ],
)
def test_weights_are_read(content: str) -> None:
    expected = {"population": 2, "wishes": 0.5, "number of beds": -1}
    assert read_weights(content.encode(), FEATURES) == expected


@pytest.mark.parametrize(
    ("content", "line", "column", "words"),
    [
        ("population = 2\nwish = 1\n", 2, 1, "is no feature"),
        ("population = much\n", 1, 1, "is not a number"),
        ("population = inf\n", 1, 1, "is not a number"),
        ("population = 1\n population = 1\n", 2, 2, "two weights"),
        ("population\n", 1, 1, "not a feature and a number"),
        ('{"population": 1,\n "wish": 1}', 2, 2, "is no feature"),
        ('{"population": true}', 1, 2, "is not a number"),
        ('{"population": }', 1, 16, "not JSON"),
        ('{"population": ' + "[" * 100_000, 1, 1, "not JSON"),
        ("[1, 2]", 1, 1, "is no feature"),
    ],
)
def test_mistakes_in_weights_are_told_with_their_place(
    content: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(BadTable) as caught:
        read_weights(content.encode(), FEATURES)
    [fault] = caught.value.faults
    assert (fault.line, fault.column) == (line, column)
    assert words in fault.message.text
