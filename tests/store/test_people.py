"""The registers' queries: Swedish order and search, the same on both databases."""

from __future__ import annotations

import pytest

from peerreview.services.base.house import House
from peerreview.store.people.organisations import organisation_coded, organisation_named, organisations
from peerreview.store.people.people import count_people, members_by_organisation, people, person_by_email
from tests.people import make_organisation, make_person

NAMES = ["Örjan", "adam", "Åke", "Zeb", "Ärla", "Émile", "Edvin", "Bo", "Ångström 1", "50% Bo"]


def found(house: House, search: str, **asked: object) -> list[str]:
    wanted = {"search": search, "organisation_id": None, "state": "", **asked}
    with house.db.read() as session:
        rows = people(session, limit=50, offset=0, **wanted)  # type: ignore[arg-type]
        assert count_people(session, **wanted) == len(rows)  # type: ignore[arg-type]
        return [row.name for row in rows]


def test_people_come_in_swedish_order(house: House) -> None:
    for number, name in enumerate(NAMES):
        make_person(house, name, f"{number}@example.org")
    in_order = ["50% Bo", "adam", "Bo", "Edvin", "Émile", "Zeb", "Åke", "Ångström 1", "Ärla", "Örjan"]
    assert found(house, "") == in_order
    with house.db.read() as session:
        pages = [
            people(session, search="", organisation_id=None, state="", limit=4, offset=offset)
            for offset in (0, 4, 8, 12)
        ]
    assert [row.name for page in pages for row in page] == in_order


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("ÅK", ["Åke"]),
        ("ä", ["Ärla"]),
        ("emil", ["Émile"]),
        ("1", ["Ångström 1"]),
        ("z", ["Zeb"]),
        ("%", ["50% Bo"]),
        ("_", []),
        ("bo 50", ["50% Bo"]),
        ("örjan@", ["Örjan"]),
        ("ORJAN@EXAMPLE", []),
        ("日本", []),
    ],
)
def test_search_folds_as_people_do(house: House, search: str, names: list[str]) -> None:
    for number, name in enumerate(NAMES):
        make_person(
            house, name, "örjan@example.org" if name == "Örjan" else f"{'abcdefghij'[number]}x@example.com"
        )
    assert found(house, search) == names


def test_search_by_organisation_and_state(house: House) -> None:
    kalmar, gotland = make_organisation(house, "Kalmar"), make_organisation(house, "Gotland")
    make_person(house, "Anna", in_organisation=kalmar)
    make_person(house, "Bo", in_organisation=gotland, password=None)
    assert found(house, "", organisation_id=kalmar) == ["Anna"]
    assert found(house, "", state="invited") == ["Bo"]
    assert found(house, "", state="closed") == []
    assert found(house, "", organisation_id=kalmar, state="invited") == []
    with house.db.read() as session:
        assert members_by_organisation(session) == {kalmar: 1, gotland: 1}


def test_address_is_found_however_it_is_written(house: House) -> None:
    make_person(house, "Anna", "Anna@Example.org")
    with house.db.read() as session:
        person = person_by_email(session, " anna@EXAMPLE.ORG ")
    assert person is not None
    assert person.email == "Anna@Example.org"


def test_organisations_come_in_swedish_order_and_are_found(house: House) -> None:
    for name, code in [
        ("Örebro", "T"),
        ("Västra Götaland", "vg"),
        ("Ångermanland", "Y"),
        ("Östergötland", "E"),
    ]:
        make_organisation(house, f"Region {name}", code)
    with house.db.read() as session:
        names = [one.name for one in organisations(session)]
        assert names == [
            f"Region {name}" for name in ("Västra Götaland", "Ångermanland", "Örebro", "Östergötland")
        ]
        assert [one.code for one in organisations(session, search="göta")] == ["vg"]
        assert [one.code for one in organisations(session, search="ÖSTER")] == ["E"]
        assert [one.name for one in organisations(session, search="VG")] == ["Region Västra Götaland"]
        twin = organisation_named(session, "REGION ÖREBRO")
        assert twin is not None
        assert organisation_named(session, "Region Orebro") is None
        assert organisation_coded(session, "t") == twin
