"""How wide words are, near enough: a drawing must know it before a browser has chosen the font."""

from __future__ import annotations

import re

# All but the no-break space.
_SPACE = re.compile(r"[^\S\u00a0]+")

# In parts of the size, as in the wider of Arial and DejaVu Sans (what a bare Debian has); the rest is 0.60.
_WIDTHS = {
    **dict.fromkeys("ijl'|", 0.27),
    **dict.fromkeys(".,:;!I /\\[]", 0.32),
    "f": 0.34,
    **dict.fromkeys("t()-", 0.37),
    **dict.fromkeys('r"*', 0.40),
    **dict.fromkeys("cksvxyzJ", 0.56),
    **dict.fromkeys("ABEFKLPSTVXYZ&ÅÄ", 0.69),
    **dict.fromkeys("CDGHNOQRUÖ", 0.76),
    "w": 0.79,
    **dict.fromkeys("mM", 0.93),
    **dict.fromkeys("W@%—…", 1.0),
}
# Room for fonts that run wider, and for bold letters.
_ROOM, _BOLD = 1.06, 1.07


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Of one line of `text`; letters of other scripts count as wide as they are high."""
    parts = sum(
        _WIDTHS.get(letter, 0.60 if ord(letter) < 0x250 or "–" <= letter <= "”" else 1.0) for letter in text
    )
    return parts * size * _ROOM * (_BOLD if bold else 1)


def lines(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """Words put into lines no wider than `room`; a word that is wider itself is parted with a hyphen. What a
    no-break space ties stays together."""
    found: list[str] = []
    pieces = [piece for whole in _SPACE.split(text) if whole for piece in _pieces(whole, room, size, bold)]
    for word in pieces:
        if found and width(f"{found[-1]} {word}", size, bold=bold) <= room:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def _pieces(word: str, room: float, size: float, bold: bool) -> list[str]:
    found: list[str] = []
    while width(word, size, bold=bold) > room and len(word) > 1:
        at = len(word) - 1
        while at > 1 and width(word[:at] + "-", size, bold=bold) > room:
            at -= 1
        # No one or two letters alone on the last line.
        at = max(min(at, len(word) - 3), 2)
        found.append(word[:at] + ("" if word[:at].endswith("-") else "-"))
        word = word[at:]
    return [*found, word]


def parted(text: str, room: float, size: float, *, bold: bool = False) -> bool:
    """Whether a word of `text` is wider than the room."""
    return any(width(word, size, bold=bold) > room for word in text.split())
