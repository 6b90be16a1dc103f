"""The last door on the way out: whatever left the house by another way passes here.

Flask turns what fails in a view into a page. What fails later (a function after the request, a header that no server
can send, the page of the error itself) came to the reader in the server's words, in English and without what
protects a page. Here it becomes a page of ours too, and every answer has the house's headers, however it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flask import Flask, Response
from flask.ctx import RequestContext
from markupsafe import escape
from werkzeug.datastructures import Headers
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.urls import iri_to_uri

from . import errors
from .headers import unsendable

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PROTECTING = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'self'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    # What may be kept says so itself.
    "Cache-Control": "no-store",
}
_OVER_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


def register(app: Flask) -> None:
    """Before all other functions after the request: the first that is registered is the last to be called."""
    app.after_request(_send_only_what_can_be_sent)


def around(app: Flask, inner: WSGIApplication) -> WSGIApplication:
    """`inner`, the application with all that stands before it, so that nothing of it fails unseen."""
    protecting = {**PROTECTING, **(_OVER_HTTPS if app.config["SESSION_COOKIE_SECURE"] else {})}

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def begin(status: str, sent: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            return start_response(status, _protected(sent, protecting), *error)

        try:
            return inner(environ, begin)
        except Exception:
            if app.testing:
                raise
            app.logger.exception("an answer could not be sent")
            status, kind, page = _last_page(app, environ)
            begin(status, [("Content-Type", kind), ("Content-Length", str(len(page)))])
            return [page]

    return answer


def _send_only_what_can_be_sent(response: Response) -> Response:
    """While there is still a page to be made of what cannot be."""
    _look_at(
        Headers(
            [(name, iri_to_uri(value) if name == "Location" else value) for name, value in response.headers]
        )
    )
    return response


def _protected(sent: list[tuple[str, str]], protecting: Mapping[str, str]) -> list[tuple[str, str]]:
    headers = Headers(sent)
    for name, value in protecting.items():
        headers.setdefault(name, value)
    if headers["Cache-Control"].startswith("public"):
        _same_for_all(headers)
    _look_at(headers)
    return headers.to_wsgi_list()


def _same_for_all(headers: Headers) -> None:
    """What is kept for good is not of anybody's cookie, though some function has looked into it on the way."""
    varies = [name for name in headers.get("Vary", "").split(", ") if name and name != "Cookie"]
    headers.remove("Vary")
    if varies:
        headers["Vary"] = ", ".join(varies)


def _look_at(headers: Headers) -> None:
    for name, value in headers:
        if unsendable(name, value):
            raise ValueError(f"no server can send this header: {name}: {value!a}")


def _last_page(app: Flask, environ: WSGIEnvironment) -> tuple[str, str, bytes]:
    """(status, kind, body), and never an error: at worst a few words."""
    status = f"500 {HTTP_STATUS_CODES[500]}"
    with suppress(Exception):
        # The request as it was read: its form cannot be read twice.
        with RequestContext(app, environ, environ.get("werkzeug.request")):
            kind, body = errors.last_resort()
            return status, kind, body.encode()
    network = escape(app.extensions["house"].settings.network_name)
    return status, "text/html; charset=utf-8", _WORDS.format(network=network).encode()


_WORDS = """<!doctype html>
<html lang="sv"><head><meta charset="utf-8"><title>Något gick fel hos oss – {network}</title></head>
<body><h1>Något gick fel hos oss</h1><p>Felet är vårt. Försök igen om en stund.</p>
<p lang="en">Something went wrong with us. The fault is ours. Try again in a while.</p></body></html>
"""
