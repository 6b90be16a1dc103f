"""What browsers fetch beside pages: asked for once, packed; and the addresses that programs know by heart."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from peerreview import create_app
from peerreview.errors import BadSetting
from peerreview.services.base.house import House
from peerreview.store.connection.database import Database
from tests.databases import quick_database


@pytest.fixture
def db(sqlite_url: str) -> Iterator[Database]:
    database = quick_database(sqlite_url)
    yield database
    database.dispose()


def fetched(client: FlaskClient) -> list[str]:
    page = client.get("/help").text
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', page)


def test_what_a_page_fetches_is_called_by_what_it_is_and_kept_for_good(client: FlaskClient) -> None:
    addresses = fetched(client)
    assert len(addresses) > 5
    for address in addresses:
        assert re.fullmatch(r"/static/[\w.]+\?v=[0-9a-f]{12}", address)
        answer = client.get(address)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        # Not of the cookie: a log-in would fetch them all again.
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("query", ["", "?v=", "?v=000000000000"])
def test_under_another_address_it_is_asked_for_anew(client: FlaskClient, query: str) -> None:
    """A page from before an upgrade gets what there is, and does not keep it."""
    answer = client.get(f"/static/tokens.css{query}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
    again = client.get(f"/static/tokens.css{query}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_it_is_packed_for_those_who_can_unpack_it(client: FlaskClient) -> None:
    plain = client.get("/static/frame.css")
    packed = client.get("/static/frame.css", headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    refused = client.get("/static/frame.css", headers={"Accept-Encoding": "gzip;q=0"})
    assert refused.data == plain.data


def test_pages_are_not_packed(client: FlaskClient) -> None:
    answer = client.get("/login", headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_browsers_find_the_picture_where_they_look_for_it(client: FlaskClient) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer.mimetype, answer.data[:4]) == (200, "image/x-icon", b"\0\0\1\0")


def test_nobody_makes_a_list_of_what_is_here(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert (answer.mimetype, answer.text) == ("text/plain", "User-agent: *\nDisallow: /\n")


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("security@example.org", "Contact: mailto:security@example.org\n"),
        ("https://example.org/security", "Contact: https://example.org/security\n"),
    ],
)
def test_whom_to_tell_of_a_hole(settings: Settings, house: House, contact: str, said: str) -> None:
    told = settings.model_copy(update={"security_contact": contact})
    client = create_app(told, replace(house, settings=told)).test_client()
    answer = client.get("/.well-known/security.txt")
    assert answer.mimetype == "text/plain"
    assert answer.text.startswith(said)
    assert re.search(r"^Expires: \d{4}-\d\d-\d\dT00:00:00Z$", answer.text, re.M)
    assert "Canonical: http://127.0.0.1:5000/.well-known/security.txt" in answer.text
    assert client.get("/security.txt").location == "/.well-known/security.txt"


def test_a_house_that_has_said_nobody_has_no_such_page(client: FlaskClient) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("contact", ["nobody", "http://example.org", "a@b@c", "security@example.org\nX: 1"])
def test_a_contact_that_is_none_stops_the_start(contact: str) -> None:
    with pytest.raises(BadSetting, match="SECURITY_CONTACT"):
        Settings(secret_key="k" * 40, security_contact=contact)


@pytest.mark.parametrize(
    ("asked", "gone"),
    [
        ("/help/", "/help"),
        ("/reviews/1/", "/reviews/1"),
        ("/reviews/1/report/?version=1&x=å", "/reviews/1/report?version=1&x=%C3%A5"),
        ("/reviews///", "/reviews"),
    ],
)
def test_a_slash_too_many_leads_to_the_page(client: FlaskClient, asked: str, gone: str) -> None:
    answer = client.get(asked)
    assert (answer.status_code, answer.location) == (308, gone)


@pytest.mark.parametrize("asked", ["/no/such/place/", "/%2fevil.example/", "/login/%2f%2fevil/"])
def test_but_nowhere_else(app: Flask, client: FlaskClient, asked: str) -> None:
    assert client.get(asked).status_code == 404
    assert client.post("/help/").status_code in (400, 404)
