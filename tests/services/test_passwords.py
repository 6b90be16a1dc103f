"""Passwords: hashed with argon2id, and what a new one must be."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, Type

from peerreview.services import passwords
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


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("", "Write a password."),
        ("elva tecken", "at least"),
        ("x" * 201, "at most"),
        ("aaaaaaaaaaaaaaaa", "few different"),
        ("ANNA@EXAMPLE.ORG", "other than your name"),
    ],
)
def test_new_password_that_will_not_do(password: str, says: str) -> None:
    fault = passwords.fault(password, least=12, known=("Anna", "anna@example.org"))
    assert fault is not None
    assert says in fault.text


@pytest.mark.parametrize(
    "password", ["tolv tecken!", "kaffe utan mjölk", "    spaces too   ", "åäö" * 10 + "xy"]
)
def test_new_password_that_will_do(password: str) -> None:
    assert passwords.fault(password, least=12, known=("Anna", "anna@example.org")) is None
