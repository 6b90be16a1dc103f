"""The pages for anybody, the frame around them, and the language that they are in."""

from __future__ import annotations

import fcntl
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask, g, render_template_string
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from peerreview.errors import N_, PartyName, Text
from peerreview.services.base import previews
from peerreview.services.base.house import House
from peerreview.store.connection.database import Database
from tests.databases import quick_database
from tests.people import PASSWORD, make_person

OPEN = ("/accessibility", "/privacy", "/help")


@pytest.fixture
def db(sqlite_url: str) -> Iterator[Database]:
    """One database is enough: what is tried here asks it nothing of its own."""
    database = quick_database(sqlite_url)
    yield database
    database.dispose()


def parsed(answer: TestResponse) -> Element:
    """The page as a tree; it must be without a fault."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)


def heading(answer: TestResponse) -> str:
    """The page's one main heading."""
    tree = html5lib.parse(answer.text, namespaceHTMLElements=False)
    (found,) = tree.iter("h1")
    return " ".join("".join(found.itertext()).split())


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("address", OPEN)
def test_open_pages_are_there_for_anybody(client: FlaskClient, address: str, language: str) -> None:
    answer = client.get(f"{address}?lang={language}")
    page = parsed(answer)
    assert answer.status_code == 200
    assert page.get("lang") == language
    assert heading(answer)
    # No field for what is not there, no gap left open.
    assert "%(" not in answer.text
    assert "None" not in answer.text


def test_every_page_begins_with_a_way_past_the_frame(client: FlaskClient) -> None:
    links = list(parsed(client.get("/help")).iter("a"))
    assert links[0].get("href") == "#main"


def test_every_page_leads_to_the_accessibility_statement(client: FlaskClient) -> None:
    assert [link.get("href") for link in parsed(client.get("/help")).iter("a")].count("/accessibility") == 1


def test_nothing_is_fetched_from_another_host_and_nothing_is_inline(client: FlaskClient) -> None:
    page = parsed(client.get("/help"))
    fetched = [element.get("href") for element in page.iter("link")]
    fetched += [element.get("src") for element in page.iter("script")]
    own = ("/static/", "/favicon.ico")
    assert [address for address in fetched if not (address or "").startswith(own)] == []
    assert [element for element in page.iter() if "style" in element.attrib or element.tag == "style"] == []


def test_the_house_speaks_swedish_until_asked(client: FlaskClient) -> None:
    assert heading(client.get("/help")) == "Hjälp"
    assert heading(client.get("/help?lang=fi")) == "Hjälp"


def test_a_visitors_language_is_remembered(client: FlaskClient) -> None:
    assert heading(client.get("/help?lang=en")) == "Help"
    assert heading(client.get("/privacy")) == "Data protection"
    cookie = client.get_cookie("language")
    assert cookie is not None
    assert (cookie.value, cookie.http_only, cookie.same_site) == ("en", True, "Lax")


def signed_in(client: FlaskClient, house: House, language: str) -> FlaskClient:
    make_person(house, "Processledare", email="p@example.org", language=language)
    page = client.get("/login")
    (token,) = {
        field.get("value") for field in parsed(page).iter("input") if field.get("name") == "csrf_token"
    }
    answer = client.post("/login", data={"email": "p@example.org", "password": PASSWORD, "csrf_token": token})
    assert answer.status_code == 303
    return client


def test_a_persons_own_language_goes_first(client: FlaskClient, house: House) -> None:
    page = signed_in(client, house, "en").get("/help?lang=sv")
    assert heading(page) == "Help"


def test_the_preview_is_safe_html_for_those_who_are_logged_in(client: FlaskClient, house: House) -> None:
    assert client.post("/preview", data={"text": "# Hej"}).status_code == 400
    signed_in(client, house, "sv")
    page = client.get("/help")
    token = next(
        field.get("value") for field in parsed(page).iter("input") if field.get("name") == "csrf_token"
    )
    answer = client.post("/preview", data={"text": "# Hej <script>", "csrf_token": token})
    assert answer.text == "<h3>Hej &lt;script&gt;</h3>"


def previewed(client: FlaskClient, text: str = "# Hej") -> TestResponse:
    page = client.get("/help")
    token = next(
        field.get("value") for field in parsed(page).iter("input") if field.get("name") == "csrf_token"
    )
    return client.post("/preview", data={"text": text, "csrf_token": token})


def test_one_preview_at_a_time_is_made_for_a_person_in_whatever_process(
    client: FlaskClient, house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    signed_in(client, house, "sv")
    assert previewed(client).status_code == 200
    (own,) = tmp_path.glob("peerreview-*/person-*")
    with own.open() as elsewhere:
        # As another process would hold it: the lock is on the file, and ends with it.
        fcntl.flock(elsewhere, fcntl.LOCK_EX)
        answer = previewed(client)
    assert (answer.status_code, answer.headers["Retry-After"], answer.mimetype) == (429, "1", "text/plain")
    assert answer.text.startswith("Förhandsvisningen är upptagen just nu.")
    assert previewed(client).status_code == 200


def test_few_previews_are_made_at_once_and_the_next_waits_after_a_long_one(
    client: FlaskClient, house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    signed_in(client, house, "sv")
    assert previewed(client).status_code == 200
    (own,) = tmp_path.glob("peerreview-*/person-*")
    with ExitStack() as others:
        for n in range(previews.AT_ONCE):
            fcntl.flock(others.enter_context((own.parent / f"slot-{n}").open("a")), fcntl.LOCK_EX)
        assert previewed(client).status_code == 429
    own.write_text(str(time.monotonic() + 4.5))
    assert previewed(client).headers["Retry-After"] in ("4", "5")
    # What was written before the machine was started again says nothing.
    own.write_text(str(time.monotonic() + 4000))
    assert previewed(client).status_code == 200


SAID = """{{ day|day }} | {{ day|day(week=false) }} | {{ now|day_time }} | {{ now|clock }} | {{ day|iso }} |
{{- day|relative }} | {{ 1843221|size }} | {{ message|say }} | {{ text|say }} | {{ none|say }} | {{ '<b>'|say }} |
{{- '**a**'|markdown }}"""


def test_filters_speak_the_readers_language(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        app.preprocess_request()
        g.names = {0: "Region Kalmar län"}
        g.now = g.real_now.replace(year=2026, month=3, day=3, hour=8, minute=0)
        said = render_template_string(
            SAID, day=g.now.date(), now=g.now, message=N_("by %(day)s", day=PartyName(0)),
            text=Text.of({"sv": "steg", "en": "step"}),
        )  # fmt: skip
    assert [part.strip() for part in said.split("|")] == [
        "Tue 3 March, week 10", "Tue 3 March", "Tue 3 March at 09:00", "09:00", "2026-03-03", "today", "1.8 MB",
        "by Region Kalmar län", "step", "", "&lt;b&gt;", "<p><strong>a</strong></p>",
    ]  # fmt: skip
