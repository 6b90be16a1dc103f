"""The reader's language: the person's own, else asked for in the address, else a cookie, else the house's."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import Babel, refresh
from flask_login import current_user

from peerreview.rendering.words import TRANSLATIONS

LANGUAGES = ("sv", "en")
COOKIE = "language"
_YEAR = 365 * 24 * 3600


def register(app: Flask) -> None:
    Babel(
        app,
        default_locale="sv",
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=language,
    )
    app.after_request(_remember)


def language() -> str:
    """ "sv" or "en", decided once a request; outside a request (a command, a test) the house's own."""
    if not has_request_context():
        return house_language()
    if "language" not in g:
        g.language = _choose()
    return str(g.language)


def speak(chosen: str) -> None:
    """From here on in this request (a person has just chosen another language)."""
    g.language = chosen
    refresh()


def without_account() -> str:
    """For when nobody can be asked who is there: what was found out before, else as for a visitor."""
    if "language" not in g:
        speak(_of_visitor())
    return str(g.language)


def house_language() -> str:
    return str(current_app.extensions["house"].settings.default_language)


def _choose() -> str:
    own = _own()
    return own if own in LANGUAGES else _of_visitor()


def _of_visitor() -> str:
    asked = (request.args.get("lang"), request.cookies.get(COOKIE), house_language())
    return next((code for code in asked if code in LANGUAGES), "sv")


def _own() -> str | None:
    account: Any = getattr(current_user, "account", None)
    return account.language if account is not None else None


def _remember(response: Response) -> Response:
    """A visitor's choice outlives the page, and a person's own language is known when the database is not. The cookie
    holds two letters and follows nobody."""
    chosen = request.args.get("lang", "")
    visitor = g.get("_login_user")
    if visitor is not None and visitor.is_authenticated:
        own = visitor.account.language
        chosen = own if own != request.cookies.get(COOKIE, house_language()) else ""
    if chosen in LANGUAGES:
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=_YEAR,
            httponly=True,
            samesite="Lax",
            secure=bool(current_app.config.get("SESSION_COOKIE_SECURE")),
        )
    return response
