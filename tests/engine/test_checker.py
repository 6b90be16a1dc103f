"""A faulty definition never starts: each mistake is told at its line, with its mend."""

from __future__ import annotations

import pytest

from peerreview.engine.checker import check
from peerreview.engine.reader import read
from peerreview.errors import BadDefinition

from .play import ROOT, collegial

TEXT = (ROOT / "workflows" / "collegial-review.yaml").read_text(encoding="utf-8")


def problems(text: str | bytes) -> list[str]:
    try:
        return [str(p) for p in check(read(text, "w.yaml"))]
    except BadDefinition as error:
        return [str(p) for p in error.problems]


def test_the_shipped_definition_is_sound() -> None:
    assert check(collegial()) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("by: coordinator", "by: cordinator", "did you mean `coordinator`?"),
        ("materials.hand_in]", "materials.handin]", "did you mean `hand_in`?"),
        (
            "starts_when: reviews.materials.opened",
            "starts_when: reviews.materials.open",
            "did you mean `opened`?",
        ),
        ("to: declined", "to: declinned", "did you mean `declined`?"),
        ("help:", "halp:", "did you mean `help`?"),
        ("        to: next\n      decline:", "      decline:", "the step `acceptance` can never end"),
        ("    remind: [{working_days: -3}, {working_days: 2}]\n", "", "`evaluation` reminds nobody"),
        ("        starts_when: reviews.materials.opened", "        starts_when: closing_meeting.held", "x"),
    ],
)
def test_mistake_is_told_with_its_mend(old: str, new: str, expected: str) -> None:
    assert old in TEXT or expected == "x"
    text = TEXT.replace(old, new)
    if expected == "x":
        text = TEXT.replace("starts_when: reviews.materials.opened", "starts_when: closing_meeting.held", 1)
        expected = "waits for what can only come after it"
    found = problems(text)
    assert any(expected in line for line in found), found
    assert all(line.startswith("w.yaml:") for line in found)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"workflow: a\nworkflow: b\n", "2:1: found duplicate key"),
        (b"workflow:\n\t- a\n", "spaces, not tabs"),
        (b"workflow: \xff\n", "not UTF-8"),
        ("workflow: a\nsteps: &a {b: *a}\n", "w.yaml:"),
        ("- a\n", "holds no definition"),
        ("", "holds no definition"),
        ("a: *b\n", "write the anchor"),
        ("workflow: [", "not YAML"),
        ("x" * 1_000_001, "at most 1000000"),
    ],
)
def test_what_is_no_definition_gives_a_message(source: str | bytes, expected: str) -> None:
    found = problems(source)
    assert found
    assert any(expected in line for line in found), found
