"""static/app.js in a real browser: saving while one writes, preview, and how it stands aside."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, render_template_string, request
from flask.typing import ResponseReturnValue
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from peerreview.errors import N_, Conflict, Refused
from peerreview.store.connection.database import Database
from tests.databases import quick_database

pytestmark = pytest.mark.browser

PAGE = """{% extends "web/base.html" %}{% import "web/_forms.html" as forms %}{% import "web/_parts.html" as parts %}
{% block title %}Text{% endblock %}
{% block content %}<h1>Text</h1>
{{ forms.error_summary(errors) }}
<form method="post" action="/text" data-guard>{{ forms.csrf() }}
{{ forms.hidden("version", 3) }}
{{ forms.textarea("text", "Utkast", "Början", errors, autosave="/save", version=3, preview="/show") }}
{{ forms.button("Skicka") }}</form>
{{ parts.checksum("abc") }}{% endblock %}"""


FORM = """{% extends "web/base.html" %}{% import "web/_forms.html" as forms %}
{% block title %}Form{% endblock %}
{% block content %}<h1>Form</h1>
<form method="post" action="/form" {{ forms.keeps_itself("/draft", none) }}>{{ forms.csrf() }}
{{ forms.hidden("version", 7) }}
{{ forms.textarea("aims", "Syfte") }}
{{ forms.checkboxes("wants", "Vill", [("a", "Alkohol"), ("b", "Mat")], []) }}
{{ forms.button("Skicka") }}</form>{% endblock %}"""


class Desk:
    """A page with one long text, one with a form, and what reached the server of them."""

    def __init__(self) -> None:
        self.saved: list[tuple[str, str]] = []
        self.drafts: list[dict[str, list[str]]] = []
        self.sent = 0
        self.fails: Exception | None = None

    def register(self, app: Flask) -> None:
        app.add_url_rule("/text", "text", self.page, methods=["GET", "POST"])
        app.add_url_rule("/save", "save", self.save, methods=["POST"])
        app.add_url_rule("/form", "form", lambda: render_template_string(FORM), methods=["GET", "POST"])
        app.add_url_rule("/draft", "draft", self.draft, methods=["POST"])
        app.add_url_rule("/show", "show", lambda: f"<p><em>{request.form['text']}</em></p>", methods=["POST"])

    def page(self) -> str:
        self.sent += request.method == "POST"
        errors = {"text": N_("Nobody")} if "wrong" in request.args else {}
        return render_template_string(PAGE, errors=errors)

    def save(self) -> ResponseReturnValue:
        if self.fails:
            raise self.fails
        self.saved.append((request.form["text"], request.form["version"]))
        return {"version": 3 + len(self.saved), "saved": "14.32"}

    def draft(self) -> ResponseReturnValue:
        self.drafts.append(request.form.to_dict(flat=False))
        return {"version": len(self.drafts), "saved": "14.32"}


@pytest.fixture
def db(sqlite_url: str) -> Iterator[Database]:
    """One database is enough: what is tried here asks it nothing of its own."""
    database = quick_database(sqlite_url)
    yield database
    database.dispose()


@pytest.fixture
def desk(app: Flask) -> Desk:
    made = Desk()
    made.register(app)
    return made


@pytest.fixture
def address(app: Flask, desk: Desk) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address)
    opened = context.new_page()
    yield opened
    context.close()


def write(page: Page, text: str) -> Any:
    page.goto("/text")
    area = page.get_by_label("Utkast")
    area.fill(text)
    return area


def test_text_is_saved_while_it_is_written(page: Page, desk: Desk) -> None:
    area = write(page, "Ett")
    expect(page.get_by_text("Inte sparat än")).to_be_visible()
    expect(page.get_by_text("Sparat 14.32")).to_be_visible()
    area.fill("Ett, två")
    expect(page.get_by_text("Inte sparat än")).to_be_visible()
    area.blur()
    expect(page.get_by_text("Sparat 14.32")).to_be_visible()
    assert desk.saved == [("Ett", "3"), ("Ett, två", "4")]
    assert page.locator("input[name=version]").input_value() == "5"


def test_a_whole_form_is_kept_as_it_is_filled_in(page: Page, desk: Desk) -> None:
    page.goto("/form")
    page.get_by_label("Mat").check(force=True)
    expect(page.get_by_text("Sparat, inte skickat: 14.32")).to_be_visible()
    page.get_by_label("Syfte").fill("Lära")
    expect(page.get_by_text("Inte sparat än")).to_be_visible()
    expect(page.get_by_text("Sparat, inte skickat: 14.32")).to_be_visible()
    typed = {"version": ["7"], "aims": [""], "wants": ["b"], "draft": ["0"]}
    assert desk.drafts == [typed, {**typed, "aims": ["Lära"], "draft": ["1"]}]
    assert page.locator("input[name=version]").input_value() == "7"


def test_a_clash_stops_the_saving_and_keeps_the_text(page: Page, desk: Desk) -> None:
    desk.fails = Conflict(N_("Somebody else was first."))
    area = write(page, "Mitt")
    expect(page.get_by_role("alert")).to_contain_text("Någon annan hann före.")
    desk.fails = None
    area.fill("Mitt, och mer")
    area.blur()
    page.wait_for_timeout(300)
    assert (desk.saved, area.input_value()) == ([], "Mitt, och mer")


def test_a_refusal_is_said_in_words(page: Page, desk: Desk) -> None:
    desk.fails = Refused(N_("The file is too large."))
    write(page, "Mitt")
    expect(page.get_by_text("Filen är för stor.")).to_be_visible()


def test_unsaved_words_are_not_left_unasked(page: Page, desk: Desk) -> None:
    write(page, "Mitt")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/help")
    assert asked == ["beforeunload"]


def test_sending_a_form_asks_nothing_and_sends_once(page: Page, desk: Desk) -> None:
    write(page, "Mitt")
    page.get_by_role("button", name="Skicka").dblclick()
    expect(page.get_by_label("Utkast")).to_have_value("Början")
    page.wait_for_timeout(200)
    assert desk.sent == 1


def test_preview_and_back(page: Page) -> None:
    area = write(page, "Hej")
    page.get_by_role("button", name="Förhandsgranska").click()
    expect(page.locator(".preview em")).to_have_text("Hej")
    expect(area).to_be_hidden()
    page.get_by_role("button", name="Fortsätt skriva").click()
    expect(area).to_be_focused()


def test_the_summary_of_errors_has_the_focus_and_leads_to_the_field(page: Page) -> None:
    page.goto("/text?wrong=1")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(page.get_by_label("Utkast")).to_be_focused()
    expect(page.get_by_label("Utkast")).to_have_attribute("aria-invalid", "true")


def test_without_javascript_nothing_of_it_shows(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/text")
    assert page.get_by_role("button").all_inner_texts() == ["Skicka"]
    context.close()
