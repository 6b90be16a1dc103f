"""The fixtures that other tests stand on really play the method from beginning to end."""

from __future__ import annotations

import pytest

from peerreview.services.base.house import House

from .review_fixtures import advance, looked, make_review


@pytest.mark.parametrize("parties", [2, 3])
@pytest.mark.parametrize("report", ["separate", "joint"])
def test_advance_plays_a_review_to_its_end(house: House, parties: int, report: str) -> None:
    cast = make_review(house, parties)
    advance(house, cast, to="second_meeting", agreement={"report": report})
    assert looked(house, cast, cast.lead).standing.state("second_meeting") == "active"
    advance(house, cast, to="closed")
    assert looked(house, cast, cast.lead).standing.ended == "closed"
