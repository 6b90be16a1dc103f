"""What people type, and what is said about it."""

from __future__ import annotations

import pytest

from peerreview.errors import Invalid
from peerreview.services.base.checks import Checks, email_fault, searchable, web_address_fault


@pytest.mark.parametrize(
    "address",
    ["anna@example.org", "a.b-c+d_e@sub.example.org", "O'Neill@example.co", "x@" + "a" * 60 + ".se", "1@2.3"],
)
def test_address_that_is_one(address: str) -> None:
    assert email_fault(address) is None


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "Write an e-mail address"),
        ("anna", "There is no @"),
        ("anna@", "Something is missing"),
        ("@example.org", "Something is missing"),
        ("an na@example.org", "without spaces"),
        ("Anna <anna@example.org>", "without spaces"),
        ("anna@example.org\nBcc: x@example.org", "without spaces"),
        ("anna@example.org\x00", "without spaces"),
        ("a" * 250 + "@example.org", "at most 254"),
        ("a" * 65 + "@example.org", "before the @"),
        ("a..b@example.org", "before the @"),
        ("<anna>@example.org", "before the @"),
        ("a@b@example.org", "before the @"),
        ("anna@localhost", "after the @"),
        ("anna@-example.org", "after the @"),
        ("anna@example..org", "after the @"),
    ],
)
def test_address_that_is_none_says_why(address: str, says: str) -> None:
    fault = email_fault(address)
    assert fault is not None
    assert says in fault.text


def test_address_with_swedish_letters_names_the_letter() -> None:
    fault = email_fault("kjell.åke@example.org")
    assert fault is not None
    assert dict(fault.params) == {"letter": "å"}
    assert email_fault("kjell@malmö.se") is not None


def test_lines_are_composed_and_trimmed() -> None:
    assert Checks().name("name", "  A\u030asa  ") == "Åsa"


@pytest.mark.parametrize("name", ["", "   ", "two\nlines", "nul\x00", "turned\u202eeman", "x" * 201, "\x85"])
def test_names_that_are_none(name: str) -> None:
    checks = Checks()
    checks.name("name", name)
    with pytest.raises(Invalid) as caught:
        checks.stop()
    assert list(caught.value.errors) == ["name"]


def test_names_as_people_have_them() -> None:
    checks = Checks()
    for name in ("Åsa Öberg-Ähl", "Łukasz Ðorđević", "محمد", "X Æ A-12", "x" * 200):
        checks.name("name", name)
    checks.stop()


@pytest.mark.parametrize(
    ("typed", "number"), [("", None), (" ", None), ("0", 0), ("295 000", 295000), ("295\u00a0000", 295000)]
)
def test_numbers_as_people_write_them(typed: str, number: int | None) -> None:
    checks = Checks()
    assert checks.number("n", typed, most=10**6) == number
    checks.stop()


@pytest.mark.parametrize("typed", ["-1", "1.5", "1000001", "9" * 40, "ett", "١٢", "1_000"])
def test_numbers_that_are_none(typed: str) -> None:
    checks = Checks()
    checks.number("n", typed, most=10**6)
    assert list(checks.faults) == ["n"]


@pytest.mark.parametrize("typed", ["", "070-123 45 67", "+46 8 123 45 67 ankn. 8"])
def test_telephones_as_people_write_them(typed: str) -> None:
    checks = Checks()
    checks.phone("phone", typed)
    checks.stop()


@pytest.mark.parametrize("typed", ["ring mig", "1" * 51, "08\n1"])
def test_telephones_that_are_none(typed: str) -> None:
    checks = Checks()
    checks.phone("phone", typed)
    assert list(checks.faults) == ["phone"]


def test_search_text_loses_what_a_database_would_refuse() -> None:
    assert searchable(" åsa\x00b\n ") == "åsa b"
    assert len(searchable("x" * 1000)) == 200


@pytest.mark.parametrize(
    "text",
    [
        "https://www.example.org/plan.pdf",
        "http://intranät.example.org:8080/a?b=c#d",
        "HTTPS://EXAMPLE.ORG",
    ],
)
def test_web_addresses_that_lead_somewhere_are_taken(text: str) -> None:
    assert web_address_fault(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "//example.org",
        "www.example.org",
        "https://",
        "https://example.org:port/",
        "https://[::1",
        "https://example.org/a b",
        "https://example.org/\x00",
        "https://user:secret@example.org/",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_other_addresses_are_refused_with_the_mend(text: str) -> None:
    assert web_address_fault(text) is not None


@pytest.mark.parametrize(
    "text", ["6/3 2026", "2026-3-6", "2026-02-30", "0001-01-01", "9999-12-31", "20260306"]
)
def test_a_date_that_is_none_is_refused(text: str) -> None:
    checks = Checks()
    assert checks.day("date", text) is None
    assert "date" in checks.faults


def test_texts_keep_their_lines_and_lose_what_has_no_place() -> None:
    checks = Checks()
    assert checks.text("note", "  a\r\n\tb\rc ", most=10) == "a\n\tb\nc"
    assert checks.faults == {}
    checks.text("note", "a\x00", most=10)
    checks.text("long", "a" * 11, most=10)
    assert sorted(checks.faults) == ["long", "note"]
