"""What is wanting names those who are wanting, and nobody else (engine.running.conditions.missing)."""

from __future__ import annotations

import pytest

from peerreview.engine.language.definition import Condition, FactRef
from peerreview.engine.running.case import SHARED, Facts, Scope
from peerreview.engine.running.conditions import missing
from peerreview.errors import PartyName

from ..play import Play


def named(play: Play, relation: str, scope: Scope) -> list[int]:
    condition = Condition("fact", fact=FactRef(relation, "materials", "handed_in"))
    parties = [dict(words.params)["party"] for words in missing(play.case, condition, scope)]
    assert all(isinstance(one, PartyName) for one in parties)
    return [one.party for one in parties]


@pytest.fixture
def ring() -> Play:
    """Three sides, of which 0 reviews 1, 1 reviews 2 and 2 reviews 0; side 1 alone has handed in."""
    play = Play(parties=3)
    play.case = play.case.with_(facts=Facts({("materials", "handed_in", 1): True}))
    return play


def test_of_all_those_that_have_not(ring: Play) -> None:
    assert named(ring, "all", SHARED) == [0, 2]


@pytest.mark.parametrize(
    ("side", "own", "reviews", "reviewed_by"), [(0, [0], [], [2]), (1, [], [2], [0]), (2, [2], [0], [])]
)
def test_of_one_side_the_one_that_is_asked_of(
    ring: Play, side: int, own: list[int], reviews: list[int], reviewed_by: list[int]
) -> None:
    assert named(ring, "own", Scope(side)) == own
    assert named(ring, "reviews", Scope(side)) == reviews
    assert named(ring, "reviewed_by", Scope(side)) == reviewed_by
