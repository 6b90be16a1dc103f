"""The colours' contrasts, computed from tokens.css in both schemes (WCAG 2.2: 1.4.3, 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[3] / "peerreview" / "web" / "static"
GROUNDS = ("paper", "surface", "sunken")

TEXT, SHAPE = 4.5, 3.0
PAIRS: list[tuple[str, str, float]] = [
    *(
        (ink, ground, TEXT)
        for ground in GROUNDS
        for ink in ("ink", "muted", "accent", "accent-strong", "failed")
    ),
    *((shape, ground, SHAPE) for ground in GROUNDS for shape in ("edge", "yours-mark", "focus")),
    ("yours", "paper", TEXT),
    ("yours", "surface", TEXT),
    ("yours", "sunken", TEXT),
    ("ink", "accent-soft", TEXT),
    ("muted", "accent-soft", TEXT),
    ("accent", "accent-soft", TEXT),
    ("accent-strong", "accent-soft", TEXT),
    ("ink", "yours-soft", TEXT),
    ("yours", "yours-soft", TEXT),
    ("accent", "yours-soft", TEXT),
    ("ink", "failed-soft", TEXT),
    ("failed", "failed-soft", TEXT),
    ("accent", "failed-soft", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("on-failed", "failed", TEXT),
    ("on-failed", "failed-strong", TEXT),
    ("on-band", "band", TEXT),
    ("on-band", "band-low", TEXT),
    ("on-band-muted", "band", TEXT),
    ("on-band-muted", "band-low", TEXT),
    ("band-mark", "band", SHAPE),
    ("band-mark", "band-low", SHAPE),
    # The ring has two colours, one of which stands out on whatever is behind it.
    ("focus", "focus-gap", SHAPE),
    ("focus", "yours-soft", SHAPE),
    ("focus", "accent-soft", SHAPE),
    ("focus", "failed-soft", SHAPE),
]


def tokens(sheet: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", sheet))


def schemes() -> dict[str, dict[str, str]]:
    light, dark = (STATIC / "tokens.css").read_text(encoding="utf-8").split("prefers-color-scheme: dark")
    return {"light": tokens(light), "dark": {**tokens(light), **tokens(dark)}}


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_ratio_is_that_of_the_guidelines() -> None:
    assert round(ratio("#000000", "#ffffff"), 1) == 21
    assert round(ratio("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_is_readable(scheme: str) -> None:
    named = schemes()[scheme]
    assert [
        f"{front} on {ground}: {found:.2f}, not {needed}"
        for front, ground, needed in PAIRS
        if (found := ratio(named[front], named[ground])) < needed
    ] == []


def test_colours_stand_in_the_tokens_alone() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b")
    assert [
        f"{sheet.name}: {line.strip()}"
        for sheet in sorted(STATIC.glob("*.css"))
        if sheet.name not in ("tokens.css", "print.css")
        for line in sheet.read_text(encoding="utf-8").splitlines()
        if colour.search(line)
    ] == []


def test_nothing_comes_from_another_host() -> None:
    assert [
        sheet.name
        for sheet in sorted([*STATIC.glob("*.css"), *STATIC.glob("*.js")])
        if re.search(r"(url\(|https?:|@import|//\w)", sheet.read_text(encoding="utf-8"))
    ] == []


def test_every_token_that_is_used_is_there() -> None:
    sheets = [path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.css"))]
    known = {name for sheet in sheets for name in re.findall(r"--([\w-]+):", sheet)}
    used = {name for sheet in sheets for name in re.findall(r"var\(--([\w-]+)", sheet)}
    assert used - known == set()
