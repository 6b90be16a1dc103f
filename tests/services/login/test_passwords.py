"""Passwords: hashed with argon2id, and what a new one must be."""

from __future__ import annotations

import re
import time

import pytest
from argon2 import PasswordHasher, Type

from peerreview.errors import N_
from peerreview.services.login import guessable, passwords
from tests.conftest import FULL_HASHER


def test_hash_is_argon2id_with_at_least_the_parameters_of_rfc_9106() -> None:
    assert FULL_HASHER.type is Type.ID
    assert (FULL_HASHER.memory_cost, FULL_HASHER.time_cost) >= (64 * 1024, 3)


def test_right_password_matches_and_wrong_does_not() -> None:
    stored = passwords.hashed("kaffe utan mjölk")
    assert stored.startswith("$argon2id$")
    assert passwords.matches(stored, "kaffe utan mjölk")
    assert not passwords.matches(stored, "kaffe utan mjolk")
    assert not passwords.matches(stored, "kaffe utan mjölk" + "x" * 400)
    assert not passwords.matches("not a hash at all", "kaffe utan mjölk")


def test_two_ways_of_writing_a_letter_are_one() -> None:
    assert passwords.matches(passwords.hashed("kaffe utan mjo\u0308lk"), "kaffe utan mjölk")


def test_nobody_has_no_password_but_costs_as_much(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            verified.append(str(hash))
            return super().verify(hash, password)  # type: ignore[return-value]

    monkeypatch.setattr(passwords, "HASHER", Counting(time_cost=1, memory_cost=8, parallelism=1))
    assert not passwords.matches(None, "whatever it may be")
    assert not passwords.matches(None, "x" * 10**6)
    assert [hash.rsplit("$", 2)[0] for hash in verified] == ["$argon2id$v=19$m=8,t=1,p=1"] * 2


def test_outdated_when_the_parameters_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = passwords.hashed("kaffe utan mjölk")
    assert not passwords.outdated(stored)
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert passwords.outdated(stored)
    assert passwords.matches(stored, "kaffe utan mjölk")


KNOWN = (
    "Anna Svensson",
    "anna.svensson@regionkalmar.se",
    "0701234567",
    "Region Kalmar län",
    "Region Gävleborg",
    "Nätverket för hälsofrämjande sjukvård",
    "granskning.example.org",
)


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("", "Write a password."),
        ("elva tecken", "at least"),
        ("x" * 201, "at most"),
        ("kaffe utan\x00 mjölk", "control characters"),
    ],
)
def test_new_password_that_will_not_do(password: str, says: str) -> None:
    fault = passwords.fault(password, least=12, known=KNOWN)
    assert fault is not None
    assert says in fault.text


GUESSED_FIRST = """
password1234 Sommar2026!! Kalmar2026!! Lösenord2026! L0senord2026! Losenord-2026 Välkommen2026 P@$$w0rd2026!
qwertyuiop12 Qwertyuiop123 asdfghjklöä1 !QAZ2wsx#EDC zaq12wsxcde3 123456789012 abcdefghijkl aaaaaaaaaaab
1q2w3e4r5t6y hejhejhejhej Sommar!Sommar! kalmarkalmar abc123abc123 Vinter2025-26 Höst&Vår2026! SommarVinter2026
Gävleborg2026! regionkalmar1 Regionkalmar.se1 k4lm4r!2026!! Anna.Svensson1975 annasvensson12 nossnevsanna1
anna.svensson@regionkalmar.se 070-1234567! 0701234567!! 19750312-1234 19750312-4827 2026-11-28-sommar
fotboll12345 iloveyou1234 dragonmaster99 Stockholm2026! Djurgården1891 MariaLarsson1! Älskling123!
Granskning2026 Nätverk!Nätverk1 hälsofrämjande1 Peerreview2026! Sjukhuset2026! Mormor-1947! Julafton2026!
granskning.example.org drosnelös12345 1111222233334444 åäöåäöåäöåäö
"""


@pytest.mark.parametrize("password", re.findall(r"\S+", GUESSED_FIRST))
def test_new_password_that_others_would_guess_first_is_refused(password: str) -> None:
    """Common ones, the own ones of person, organisation and network, however they are decorated."""
    fault = passwords.fault(password, least=12, known=KNOWN)
    assert fault is not None
    assert "too easy to guess" in fault.text


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("Kalmar2026!!", "names that others know"),
        ("Sommar2026!!", "words that many choose"),
        ("2026-11-28 1234", "dates, rows of keys"),
        ("aaaaaaaaaaaaaaaa", "the same thing again"),
    ],
)
def test_it_is_said_what_makes_it_easy(password: str, says: str) -> None:
    assert says in (passwords.fault(password, least=12, known=KNOWN) or N_("")).text


@pytest.mark.parametrize(
    "password",
    [
        "tolv tecken!",
        "kaffe utan mjölk",
        "kaffe utan mjölk i termos",
        "    spaces too   ",
        "elefant-paraply",
        "blåbärssylt och mjölk",
        "Anna dricker te i hängmattan",
        "x7Kq!pLm2@vT",
        "correct horse battery staple",
    ],
)
def test_new_password_that_will_do(password: str) -> None:
    assert passwords.fault(password, least=12, known=KNOWN) is None


def test_looking_at_the_nastiest_password_takes_no_time() -> None:
    begun = time.process_time()
    for password in ("a" * 200, "ab1!" * 50, "1q" * 100, "@" * 200, "\ufdfa" * 200):
        passwords.fault(password, least=12, known=KNOWN)
    assert time.process_time() - begun < 5


def test_the_lists_hold_what_they_should() -> None:
    """Those of the shipped words that a password can hold alone are each too easy, with a year after them."""
    words = [word for name in ("leaked", "swedish") for word in guessable._list(name)]
    assert len(words) > 6500
    assert [word for word in words[::7] if not guessable.guess(f"{word}2026!!").why] == []
