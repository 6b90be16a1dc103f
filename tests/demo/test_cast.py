"""Who is in the demo."""

from __future__ import annotations

from peerreview.demo import cast
from peerreview.services.base.house import House
from peerreview.services.people.names import fault_in, taken_names, title_fault


def test_the_house_takes_the_names_of_the_demos_own_people(house: House) -> None:
    with house.db.read() as session:
        taken = (*taken_names(house, session), *(one.name for one in cast.organisations()))
    people = cast.people()
    assert {one.name: fault_in(one.name, taken) for one in people if fault_in(one.name, taken)} == {}
    assert {one.title for one in people if title_fault(house, one.title)} == set()
    assert len({one.name for one in people}) == len(people)
