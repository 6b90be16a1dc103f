"""Two versions beside each other, and two changes put together."""

from __future__ import annotations

import time

import pytest

from peerreview.rendering.versions import Piece, Row, merged, side_by_side

BASE = "# A\n\nett\n\n# B\n\ntvå\n"


def test_equal_texts_stand_beside_each_other_unmarked() -> None:
    assert side_by_side("a\n\n\n\nb", "a\n\nb\n") == [
        Row("same", (Piece("a", False),), (Piece("a", False),)),
        Row("same", (Piece("b", False),), (Piece("b", False),)),
    ]


def test_changed_words_are_marked() -> None:
    assert side_by_side("en liten text", "en stor text") == [
        Row(
            "changed",
            (Piece("en ", False), Piece("liten ", True), Piece("text", False)),
            (Piece("en ", False), Piece("stor ", True), Piece("text", False)),
        )
    ]


def test_a_paragraph_on_one_side_stands_alone() -> None:
    assert [row.kind for row in side_by_side("a\n\nb", "b")] == ["left_only", "same"]
    assert [row.kind for row in side_by_side("", "b")] == ["right_only"]
    assert side_by_side("", "") == []


@pytest.mark.parametrize("text", ["a " * 100_000, "a\n\n" * 66_000, "\n" * 200_000, "ab\n\nba\n\n" * 25_000])
def test_no_text_takes_long_to_compare(text: str) -> None:
    began = time.process_time()
    side_by_side(text, text[::-1])
    merged(text, text + "x", "x" + text)
    assert time.process_time() - began < 20


def test_changes_of_different_paragraphs_are_put_together() -> None:
    mine, theirs = BASE.replace("ett", "ETT"), BASE.replace("två", "TVÅ\n\ntre")
    assert merged(BASE, mine, theirs) == "# A\n\nETT\n\n# B\n\nTVÅ\n\ntre\n"
    assert merged(BASE, mine, mine) == mine
    assert merged(BASE, BASE, theirs) == "# A\n\nett\n\n# B\n\nTVÅ\n\ntre\n"


def test_neighbours_can_be_changed_by_two() -> None:
    assert merged("a\n\nb", "A\n\nb", "a\n\nB") == "A\n\nB\n"


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (BASE.replace("ett", "1"), BASE.replace("ett", "I")),
        (BASE.replace("ett\n\n", ""), BASE.replace("ett", "I")),
        (BASE.replace("ett", "ett\n\nny"), BASE.replace("ett", "ett\n\nannan")),
    ],
)
def test_changes_of_the_same_paragraph_are_for_a_person(mine: str, theirs: str) -> None:
    assert merged(BASE, mine, theirs) is None
