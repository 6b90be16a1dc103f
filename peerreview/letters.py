"""The letters of a text in one form, in time that grows with the text."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from typing import Literal

# Unicode's own bound (UAX 15, Stream-Safe Text Format): no writing puts more marks on one letter.
_MARKS = 30
_JOINER = "\N{COMBINING GRAPHEME JOINER}"


def composed(text: str, form: Literal["NFC", "NFKC", "NFKD"] = "NFC") -> str:
    """`text` normalised: å is one sign, however it was typed.

    The marks of one letter are sorted by insertion there: a hundred thousand on one letter would take a minute.
    After each thirty a joiner is put, that nobody sees and that ends the run."""
    if text.isascii():
        return text
    return unicodedata.normalize(form, _runs().sub(_broken, text))


def _broken(run: re.Match[str]) -> str:
    marks = run[0]
    return _JOINER.join(marks[n : n + _MARKS] for n in range(0, len(marks), _MARKS))


@cache
def _runs() -> re.Pattern[str]:
    marks = filter(unicodedata.combining, map(chr, range(sys.maxunicode + 1)))
    return re.compile(f"[{''.join(marks)}]{{{_MARKS + 1},}}")
