"""A browser as a person uses it, without one: pages are read, forms found by the words on their buttons, filled
in and sent as a browser sends them, 303s followed.

    kalle = Browserlike(app)
    kalle.log_in(account)
    page = kalle.get("/reviews/1")
    page = kalle.press("Tacka ja", conflict="none")       # the form on the present page that has this button
    kalle.click("Underlag")                               # a link by its words

Fields are named as in the form; one that is not there, is disabled, or a choice that is not offered fails
the test, as it would stop a person. Hidden fields go along untouched, the CSRF token among them. Every page
met on the way must be valid HTML.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from babel.support import Translations
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from config import TRANSLATIONS
from peerreview.services.base.house import Account
from tests.people import PASSWORD
from tests.web.caller import valid

_BUTTONS = ("submit", "image")


class Watch:
    """The time that the web application reads at its door, both the real one and the method's."""

    def __init__(self, now: datetime):
        self.at = now

    def now(self, zone: Any = None) -> datetime:
        return self.at


def set_clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Watch:
    watch = Watch(now)
    monkeypatch.setattr("peerreview.web.datetime", watch)
    return watch


def words(element: Element) -> str:
    """What stands in an element, hidden or not, with single spaces."""
    return " ".join("".join(element.itertext()).split())


def find_all(element: Element, *names: str) -> Iterator[Element]:
    return (each for each in element.iter() if each.tag in names)


@dataclass
class Form:
    """One form of a page: where it goes and what it would send now."""

    element: Element
    action: str
    method: str
    controls: list[Element]

    @property
    def buttons(self) -> list[Element]:
        return [each for each in self.controls if _is_button(each)]

    def button(self, text: str) -> Element | None:
        return next((each for each in self.buttons if text in _label(each)), None)

    def names(self) -> set[str]:
        return {name for each in self.controls if (name := each.get("name"))}

    def sent(self, button: Element, filled: Mapping[str, Any]) -> MultiDict[str, Any]:
        """What the browser sends: successful controls in their order, as they stand or as `filled`."""
        data: MultiDict[str, Any] = MultiDict()
        for control in self.controls:
            name = control.get("name")
            if not name or control.get("disabled") is not None:
                continue
            if _is_button(control):
                if control is button:
                    data.add(name, control.get("value", ""))
                continue
            wanted = filled.get(name)
            if name in filled:
                assert control.get("type") != "hidden", f"nobody fills in the hidden field {name}"
            for value in _values(control, name in filled, wanted):
                data.add(name, value)
        for name in filled:
            offered = [each for each in self.controls if each.get("name") == name]
            assert offered, f"no field {name!r} in the form {self.action}: {sorted(self.names())}"
            assert any(each.get("disabled") is None for each in offered), f"{name} is disabled"
            chosen = filled[name]
            if {each.get("type") for each in offered} == {"radio"} and chosen is not None:
                assert str(chosen) in [each.get("value", "on") for each in offered], (name, chosen)
        return data


def _is_button(control: Element) -> bool:
    if control.tag == "button":
        return control.get("type", "submit") == "submit"
    return control.tag == "input" and control.get("type") in _BUTTONS


def _label(button: Element) -> str:
    return words(button) or button.get("value", "") or button.get("aria-label", "")


def _values(control: Element, is_filled: bool, wanted: Any) -> Iterator[Any]:
    if control.tag == "select":
        yield from _chosen(control, is_filled, wanted)
    elif control.tag == "textarea":
        text = str(wanted) if is_filled else _initial(control)
        yield re.sub(r"\r\n|\r|\n", "\r\n", text)
    elif control.get("type") in ("checkbox", "radio"):
        value = control.get("value", "on")
        if not is_filled:
            on = control.get("checked") is not None
        elif isinstance(wanted, list | tuple | set):
            on = value in [str(each) for each in wanted]
        else:
            on = wanted is True or (wanted is not False and str(wanted) == value)
        if on:
            yield value
    elif control.get("type") == "file":
        name, content = wanted if is_filled else ("", b"")
        yield (io.BytesIO(content), name)
    else:
        text = str(wanted) if is_filled else control.get("value", "")
        longest = control.get("maxlength")
        assert not longest or len(text) <= int(longest), f"{control.get('name')} takes {longest} signs"
        yield text


def _initial(control: Element) -> str:
    return "".join(control.itertext())


def _chosen(control: Element, is_filled: bool, wanted: Any) -> Iterator[str]:
    options = [each for each in control.iter() if each.tag == "option" and each.get("disabled") is None]
    values = {each.get("value", words(each)): words(each) for each in options}
    if is_filled:
        by_words = {text: value for value, text in values.items()}
        value = str(wanted) if str(wanted) in values else by_words.get(str(wanted))
        assert value is not None, f"{control.get('name')}: {wanted!r} is not offered, but {values}"
        yield value
        return
    selected = next((each for each in options if each.get("selected") is not None), None)
    first = selected if selected is not None else (options[0] if options else None)
    if first is not None:
        yield first.get("value", words(first))


@dataclass
class Page:
    """What a browser shows: `url` path and query, `status` of the last answer, the tree of the page."""

    url: str
    status: int
    text: str
    response: TestResponse
    tree: Element | None = None
    forms: list[Form] = field(default_factory=list)

    @property
    def said(self) -> str:
        """The words of the page's body."""
        assert self.tree is not None, f"{self.url} is no page"
        body = next(find_all(self.tree, "body"))
        return words(body)

    def links(self) -> list[tuple[str, str]]:
        assert self.tree is not None
        return [(words(a), a.get("href", "")) for a in find_all(self.tree, "a") if a.get("href")]

    def by_id(self, key: str) -> Element:
        assert self.tree is not None
        found = next((each for each in self.tree.iter() if each.get("id") == key), None)
        assert found is not None, f"no id {key!r} on {self.url}"
        return found

    def form(self, button: str, at: str = "") -> tuple[Form, Element]:
        """The form with this button; `at`: a piece of the form's address, where several have one."""
        hits = [
            (form, found)
            for form in self.forms
            if at in form.action and (found := form.button(button)) is not None
        ]
        offered = [(form.action, _label(b)) for form in self.forms for b in form.buttons]
        assert hits, f"no button {button!r} on {self.url}: {offered}\n{self.said[:1500]}"
        assert len({form.action for form, _ in hits}) == 1, f"several {button!r} on {self.url}: {offered}"
        return hits[0]

    def has_button(self, button: str) -> bool:
        return any(form.button(button) is not None for form in self.forms)


def parsed(url: str, answer: TestResponse) -> Page:
    page = Page(url, answer.status_code, "", answer)
    if answer.mimetype == "text/html":
        page.text = answer.text
        valid(page.text)
        page.tree = html5lib.parse(page.text, namespaceHTMLElements=False)
        page.forms = list(_forms(page.tree, url))
    return page


def _forms(tree: Element, url: str) -> Iterator[Form]:
    for element in find_all(tree, "form"):
        key = element.get("id")
        inside = list(find_all(element, "input", "select", "textarea", "button"))
        apart = [
            each
            for each in find_all(tree, "input", "select", "textarea", "button")
            if key and each.get("form") == key and each not in inside
        ]
        controls = [each for each in inside if each.get("form") in (None, key)] + apart
        action = urljoin(url, element.get("action") or url)
        yield Form(element, action, element.get("method", "get").lower(), controls)


class Browserlike:
    """One person at one browser. `page` is what they see."""

    def __init__(self, app: Flask, agent: str = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"):
        self.client = app.test_client()
        self.agent = agent
        self.page: Page | None = None

    def get(self, path: str, status: int = 200) -> Page:
        return self._arrive(self._open(path, "GET"), path, status)

    def log_in(self, who: Account | str, password: str = PASSWORD) -> Page:
        self.get("/login")
        email = who if isinstance(who, str) else who.email
        return self.press("Logga in", email=email, password=password, at="/login")

    def click(self, text: str, status: int = 200) -> Page:
        """Follow the one link with these words (several to the same address are one)."""
        page = self._here()
        found = {href for said, href in page.links() if said == text}
        found = found or {href for said, href in page.links() if text in said}
        assert len(found) == 1, f"links {text!r} on {page.url}: {found or page.links()}"
        return self.get(urljoin(page.url, found.pop()), status)

    def press(
        self, button: str, *, at: str = "", shows: int = 200, then: int | None = 303, **filled: Any
    ) -> Page:
        """Fill in and send the form with this button. `then`: the status of the answer itself (a redirect,
        that is followed to a page with `status`); give then=422 and the like for pages that come back."""
        form, pressed = self._here().form(button, at)
        answer = self.submit(form, pressed, filled)
        if form.method == "get":
            then = 200
        assert answer.status_code == then, (form.action, answer.status_code, _gist(answer))
        return self._arrive(answer, form.action, shows if then in (302, 303) else (then or 200))

    def submit(self, form: Form, button: Element, filled: Mapping[str, Any]) -> TestResponse:
        data = form.sent(button, filled)
        action = urljoin(self._here().url, button.get("formaction") or form.action)
        if form.method == "get":
            query = {key: data.getlist(key) for key in data}
            return self._open(urlsplit(action).path, "GET", query_string=query)
        multipart = form.element.get("enctype") == "multipart/form-data"
        kind = "multipart/form-data" if multipart else "application/x-www-form-urlencoded"
        return self._open(action, "POST", data=data, content_type=kind)

    def _open(self, path: str, method: str, **more: Any) -> TestResponse:
        path = path.partition("#")[0]
        return self.client.open(path, method=method, headers={"User-Agent": self.agent}, **more)

    def _arrive(self, answer: TestResponse, path: str, status: int) -> Page:
        hops = 0
        while answer.status_code in (302, 303) and hops < 5:
            path = urljoin(path, answer.headers["Location"])
            if urlsplit(path).netloc:
                break
            answer, hops = self._open(path, "GET"), hops + 1
        assert answer.status_code == status, (path, answer.status_code, _gist(answer))
        self.page = parsed(path.partition("#")[0], answer)
        return self.page

    def _here(self) -> Page:
        assert self.page is not None, "no page yet"
        return self.page


def _gist(answer: TestResponse) -> str:
    if answer.mimetype != "text/html":
        return repr(answer.get_data()[:500])
    tree = html5lib.parse(answer.text, namespaceHTMLElements=False)
    return words(next(find_all(tree, "main"), tree))[:1200]


# ---- in two languages


@lru_cache
def _swedish() -> Translations:
    return Translations.load(str(TRANSLATIONS), ["sv"])


def in_words(text: str, language: str) -> str:
    """A text of the pages as its reader finds it there."""
    return text if language == "en" else str(_swedish().gettext(text))


class Player(Browserlike):
    """A person of a review at their browser; buttons are named by their English texts, pressed in their language."""

    def __init__(self, app: Flask, email: str, language: str = "sv"):
        super().__init__(app)
        self.email, self.language = email, language

    def says(self, text: str) -> str:
        return in_words(text, self.language)

    def enter(self) -> Page:
        # In the house's language for whoever has not been here; whoever has is met in their own.
        page, own = self.get("/login"), self.says("Log in")
        button = own if page.has_button(own) else in_words("Log in", "sv")
        return self.press(button, at="/login", email=self.email, password=PASSWORD)

    def use(
        self, button: str, *, at: str = "", shows: int = 200, then: int | None = 303, **filled: Any
    ) -> Page:
        return self.press(self.says(button), at=at, shows=shows, then=then, **filled)

    def act(
        self,
        review: int,
        action: str,
        step: str = "",
        *,
        party: int | None = None,
        then: int = 303,
        **filled: Any,
    ) -> Page:
        """Do an action of the definition on its page, choosing first what the page wants chosen."""
        query = f"?step={step}" + (f"&party={party}" if party is not None else "")
        page = self.get(f"/reviews/{review}/actions/{action}{query}")
        choice = {key: filled.pop(key) for key in ("target", "place", "side", "finish") if key in filled}
        if choice:
            self.use("See what it means", at=f"/actions/{action}", then=200, **choice)
            page = self._here()
        assert any(f"/actions/{action}" in form.action and form.method == "post" for form in page.forms), (
            page.said
        )
        return self.press("", at=f"/actions/{action}", then=then, **filled)
