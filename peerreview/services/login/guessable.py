"""How hard a password is to guess by whoever knows how people choose: the words that others try first, then what is
hung on them. No promise of strength, but a floor.

The password is cut into pieces (a word that is known, a year, a row of keys, what stood there before, one sign that is
nothing of these), each with the bits that a guesser spends on it, and the cheapest way of cutting it counts. Words are
compared without capitals, dots over letters and the usual signs in the place of letters ("L0senord" is "lösenord").
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from ...letters import composed

Why = Literal["own", "common", "pattern", ""]

# The bits that a password needs: some two hundred million guesses. Twelve signs by chance have forty.
ENOUGH = 28.0
LETTER, SIGN = 3.4, 3.4
# Bits of a word that others know of its owner, and of one that people here like.
OWN, LIKED = 3.0, 6.0
SHORTEST, LONGEST = 3, 24
# What is looked at: a longer password is not stronger by what comes after, and is looked at in good time.
LOOKED_AT = 80

_FOLDER = Path(__file__).parent / "guessed"
_LETTERS = str.maketrans("æøðþłß", "aodtls")
_AS_LETTERS = dict(zip("02345789@$€+", "ozeastbgaset", strict=True))
_UNSIGNED = tuple(str.maketrans({**_AS_LETTERS, "1": one, "!": one, "|": one}) for one in "il")
_ROWS = ("1234567890+", "qwertyuiopå", "asdfghjklöä", "zxcvbnm,.-")
_SHIFTED = str.maketrans('!"@#£¤$%&/()=', "1223344567890")
_YEAR = re.compile(r"(?:18|19|20)\d\d")
_DAY, _MONTH, _BETWEEN = r"(?:0[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])", "[-./ ]?"
_DATE = re.compile(
    rf"(?:(?:19|20)?\d\d{_BETWEEN}{_MONTH}{_BETWEEN}{_DAY})|(?:{_DAY}{_BETWEEN}{_MONTH}{_BETWEEN}(?:19|20)?\d\d)"
)


class Guess(NamedTuple):
    """`bits` that a guesser spends; `why`: what most of the password is made of, "" where it is hard enough."""

    bits: float
    why: Why


class _Piece(NamedTuple):
    until: int
    bits: float
    why: Why


def guess(password: str, own: Iterable[str] = ()) -> Guess:
    """The cheapest way to the password. `own`: words that others know of its owner, in any form."""
    text = composed(password, "NFKC")[:LOOKED_AT]
    words = _known() | dict.fromkeys(own_keys(own), (OWN, "own"))
    ways: list[tuple[float, Mapping[Why, int]]] = [(0.0, {})]
    found: dict[int, list[tuple[int, _Piece]]] = {}
    for start in range(len(text)):
        for piece in _pieces(text, start, words):
            found.setdefault(piece.until, []).append((start, piece))
        until = start + 1
        ways.append(
            min((_with(ways[begun], begun, one) for begun, one in found[until]), key=lambda way: way[0])
        )
    bits, made_of = ways[-1]
    known: dict[Why, int] = {why: signs for why, signs in made_of.items() if why}
    return Guess(bits, "" if bits >= ENOUGH else max(known, key=lambda why: known[why], default="pattern"))


def _with(way: tuple[float, Mapping[Why, int]], begun: int, piece: _Piece) -> tuple[float, Mapping[Why, int]]:
    made_of = {**way[1], piece.why: way[1].get(piece.why, 0) + piece.until - begun}
    return way[0] + piece.bits, made_of


def own_keys(texts: Iterable[str]) -> set[str]:
    """The words of names and addresses as passwords hold them: each alone, and all of a name in one."""
    found = set()
    for text in texts:
        parts = re.findall(r"[^\W_]+", text)
        found |= {_key(part) for part in (*parts, "".join(parts), *(one.removesuffix("s") for one in parts))}
    return {key for key in found if len(key) >= SHORTEST}


def _key(text: str) -> str:
    plain = composed(text.casefold().translate(_LETTERS), "NFKD")
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


@cache
def _known() -> dict[str, tuple[float, Why]]:
    """Bits of each common word, by its key."""
    found: dict[str, tuple[float, Why]] = {}
    for rank, word in enumerate(_list("leaked"), start=2):
        found.setdefault(_key(word), (math.log2(rank), "common"))
    for word in _list("swedish"):
        key = _key(word)
        found[key] = (min(LIKED, found.get(key, (LIKED, ""))[0]), "common")
    return {key: value for key, value in found.items() if len(key) >= SHORTEST}


def _list(name: str) -> Iterator[str]:
    for line in (_FOLDER / f"{name}.list").read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            yield from line.split()


# ---- pieces


def _pieces(text: str, start: int, words: Mapping[str, tuple[float, Why]]) -> Iterator[_Piece]:
    """Everything that the text can be taken for from `start` on."""
    yield _Piece(start + 1, _one_sign(text, start), "")
    yield from _words(text, start, words)
    for pattern, bits in ((_YEAR, 5.0), (_DATE, 9.0)):
        if match := pattern.match(text, start):
            yield _Piece(match.end(), bits, "pattern")
    yield from _again(text, start)
    for ends, bits in ((_row_of_signs, 4.0), (_row_of_keys, 4.5)):
        yield from _run(text, start, ends, bits)


def _one_sign(text: str, at: int) -> float:
    """A sign that is nothing else: the usual ones between words and at the end cost little."""
    if at and text[at] == text[at - 1]:
        return 0.7
    if text[at] in " -_." and at:
        return 1.5
    if text[at] in "!?1":
        return 2.0
    return LETTER if text[at].isalnum() else SIGN


def _words(text: str, start: int, words: Mapping[str, tuple[float, Why]]) -> Iterator[_Piece]:
    for until in range(start + SHORTEST, min(start + LONGEST, len(text)) + 1):
        written = text[start:until]
        plain = _key(written)
        keys = {
            plain: 0.0,
            **{plain.translate(table): 1.0 for table in _UNSIGNED if plain != plain.translate(table)},
        }
        for key, more in keys.items():
            for said, backwards in ((key, 0.0), (key[::-1], 1.0)):
                if said in words:
                    bits, why = words[said]
                    yield _Piece(until, bits + more + backwards + _capitals(written), why)


def _capitals(written: str) -> float:
    """What capitals add: next to nothing at the beginning, or for all."""
    count = sum(sign.isupper() for sign in written)
    if not count:
        return 0.0
    usual = (written[0].isupper() and count == 1) or written.upper() == written
    return 0.5 if usual else min(count, len(written) - count) + 1.0


def _again(text: str, start: int) -> Iterator[_Piece]:
    """What stood there before, once more: as it was or with other capitals."""
    small = text.casefold()
    if len(small) != len(text):
        return
    for until in range(start + 2, len(text) + 1):
        if small[start:until] not in small[:start]:
            return
        yield _Piece(until, 2.0, "pattern")


def _run(
    text: str, start: int, goes_on: Callable[[str, str, int], int | None], bits: float
) -> Iterator[_Piece]:
    """Signs that follow each other by a rule, at least three; each change of direction costs."""
    small, step, turns = text.casefold(), 0, 0
    for at in range(start + 1, min(len(small), len(text))):
        now = goes_on(small[at - 1], small[at], step)
        if now is None:
            return
        turns += bool(step) and now != step
        step = now
        if at - start >= 2:
            yield _Piece(at + 1, bits + 1.5 * turns + 0.2 * (at - start), "pattern")


def _row_of_signs(before: str, after: str, step: int) -> int | None:
    """The next of the alphabet or of the numbers, forwards or backwards, the same way all along."""
    if not (before + after).isalnum() or before.isdigit() != after.isdigit():
        return None
    now = ord(after) - ord(before)
    if (before, after) in (("9", "0"), ("0", "9")):
        now = 1 if before == "9" else -1
    return now if abs(now) == 1 and step in (0, now) else None


@cache
def _places() -> dict[str, tuple[int, int]]:
    return {sign: (row, column) for row, signs in enumerate(_ROWS) for column, sign in enumerate(signs)}


def _row_of_keys(before: str, after: str, step: int) -> int | None:
    """A key beside the last one; which way, as a number."""
    ours = [_places().get(sign.translate(_SHIFTED)) for sign in (before, after)]
    if ours[0] is None or ours[1] is None:
        return None
    down, right = ours[1][0] - ours[0][0], ours[1][1] - ours[0][1]
    beside = {(0, 1): 1, (0, -1): 2, (1, 0): 3, (1, -1): 4, (-1, 0): 5, (-1, 1): 6, (0, 0): step or 7}
    return beside.get((down, right))
