"""Swedish order, the same on both databases.

A C.UTF-8 PostgreSQL sorts ä before å and SQLite's lower() leaves ÅÄÖ alone; so each name is kept
with a key whose plain byte order is the Swedish order, and compared after casefold() in Python.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, String, false, func
from sqlalchemy.orm import InstrumentedAttribute

from ...letters import composed

SORT_KEY = String(400).with_variant(String(400, collation="C"), "postgresql")

_LETTERS = {"z": "z0", "å": "z1", "ä": "z2", "æ": "z2", "ö": "z3", "ø": "z3"}


def sort_key(name: str) -> str:
    """A key in ASCII whose code point order is the Swedish alphabetical order of `name`."""
    key = []
    for letter in composed(name).casefold():
        if letter in _LETTERS:
            key.append(_LETTERS[letter])
        else:
            key.append(composed(letter, "NFKD").encode("ascii", "ignore").decode())
    return "".join(key)[:400]


def fold(text: str) -> str:
    """`text` as it is compared: composed, without case, without spaces at its ends."""
    return composed(text).strip().casefold()


def key_contains(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """Whether the name behind a sort key column contains `text`: without case, and with é as e, å as å.

    The two-sign letters are put back first, or a search for "1" would find every å."""
    wanted = sort_key(text)
    letters: ColumnElement[str] = column.expression
    for sign, letter in (("z1", "å"), ("z2", "ä"), ("z3", "ö"), ("z0", "z")):
        wanted, letters = wanted.replace(sign, letter), func.replace(letters, sign, letter)
    return letters.contains(wanted, autoescape=True) if wanted else false()
