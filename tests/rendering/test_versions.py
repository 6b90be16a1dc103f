"""Two versions beside each other, and two changes put together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


PARAGRAPHS = st.lists(st.sampled_from("abcde"), max_size=40)


@given(PARAGRAPHS, PARAGRAPHS)
def test_all_of_both_is_told_in_order(left: list[str], right: list[str]) -> None:
    rows = side_by_side("\n\n".join(left), "\n\n".join(right))
    assert ["".join(piece.text for piece in row.left) for row in rows if row.left] == left
    assert ["".join(piece.text for piece in row.right) for row in rows if row.right] == right
    assert all(row.left == row.right for row in rows if row.kind == "same")


@given(st.lists(st.integers(0, 99), unique=True, max_size=60), st.data())
def test_what_was_put_in_and_taken_out_is_found_among_much_that_is_different(
    numbers: list[int], data: st.DataObject
) -> None:
    words = [f"stycke {number}" for number in numbers]
    kept = [word for word in words if data.draw(st.booleans())]
    rows = side_by_side("\n\n".join(words), "\n\n".join(kept))
    assert sum(row.kind == "same" for row in rows) == len(kept)


@given(st.lists(st.sampled_from("ABCDEFGH"), unique=True, min_size=1), st.data())
def test_changes_of_two_that_lie_apart_are_both_kept(base: list[str], data: st.DataObject) -> None:
    mine = [*data.draw(PARAGRAPHS), "mitt", *base]
    theirs = [*base, "deras", *data.draw(PARAGRAPHS)]
    both = merged(*("\n\n".join(one) for one in (base, mine, theirs)))
    assert both == "\n\n".join([*mine, *theirs[len(base) :]]) + "\n"


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
