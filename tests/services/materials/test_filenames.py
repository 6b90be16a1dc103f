"""A file's name is data: cleaned for people's eyes, never a path."""

from __future__ import annotations

import pytest

from peerreview.errors import Invalid
from peerreview.services.materials.filenames import LONGEST, UNKNOWN, clean, media_type


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("Årsrapport – 2025 (slutlig).docx", "Årsrapport – 2025 (slutlig).docx"),
        ("../../etc/passwd", "passwd"),
        ("C:" + r"\fakepath\plan.pdf", "plan.pdf"),
        ("/plan.pdf", "plan.pdf"),
        ("plan\x00\x07.pdf", "plan.pdf"),
        ("plan%0D%0ASet-Cookie: x.pdf", "planSet-Cookie: x.pdf"),
        ("den %22nya%22 planen.pdf", 'den "nya" planen.pdf'),
        ("plan\u202efdp.exe", "planfdp.exe"),
        ("  mycket   luft .pdf ", "mycket luft .pdf"),
        ("A\u030argang.pdf", "Årgang.pdf"),
        (".gitignore", ".gitignore"),
    ],
)
def test_name_is_cleaned_for_people(said: str, kept: str) -> None:
    assert clean(said) == kept


@pytest.mark.parametrize("said", ["", "..", "/", "a/", "\x00\x01", " . . "])
def test_name_of_nothing_is_refused(said: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean(said)
    assert list(refused.value.errors) == ["file"]


def test_long_name_keeps_its_ending() -> None:
    kept = clean("å" * 400 + ".pdf")
    assert len(kept) == LONGEST
    assert kept.endswith("….pdf")
    assert len(clean("å" * 400)) == LONGEST


def test_media_type_goes_by_the_ending_and_runs_nowhere() -> None:
    assert media_type("PLAN.PDF") == "application/pdf"
    assert [media_type(name) for name in ("sida.html", "bild.svg", "kod.js", "utan", "x.pdf.exe")] == [
        UNKNOWN
    ] * 5
