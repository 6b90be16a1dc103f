"""Tokens of fields that save themselves: which save a form began from, and which text a field had then.

A form that is saved whole asks for the number; a single field that saves itself asks for its own text, so
that two fields of one form do not get in each other's way.
"""

from __future__ import annotations

import hashlib


def token_of(version: int, text: str = "") -> str:
    return f"{version}.{_digest(text)}"


def version_in(token: str) -> int:
    """The number in a token; -1, which is nobody's, where it is none."""
    number = token.partition(".")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1


def began_from(token: str, text: str) -> bool:
    """Whether the field still had `text` when the token was given."""
    return token.partition(".")[2] == _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
