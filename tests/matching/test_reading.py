"""CSV files as people and spreadsheets write them, and every mistake with its place."""

from __future__ import annotations

import codecs

import pytest

from peerreview.errors import in_english
from peerreview.matching.cells import BadTable
from peerreview.matching.profiles import Profile, of_one_type
from peerreview.matching.reading import read, read_table
from peerreview.matching.weighing import read_weights
from peerreview.rendering.words import say

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


@pytest.mark.parametrize("begins", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1"])
def test_a_workbook_is_told_for_what_it_is_with_the_mend(begins: bytes) -> None:
    with pytest.raises(BadTable) as refused:
        read(begins + bytes(range(256)) * 4)
    (fault,) = refused.value.faults
    assert "workbook" in fault.message.text
    assert say(fault.message, "sv").startswith("det här är en arbetsbok")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
def test_a_file_of_swedish_excel_is_read_with_line_breaks_in_its_cells(encoding: str) -> None:
    """A semicolon between, a comma in numbers, blanks between thousands, and headings on two lines."""
    text = (
        '"Organisationens\nnamn";Befolkning;"Andel äldre,\nprocent";"Bra på"\r\n'
        'Region Dalarna;287\xa0000;22,5;"HR|\nÖppenvård"\r\nRegion Örebro;"306 000";21,0;"Kök; mat"\r\n'
    )
    dalarna, orebro = read(text.encode(encoding))
    assert (dalarna.organisation, dalarna.population, dalarna.offers) == (
        "Region Dalarna",
        287_000,
        ("HR", "Öppenvård"),
    )
    assert (orebro.organisation, orebro.population, orebro.offers) == (
        "Region Örebro",
        306_000,
        ("Kök; mat",),
    )
    assert (list(dalarna.attributes.values()), list(orebro.attributes.values())) == ([22.5], [21.0])


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


SWEDISH = (
    "Region;Nivå;Befolkning;Sjukhus;Universitetssjukhus;Sjukvårdsregion;Vill lära;Erbjuder;Önskemål;Undantar;"
    "Tidigare granskningar\n"
    "Region A;region;470 000;3;ja;Södra/Västra;a|b;c;Region B;;Region B@2020\nRegion B;;;;;;;;;;\n"
)


def test_known_columns_have_swedish_names_too() -> None:
    (found, _) = read(SWEDISH.encode())
    assert found == Profile(
        "Region A",
        unit_level="region",
        population=470_000,
        hospitals=3,
        university_hospital=True,
        healthcare_region=frozenset({"Södra", "Västra"}),
        wants=("a", "b"),
        offers=("c",),
        wishes=("Region B",),
        reviewed=(("Region B", 2020),),
    )
    assert read_table(SWEDISH.encode()).warnings == []


def test_a_swedish_name_beside_the_english_one_is_there_twice() -> None:
    with pytest.raises(BadTable, match="is there twice"):
        read(b"organisation,population,Befolkning\nA,1,2\n")


def test_region_beside_organisation_is_a_column_of_its_own() -> None:
    (found,) = read(b"organisation,region\nA,norr\n")
    assert found.attributes == {"region": frozenset({"norr"})}


def warned(text: str, *attributes: str) -> list[tuple[int, int, str]]:
    return [
        (fault.line, fault.column, in_english(fault.message))
        for fault in read_table(text.encode(), attributes=attributes).warnings
    ]


def test_an_unknown_column_is_warned_of() -> None:
    text = "organisation,popluation,beds\nA,5,6\n"
    assert warned(text) == [
        (
            1,
            14,
            "the column popluation is unknown, and taken as an attribute of its own; did you mean population?",
        ),
        (1, 25, "the column beds is unknown, and taken as an attribute of its own"),
    ]
    assert len(warned(text, "Beds")) == 1


def test_one_odd_number_is_told_with_its_place() -> None:
    with pytest.raises(BadTable) as caught:
        read(b"organisation,beds\nA,5\nB,6\nC,7 st\nD,8\n")
    (fault,) = caught.value.faults
    assert (fault.line, fault.column) == (4, 3)
    assert "7 st is no number, as the other rows have in the column beds" in in_english(fault.message)


def test_a_column_of_words_has_words_alone() -> None:
    text = "organisation,note\nA,x\nB,12\nC,y|z\n"
    assert [one.attributes["note"] for one in read(text.encode())] == [
        frozenset({"x"}),
        frozenset({"12"}),
        frozenset({"y", "z"}),
    ]
    assert (3, 3) in {(line, column) for line, column, _ in warned(text, "note")}


def test_an_attribute_that_is_a_number_of_one_and_words_of_another_is_words_of_all() -> None:
    profiles = [
        Profile("A", attributes={"beds": 12.0, "wards": 2.0}),
        Profile("B", attributes={"beds": frozenset({"x"})}),
    ]
    assert [dict(one.attributes) for one in of_one_type(profiles)] == [
        {"beds": frozenset({"12"}), "wards": 2.0},
        {"beds": frozenset({"x"})},
    ]
