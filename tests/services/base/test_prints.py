"""Fingerprints of what a page listed: what differs is told, by name where the reader may, and nothing else fits."""

from __future__ import annotations

import base64

import pytest

from peerreview.services.base.fingerprint import Changed, Thing, difference, require, seal
from peerreview.services.base.house import Account, House

ANNA = Account(1, "Anna", "anna@example.org", "sv", False)
BO = Account(2, "Bo", "bo@example.org", "sv", False)
LISTED = (Thing("a", "1", "first"), Thing("b", "1", "second"), Thing("c", "1", "third", named=False))

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)


def test_same_list_is_no_difference_in_whatever_order(house: House) -> None:
    shown = seal(house, ANNA, "send", LISTED)
    assert not difference(house, ANNA, "send", LISTED[::-1], shown)
    require(house, ANNA, "send", LISTED, shown)


def test_what_is_new_changed_and_gone_is_told(house: House) -> None:
    shown = seal(house, ANNA, "send", (*LISTED, Thing("d", "1", "lost")))
    now = (
        Thing("a", "2", "first"),
        Thing("b", "1", "second", there=False),
        Thing("c", "2", "third", named=False),
        Thing("e", "1", "fifth"),
        Thing("f", "1", "never seen", there=False),
    )
    found = difference(house, ANNA, "send", now, shown)
    assert [one.words for one in found.new] == ["fifth"]
    assert [one.words for one in found.changed] == ["first", "third"]
    assert [one.words for one in found.gone] == ["second"]
    assert found.lost == 1
    with pytest.raises(Changed) as caught:
        require(house, ANNA, "send", now, shown)
    assert not difference(house, ANNA, "send", now, caught.value.seal), "the form that asks again fits"


@pytest.mark.parametrize("shown", ["", "x", "åäö", "AAAA" * 12, "=", "AAAAAAAA" * 50_000])
def test_what_is_no_fingerprint_shows_nothing(house: House, shown: str) -> None:
    assert difference(house, ANNA, "send", LISTED, shown).unsealed


def test_a_fingerprint_is_of_one_person_and_one_act(house: House) -> None:
    shown = seal(house, ANNA, "send", LISTED)
    assert difference(house, BO, "send", LISTED, shown).unsealed
    assert difference(house, ANNA, "hand in", LISTED, shown).unsealed
    assert seal(house, BO, "send", LISTED) != shown


def test_a_fingerprint_is_keyed_and_says_nothing_of_what_it_is_of(house: House) -> None:
    shown = base64.urlsafe_b64decode(seal(house, ANNA, "send", LISTED))
    other = House(
        db=house.db,
        workflows=house.workflows,
        calendar=house.calendar,
        files=house.files,
        settings=house.settings.model_copy(update={"secret_key": "another key of just the same length"}),
    )
    elsewhere = base64.urlsafe_b64decode(seal(other, ANNA, "send", LISTED))
    assert len(shown) == len(elsewhere)
    assert not {shown[n : n + 6] for n in range(0, len(shown), 6)} & {
        elsewhere[n : n + 6] for n in range(0, len(elsewhere), 6)
    }


def test_an_empty_list_is_a_list(house: House) -> None:
    assert not difference(house, ANNA, "send", (), seal(house, ANNA, "send", ()))
    assert difference(house, ANNA, "send", LISTED, seal(house, ANNA, "send", ())).new == LISTED


def test_the_house_itself_is_asked_nothing(house: House) -> None:
    require(house, ANNA, "send", LISTED, None)
