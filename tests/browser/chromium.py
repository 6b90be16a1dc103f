"""A person of a story at a real browser: what tests/stories plays by HTTP is clicked and typed here.

The words on the buttons and the names of the fields are the story's own; a field that cannot be seen or
reached fails the test, as it would stop a person. What a person opens to get at a field is opened by a click.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Browser, ElementHandle, Response
from playwright.sync_api import Page as Tab
from werkzeug.test import TestResponse

from tests.stories.stage.play_http import Page, Player, parsed, words

NAMED = "([form, name]) => [...document.forms[form].elements].filter(e => e.name === name)"
BUTTONS = "([form]) => [...document.forms[form].elements].filter(e => e.type === 'submit')"
# The summaries of what is closed around a field, the outermost first.
CLOSED = """e => { const found = [];
  for (let d = e.closest('details:not([open])'); d; d = d.parentElement.closest('details:not([open])'))
    found.unshift(d.querySelector('summary'));
  return found; }"""


class InChromium(Player):
    """One person, one browser of their own."""

    def __init__(self, app: Flask, email: str, language: str, *, tab: Tab, origin: str):
        super().__init__(app, email, language)
        self.tab, self.origin = tab, origin

    def get(self, path: str, status: int = 200) -> Page:
        answer = self.tab.goto(self.origin + path)
        assert answer is not None
        return self._see(answer, status)

    def press(
        self, button: str, *, at: str = "", shows: int = 200, then: int | None = 303, **filled: Any
    ) -> Page:
        form, pressed = self._here().form(button, at)
        number = self._here().forms.index(form)
        for name, value in filled.items():
            self._fill(number, name, value)
        label, value = words(pressed), pressed.get("value", "")
        offered = self._handles(BUTTONS, number)
        found = [b for b in offered if _said(b) == label and (b.get_attribute("value") or "") == value]
        assert found, f"no button {label!r} in the form {form.action}"
        with self.tab.expect_navigation() as gone:
            self._show(found[0]).click()
        answer = gone.value
        if form.method != "get" and then in (302, 303):
            assert answer.request.redirected_from is not None, f"{form.action}: {answer.status}"
            return self._see(answer, shows)
        return self._see(answer, 200 if form.method == "get" else then or 200)

    def _fill(self, form: int, name: str, value: Any) -> None:
        fields = self._handles(NAMED, form, name)
        assert fields, f"no field {name!r} on {self.tab.url}"
        kind = fields[0].get_attribute("type")
        if kind in ("radio", "checkbox"):
            wanted = value if isinstance(value, list | tuple | set) else [value]
            for field in fields:
                on = value is True or (field.get_attribute("value") or "on") in map(str, wanted)
                if on != field.is_checked() and (on or kind == "checkbox"):
                    _elements(self._show(field).evaluate_handle("e => [...e.labels]"))[0].click()
                    assert field.is_checked() is on, f"a click on the label of {name} does nothing"
        elif kind == "file":
            title, content = value
            fields[0].set_input_files({"name": title, "mimeType": "text/plain", "buffer": content})
        elif fields[0].evaluate("e => e.tagName") == "SELECT":
            field = self._show(fields[0])
            if str(value) in field.evaluate("e => [...e.options].map(o => o.value)"):
                field.select_option(value=str(value))
            else:
                field.select_option(label=str(value))
        else:
            self._show(fields[0]).fill(str(value))

    def _handles(self, script: str, *given: Any) -> list[ElementHandle]:
        return _elements(self.tab.evaluate_handle(script, list(given)))

    def _show(self, field: ElementHandle) -> ElementHandle:
        for summary in _elements(field.evaluate_handle(CLOSED)):
            summary.click()
        return field

    def _see(self, answer: Response, status: int) -> Page:
        assert answer.status == status, (answer.url, answer.status, self.tab.inner_text("main")[:1200])
        whole = urlsplit(answer.url)
        url = whole.path + (f"?{whole.query}" if whole.query else "")
        got = SimpleNamespace(status_code=answer.status, mimetype="text/html", text=answer.text())
        self.page = parsed(url, cast(TestResponse, got))
        return self.page


def _elements(handle: Any) -> list[ElementHandle]:
    found = [one.as_element() for one in handle.get_properties().values()]
    return [one for one in found if one is not None]


def _said(button: ElementHandle) -> str:
    return " ".join((button.text_content() or "").split())


class Tabs:
    """The browsers of a story's people: every other one a telephone. `foreign`: what was asked of other hosts;
    `broken`: errors of scripts."""

    def __init__(self, browser: Browser):
        self.browser = browser
        self.opened: list[Tab] = []
        self.foreign: list[str] = []
        self.broken: list[str] = []
        self.origin = ""
        self.serve: Callable[[Flask], str] | None = None

    def player(self, app: Flask, email: str, language: str = "sv") -> InChromium:
        if not self.origin:
            assert self.serve is not None
            self.origin = self.serve(app)
        width = (1280, 390)[len(self.opened) % 2]
        context = self.browser.new_context(viewport={"width": width, "height": 900}, locale=language)
        tab = context.new_page()
        tab.set_default_timeout(15_000)
        tab.on("request", lambda request: self._asked(request.url))
        tab.on("pageerror", lambda error: self.broken.append(str(error)))
        self.opened.append(tab)
        return InChromium(app, email, language, tab=tab, origin=self.origin)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin, "data:")):
            self.foreign.append(url)

    def close(self) -> None:
        for tab in self.opened:
            tab.context.close()
