"""Whatever goes wrong becomes a page in the frame, in the reader's language, and loses nothing."""

from __future__ import annotations

import errno
import logging
import re
import sqlite3
from collections.abc import Iterator
from typing import NoReturn

import html5lib
import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from peerreview.errors import N_, Conflict, NotFound, Refused, TooLarge
from peerreview.store.connection.database import Database
from tests.databases import quick_database
from tests.web.frame.test_pages import heading

TYPED = "Kalmar län har tydliga mål för hälsosamtalen. <b>"


@pytest.fixture
def db(sqlite_url: str) -> Iterator[Database]:
    """One database is enough: what is tried here asks it nothing of its own."""
    database = quick_database(sqlite_url)
    yield database
    database.dispose()


def _raise(what: str) -> NoReturn:
    match what:
        case "missing":
            raise NotFound
        case "refused":
            raise Refused(N_("The file is too large."))
        case "conflict":
            raise Conflict(N_("Somebody else was first."), theirs="<i>deras</i>", mine=TYPED)
        case "large":
            raise TooLarge(200_000_000)
        case "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        case "committing":
            lost = OperationalError("COMMIT", {}, Exception("the line broke"))
            lost.unclear = True  # type: ignore[attr-defined]
            raise lost
        case "statement":
            raise OperationalError("SELECT 1", {}, sqlite3.OperationalError("no such table: nobody"))
        case "broken":
            raise RuntimeError("the secret of the house")
        case _:
            abort(int(what))


@pytest.fixture
def failing(app: Flask) -> FlaskClient:
    """The application with a page that fails in whichever way it is asked to."""
    app.add_url_rule("/fail/<what>", "fail", _raise, methods=["GET", "POST"])
    app.testing = False
    return app.test_client()


@pytest.mark.parametrize(
    ("what", "status", "swedish", "english"),
    [
        ("missing", 404, "Här finns inget att se", "There is nothing to see here"),
        ("404", 404, "Här finns inget att se", "There is nothing to see here"),
        ("refused", 403, "Du kan inte göra det här nu", "You cannot do this now"),
        ("403", 403, "Du kan inte göra det här nu", "You cannot do this now"),
        ("conflict", 409, "Någon annan hann före", "Somebody else was first"),
        ("large", 413, "Filen är för stor", "The file is too large"),
        ("413", 413, "Filen är för stor", "The file is too large"),
        ("429", 429, "För många försök", "Too many tries"),
        ("broken", 500, "Något gick fel hos oss", "Something went wrong with us"),
        ("501", 501, "Något gick fel hos oss", "Something went wrong with us"),
        ("full", 507, "Tjänsten är stängd en stund", "The service is closed for a moment"),
        ("statement", 500, "Något gick fel hos oss", "Something went wrong with us"),
        ("503", 503, "Tjänsten är stängd en stund", "The service is closed for a moment"),
        ("400", 400, "Sidan förstod inte det som skickades", "The page could not understand what was sent"),
        ("405", 405, "Sidan förstod inte det som skickades", "The page could not understand what was sent"),
    ],
)
def test_each_error_has_its_page(
    failing: FlaskClient, what: str, status: int, swedish: str, english: str
) -> None:
    for language, words in (("sv", swedish), ("en", english)):
        answer = failing.get(f"/fail/{what}?lang={language}")
        assert (answer.status_code, heading(answer)) == (status, words)
        html5lib.HTMLParser(strict=True).parse(answer.text)


def test_an_address_that_nobody_knows(failing: FlaskClient) -> None:
    answer = failing.get("/no/such/place")
    assert (answer.status_code, heading(answer)) == (404, "Här finns inget att se")


def test_a_refusal_says_why(failing: FlaskClient) -> None:
    assert "Filen är för stor." in failing.get("/fail/refused").text


def test_what_may_have_been_saved_is_not_said_to_be_lost(failing: FlaskClient) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', failing.get("/login").text)
    assert token
    page = failing.post("/fail/committing", data={"csrf_token": token[1], "text": TYPED}).text
    assert "Det är inte säkert" in page
    assert "har inte sparats" not in page
    assert "Skicka igen" in page


def test_a_conflict_shows_both_texts_as_they_were_typed(failing: FlaskClient) -> None:
    page = failing.get("/fail/conflict").text
    assert "Kalmar län har tydliga mål för hälsosamtalen. &lt;b&gt;" in page
    assert "&lt;i&gt;deras&lt;/i&gt;" in page


def test_a_file_too_large_is_told_the_limit(failing: FlaskClient) -> None:
    assert "En fil får vara högst 200 MB." in failing.get("/fail/large").text


def test_a_form_too_long_is_told_that_nothing_is_lost(failing: FlaskClient) -> None:
    answer = failing.post("/fail/missing", data={"text": "å" * 1_000_000})
    assert (answer.status_code, heading(answer)) == (413, "Det du skickade är för långt")
    assert "gå tillbaka en sida" in answer.text


def without_token(client: FlaskClient, **fields: str) -> TestResponse:
    """A form sent by a browser that has been here, and has a cookie."""
    client.get("/login")
    return client.post("/fail/missing", data=fields)


def test_a_form_without_its_token_changes_nothing_and_keeps_what_was_typed(failing: FlaskClient) -> None:
    answer = without_token(failing, text=TYPED, short="ja", password="ett hemligt lösenord med många tecken")
    assert (answer.status_code, heading(answer)) == (400, "Formuläret var för gammalt")
    assert "tydliga mål för hälsosamtalen. &lt;b&gt;" in answer.text
    assert "hemligt" not in answer.text
    assert answer.text.count("<textarea") == 1


def test_a_fault_of_ours_is_logged_and_not_shown(
    failing: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = failing.get("/fail/broken")
    assert "secret" not in answer.text
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == [
        "the secret of the house"
    ]


def test_the_error_page_stands_when_the_frame_falls(app: Flask, failing: FlaskClient) -> None:
    @app.context_processor
    def fallen() -> NoReturn:
        raise RuntimeError("no database")

    answer = failing.get("/fail/broken")
    assert (answer.status_code, heading(answer)) == (500, "Något gick fel hos oss")


def test_the_script_is_answered_in_json(failing: FlaskClient) -> None:
    answer = failing.get("/fail/conflict", headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json == {"reason": "Någon annan hann före.", "theirs": "<i>deras</i>", "mine": TYPED}
    assert failing.get("/fail/404", headers={"Accept": "application/json"}).json == {
        "reason": "Sidan finns inte, eller är inte öppen för dig."
    }
