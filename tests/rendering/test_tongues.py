"""Which language somebody wrote in."""

from __future__ import annotations

import pytest

from peerreview.rendering.tongues import SMALL, language_of


def test_no_small_word_is_of_both_languages() -> None:
    assert SMALL["sv"] & SMALL["en"] == set()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Vi såg det för sent. Nu har varje aktivitet en egen ansvarig i linjen.", "sv"),
        ("Hälsosamtal i vårdvalet: uppdrag och ersättning 2024", "sv"),
        ("Verksamhetsplan 2025.pdf", "otherwise"),
        ("We saw it too late. Now each activity has somebody in charge of it.", "en"),
        ("The report that Region Västmanland wrote is about what we have in common.", "en"),
        ("2025", "otherwise"),
        ("", "otherwise"),
        ("HR", "otherwise"),
    ],
)
def test_small_words_tell(text: str, language: str) -> None:
    assert language_of(text, "otherwise") == language
