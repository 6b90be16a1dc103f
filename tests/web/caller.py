"""A browser as the server sees it: keeps cookies, sends the form's own CSRF token, checks that pages are valid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import html5lib
from flask import Flask
from werkzeug.test import TestResponse

from tests.people import PASSWORD


class Caller:
    """One browser. `page` and `send` follow no redirect: what the server answers is what the test sees."""

    def __init__(self, app: Flask, agent: str = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"):
        self.client = app.test_client()
        self.agent = agent

    def page(self, path: str, status: int = 200, method: str = "GET", **options: Any) -> TestResponse:
        headers = {"User-Agent": self.agent, **options.pop("headers", {})}
        answer = self.client.open(path, method=method, headers=headers, **options)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        if answer.text and answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
            valid(answer.text)
        return answer

    def send(self, path: str, status: int = 303, *, form_at: str = "/login", **typed: Any) -> TestResponse:
        """Post a form, with the CSRF token that the page `form_at` carries, and the fingerprint of what it listed."""
        text = self._read(form_at)
        data = {"csrf_token": _csrf(text, form_at), **_seal(text, path, form_at, typed), **typed}
        return self.page(path, status, "POST", data=data)

    def csrf(self, path: str) -> str:
        return _csrf(self._read(path), path)

    def seal(self, path: str, form_at: str) -> str:
        """The fingerprint in the form that `form_at` shows for `path`."""
        return _seal(self._read(form_at), path, form_at, {}).get("seal", "")

    def _read(self, path: str) -> str:
        return self.client.get(path, headers={"User-Agent": self.agent}, follow_redirects=True).text

    def log_in(self, email: str, password: str = PASSWORD, next: str = "") -> TestResponse:
        return self.send("/login", email=email, password=password, next=next)

    def cookie(self) -> str:
        found = self.client.get_cookie("peerreview")
        assert found is not None
        return found.value


def _csrf(text: str, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found, f"no form at {path}"
    return found[1]


def _seal(text: str, path: str, form_at: str, typed: Mapping[str, Any]) -> dict[str, str]:
    """Of several forms that are sent to one address: that whose hidden fields say what is typed."""
    for form in re.finditer(r"<form\b[^>]*>.*?</form>", text, re.DOTALL):
        action = re.search(r'action="([^"]+)"', form[0].partition(">")[0])
        to = unescape(action[1]) if action else form_at
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
        other = any(name in typed and unescape(value) != str(typed[name]) for name, value in hidden.items())
        if to.partition("?")[0] == path.partition("?")[0] and not (other and "step" in hidden):
            found = re.search(r'name="seal" value="([^"]*)"', form[0])
            if found:
                return {"seal": found[1]}
    return {}


def valid(text: str) -> None:
    """The page is HTML as the standard wants it, with no id twice."""
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(text)
    ids = re.findall(r'\sid="([^"]+)"', text)
    twice = {one for one in ids if ids.count(one) > 1}
    assert not twice, f"ids that stand twice: {twice}"
    labelled = set(re.findall(r'<label for="([^"]+)"', text))
    assert labelled <= set(ids), f"labels of nothing: {labelled - set(ids)}"
