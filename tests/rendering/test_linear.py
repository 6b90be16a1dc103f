"""Work on a text grows with the text: twice as much for twice the letters, and no more than two and a half times."""

from __future__ import annotations

import sys
import time
import unicodedata
from collections.abc import Callable
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerreview.letters import composed
from peerreview.rendering import markdown
from peerreview.rendering.versions import merged, side_by_side

from .nasty import SHAPES, UNITS, Shape, repeated

MOST = 2.5
SIGNS = [*UNITS.values(), *"#-=_*[]()\"'\\`<>&;:|! \n", "\n\n", "\n\n    ", "http://a.se", "](", "a@a"]


def render(text: str) -> None:
    markdown._convert.cache_clear()
    markdown.to_html(text, prefix="text")


def compare(text: str) -> None:
    side_by_side(text, text[::-1])
    side_by_side(text, text.replace("a", "b"))


def merge(text: str) -> None:
    merged(text, text + "\n\nx", "x\n\n" + text)
    merged(text, text.replace("a", "b"), text[::-1])


def calls(work: Callable[[str], None], text: str) -> int:
    """How many functions were called, Python's own among them: the same each time, on any machine."""
    count = 0

    def seen(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work(text)
    finally:
        sys.setprofile(before)
    return count


def growth(work: Callable[[str], None], shape: Shape, letters: int) -> float:
    """How many times as much work twice the text is."""
    once, twice = shape(letters), shape(2 * letters)
    work(once)  # what is made once for all is not counted
    return calls(work, twice) / max(calls(work, once), 1) / max(1.0, len(twice) / (2 * len(once)))


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("work", [render, compare, merge])
def test_work_grows_with_the_text(work: Callable[[str], None], name: str) -> None:
    assert growth(work, SHAPES[name], 1000) <= MOST


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(SIGNS), max_size=3).map("".join),
    st.lists(st.sampled_from(SIGNS), min_size=1, max_size=5).map("".join),
    st.lists(st.sampled_from(SIGNS), max_size=2).map("".join),
)
def test_work_grows_with_whatever_is_repeated(before: str, unit: str, after: str) -> None:
    # So short a text may be laid out by work that will be refused to a longer one.
    assert growth(render, repeated(unit, before, after), 800) <= 3.2


def seconds(work: Callable[[str], None], text: str) -> float:
    """Of the processor, the least of three: what else the machine does is not counted."""
    found = []
    for _ in range(3):
        begun = time.process_time()
        work(text)
        found.append(time.process_time() - begun)
    return min(found)


@pytest.mark.full
@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("work", [render, compare, merge])
def test_time_grows_with_the_text(work: Callable[[str], None], name: str) -> None:
    once = seconds(work, SHAPES[name](100_000))
    twice = seconds(work, SHAPES[name](200_000))
    # A margin for what a processor does otherwise with more memory; quadratic work is at four.
    assert twice <= 3.2 * once or twice < 0.2
    assert twice < 15


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_marks_without_end_on_one_letter_are_sorted_in_short_runs(form: Literal["NFC", "NFKC"]) -> None:
    text = composed("a" + "\u0316\u0301" * 200_000, form)
    assert unicodedata.is_normalized(form, text[:1000])
    assert max(map(len, text.split("\N{COMBINING GRAPHEME JOINER}"))) <= 31
    assert composed(text, form) == text


def test_letters_are_composed() -> None:
    assert composed("a\u030a") == "å"
    assert (composed("\ufb01"), composed("\ufb01", "NFKC")) == ("\ufb01", "fi")
