"""What leaves the house is what a server can send, in its frame and the reader's language, however it failed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import NoReturn

import html5lib
import pytest
from flask import Flask, Response, render_template
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from peerreview.errors import Refused
from peerreview.services.base.checks import web_address_fault
from peerreview.store.connection.database import Database
from peerreview.web.frame.gate import PROTECTING
from peerreview.web.frame.headers import attachment, onward, unsendable
from tests.databases import quick_database
from tests.web.frame.test_pages import heading

PACKAGE = Path(__file__).parents[3] / "peerreview"
FAILED = {"sv": "Något gick fel hos oss", "en": "Something went wrong with us"}
TYPED = "Kalmar län har tydliga mål för hälsosamtalen. <b>"


@pytest.fixture
def db(sqlite_url: str) -> Iterator[Database]:
    """One database is enough: what is tried here asks it nothing of its own."""
    database = quick_database(sqlite_url)
    yield database
    database.dispose()


# ---- names of files


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("profiles.csv", "attachment; filename=profiles.csv"),
        ("Min plan.pdf", 'attachment; filename="Min plan.pdf"'),
        (
            "Granskningsrapport – Region Kalmar län.md",
            'attachment; filename="Granskningsrapport - Region Kalmar lan.md"; '
            "filename*=UTF-8''Granskningsrapport%20%E2%80%93%20Region%20Kalmar%20l%C3%A4n.md",
        ),
        (
            'Års"plan" 50%.html',
            "attachment; filename=\"Ars_plan_ 50_.html\"; filename*=UTF-8''%C3%85rs%22plan%22%2050%25.html",
        ),
        ("../../etc/passwd", "attachment; filename=-..-etc-passwd"),
        ("計画.pdf", "attachment; filename=__.pdf; filename*=UTF-8''%E8%A8%88%E7%94%BB.pdf"),
        ("", "attachment; filename=file"),
        (" . ", "attachment; filename=file"),
    ],
)  # fmt: skip
def test_a_file_is_named_for_old_browsers_and_for_new(name: str, header: str) -> None:
    assert attachment(name) == header


@given(st.text(st.characters(exclude_categories=())))
def test_any_name_at_all_can_be_sent_and_read_again(name: str) -> None:
    header = attachment(name)
    assert not unsendable("Content-Disposition", header)
    read: Message = HeaderParser().parsestr(f"Content-Disposition: {header}\n\n")
    assert read.get_content_disposition() == "attachment"
    found = read.get_filename()
    assert found
    assert not set(found) & set("/\\\r\n\0")
    assert len(found) <= 150


def test_a_long_name_keeps_its_ending() -> None:
    assert attachment("r" * 400 + ".docx").endswith("r%E2%80%A6.docx")


def test_such_headers_are_made_in_one_place() -> None:
    """Whoever writes one elsewhere writes one that some server does not take."""
    assert [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        if path.name != "headers.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.match(r"(?i)content-disposition|attachment;", node.value)
    ] == []


# ---- links that people saved


WRONG = ("//a..å.se/", "//xn--å.se/", f"//{'å' * 70}.se/", "//./", "//h:port/", "//[::1/")


@pytest.mark.parametrize("url", [f"https:{rest}" for rest in WRONG])
def test_a_link_that_no_browser_can_follow_is_not_saved_and_an_old_one_is_told(app: Flask, url: str) -> None:
    assert web_address_fault(url) is not None
    with app.test_request_context("/"), pytest.raises(Refused):
        onward(url)


def test_a_link_in_swedish_is_followed(app: Flask) -> None:
    url = "https://exämple.se/plan på väg?år=2026#sidå"
    assert web_address_fault(url.replace(" ", "")) is None
    with app.test_request_context("/"):
        answer = app.make_response(onward(url))
    assert answer.location == "https://xn--exmple-cua.se/plan%20p%C3%A5%20v%C3%A4g?%C3%A5r=2026#sid%C3%A5"


# ---- whatever fails, wherever


def _broken() -> NoReturn:
    raise RuntimeError("the secret of the house")


def _page() -> str:
    return render_template("web/pages/help.sv.html")


def _dash() -> Response:
    return Response("fine", headers={"X-Title": "Kalmar – Gävleborg"})


def _line() -> Response:
    answer = Response("fine")
    answer.headers._list.append(("X-Title", "one\r\nSet-Cookie: planted=1"))
    return answer


def _nowhere() -> Response:
    return Response("", 303, {"Location": "https://a..å.se/"})


def _late(response: Response) -> Response:
    if response.status_code == 200:
        _broken()
    return response


def _latest(response: Response) -> Response:
    _broken()


def _letter(response: Response) -> Response:
    response.headers["X-Title"] = "å – ö"
    return response


def _start(*_: object) -> NoReturn:
    _broken()


class _NoSession(SecureCookieSessionInterface):
    open_session = _start


def _make(how: str, app: Flask) -> Flask:
    """The application with a page at /it that fails in this way."""
    view = {"a view": _broken, "a header": _dash, "a line in a header": _line, "a way to nowhere": _nowhere}
    app.add_url_rule("/it", "it", view.get(how, _page), methods=["GET", "POST"])
    match how:
        case "before the request":
            app.before_request(_broken)
        case "after the request":
            app.after_request(_late)
        case "after the request, the error's page too":
            app.after_request(_latest)
        case "a header of every page":
            app.after_request(_letter)
        case "the frame":
            app.context_processor(_broken)
        case "the session":
            app.session_interface = _NoSession()
        case "the request":
            app.create_url_adapter = _start  # type: ignore[method-assign]
        case "the error's own handling":
            app.before_request(_broken)
            app.handle_exception = _start  # type: ignore[method-assign]
    return app


WAYS = (
    "a view", "a header", "a line in a header", "a way to nowhere", "before the request", "after the request",
    "after the request, the error's page too", "a header of every page", "the frame", "the session", "the request",
    "the error's own handling",
)  # fmt: skip


@pytest.fixture
def failing(app: Flask, how: str) -> FlaskClient:
    _make(how, app).testing = False
    return app.test_client()


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_what_fails_is_a_page_of_ours_in_the_readers_language(
    failing: FlaskClient, how: str, language: str
) -> None:
    failing.set_cookie("language", language)
    answer = failing.get("/it")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    if how != "the request":
        assert heading(answer) == FAILED[language]
        assert "Nätverket för kollegial granskning" in answer.text
        assert "band-top" in answer.text
    else:
        assert FAILED["sv"] in answer.text
        assert FAILED["en"] in answer.text
    html5lib.HTMLParser(strict=True).parse(answer.text)
    assert "secret" not in answer.text
    assert "planted" not in str(answer.headers)
    for name, value in PROTECTING.items():
        assert answer.headers.get(name) == value
    assert [header for header in answer.headers if unsendable(*header)] == []


@pytest.mark.parametrize("how", ["a view", "a header", "after the request", "the frame"])
def test_what_was_typed_is_on_the_page_wherever_it_failed(failing: FlaskClient, how: str) -> None:
    failing.application.config["WTF_CSRF_ENABLED"] = False
    answer = failing.post("/it", data={"text": TYPED, "password": "ett hemligt lösenord med många tecken"})
    assert answer.status_code == 500
    assert "Kalmar län har tydliga mål för hälsosamtalen. &lt;b&gt;" in answer.text
    assert "hemligt" not in answer.text


@pytest.mark.parametrize("how", ["a view", "a header of every page"])
def test_the_script_is_told_in_json(failing: FlaskClient, how: str) -> None:
    answer = failing.get("/it", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json) == (500, {"reason": "Något gick fel hos oss."})
