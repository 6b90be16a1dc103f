"""Who has reviewed whom: which reviews count, and for whom the page is."""

from __future__ import annotations

import pytest

from peerreview.errors import NotFound
from peerreview.services.base.house import House
from peerreview.services.organisations.who_met import MetView, met
from tests.services.review_fixtures import Cast, do, make_review


def told(view: MetView) -> dict[str, list[tuple[int, tuple[str, ...], bool]]]:
    return {row.name: [(one.year, one.partners, one.running) for one in row.met] for row in view.rows}


def look(house: House, cast: Cast) -> MetView:
    return met(house, actor=cast.lead)


def test_a_review_under_way_counts_and_one_declined_does_not(house: House) -> None:
    cast = make_review(house)
    assert told(look(house, cast)) == {
        "Region Gävleborg": [(2026, ("Region Kalmar län",), True)],
        "Region Halland": [],
        "Region Kalmar län": [(2026, ("Region Gävleborg",), True)],
    }
    do(house, cast, cast.coordinator(0), "decline", "acceptance", reason="Inte i år.")
    assert look(house, cast).meetings == ()


def test_only_the_lead_sees_it(house: House) -> None:
    cast = make_review(house)
    for who in (cast.coordinator(0), cast.contact(1), cast.outsider):
        with pytest.raises(NotFound):
            met(house, actor=who)
