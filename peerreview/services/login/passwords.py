"""Passwords: kept as argon2id hashes, compared with the same work whether or not there is an account."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ...errors import N_, Message
from ...letters import composed
from .guessable import Why, guess

MOST = 200

# The library's own parameters (RFC 9106, low memory); when they change, hashes follow at the next login.
HASHER = PasswordHasher()


def hashed(password: str) -> str:
    return HASHER.hash(_composed(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether this is the password; without a stored hash the answer is no, after just as much work."""
    if len(password) > MOST:
        stored, password = None, ""
    try:
        HASHER.verify(stored or _nobodys(HASHER), _composed(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    return HASHER.check_needs_rehash(stored)


def fault(password: str, *, least: int, known: tuple[str, ...] = ()) -> Message | None:
    """What is wrong with a new password; `known`: names, addresses and the like that others know of its owner."""
    if not password:
        return N_("Write a password.")
    if len(password) < least:
        return N_(
            "The password needs at least %(least)s characters; now it has %(count)s. "
            "A few words in a row are easy to remember.",
            least=least,
            count=len(password),
        )
    if len(password) > MOST:
        return N_("The password can have at most %(most)s characters.", most=MOST)
    if any(unicodedata.category(sign) == "Cc" for sign in password):
        return N_("Write the password without control characters.")
    if (why := guess(password, known).why) or len(set(password)) < 5:
        return _GUESSED[why or "pattern"]
    return None


_GUESSED: dict[Why, Message] = {
    "own": N_(
        "The password is too easy to guess: it is built on names that others know, such as yours, your organisation’s "
        "or the network’s. Take a few words that have nothing to do with each other."
    ),
    "common": N_(
        "The password is too easy to guess: it is built on words that many choose, such as names, places and seasons, "
        "and a year or an exclamation mark does not help. Take a few words that have nothing to do with each other."
    ),
    "pattern": N_(
        "The password is too easy to guess: it is made of dates, rows of keys or signs, or the same thing again and "
        "again. Take a few words that have nothing to do with each other."
    ),
}


def _composed(password: str) -> str:
    """One form of letters that different keyboards send in different ways (å as one sign or two)."""
    return composed(password, "NFKC")


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    """A hash that nobody knows the password of, to do the work on where there is no account."""
    return hasher.hash(secrets.token_urlsafe(32))
