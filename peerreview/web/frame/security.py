"""Who is there, and what a browser may do with our pages: log-in, CSRF, cookies (gate.py: headers).

The Flask session's cookie is signed, so it cannot be forged, but it could be replayed: what it holds is
therefore only the token of a session row, which logging out, a new password or closing the account ends.
"""

from __future__ import annotations

import hmac
import re
from datetime import timedelta
from typing import Any

from flask import (
    Flask,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.routing import IntegerConverter

from peerreview.services.base.house import Account
from peerreview.services.login import sessions

from . import filters, proxies
from .errors import LOGGED_OUT, kept, wants_json
from .request_context import house

# No way out of this host: not //host, no backslash, nothing that a browser drops on the way.
_SIGNS = r"A-Za-z0-9._~!$&'()*+,;=:@%-"
_OWN_PATH = re.compile(rf"/(?:[{_SIGNS}]+(?:/[{_SIGNS}]+)*/?)?(?:\?[{_SIGNS}/?]*)?")


class User(UserMixin):
    """The signed-in person, for Flask-Login: its id is the session's token."""

    def __init__(self, token: str, account: Account):
        self.token, self.account = token, account

    def get_id(self) -> str:
        return self.token


class SmallInteger(IntegerConverter):
    """An id as the database counts: a larger number in an address is a page that does not exist."""

    def __init__(self, map: Any, *args: Any, **kwargs: Any):
        super().__init__(map, *args, **{"max": 2**31 - 1, **kwargs})


def register(app: Flask) -> None:
    """Before the blueprints: the addresses' numbers are read by the converter given here."""
    settings = app.extensions["house"].settings
    secure = settings.secure_cookies
    app.config.update(
        SESSION_COOKIE_NAME="__Host-peerreview" if secure else "peerreview",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.session_days),
        # Renewed when a visit is noted: a new cookie with every picture would undo the browser's cache.
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        # Flask-WTF's own asks for https alone, and knows but one of the addresses that a proxy may give us.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.url_map.converters["int"] = SmallInteger
    proxies.SameOrigin(app)
    manager = LoginManager(app)
    # The session row says who is there; a changed address (a train, a telephone) logs nobody out.
    manager.session_protection = None
    manager.user_loader(_visitor)
    manager.unauthorized_handler(_log_in_first)
    app.context_processor(lambda: {"account_key": account_key()})


def sign_in(token: str) -> None:
    """Give the browser this session, and nothing of what it had before (nobody plants a session in it)."""
    session.clear()
    session.permanent = True
    found = _visitor(token)
    if found is not None:
        login_user(found)


def sign_out() -> None:
    logout_user()
    session.clear()


def account_key() -> str:
    """Under what the browser keeps words that could not be saved: tells accounts apart and says nothing of them; ""
    where nobody is logged in."""
    if not current_user or not current_user.is_authenticated:
        return ""
    secret, person = house().settings.secret_key, current_user.account.person_id
    return hmac.new(secret.encode(), f"kept in the browser\n{person}".encode(), "sha256").hexdigest()[:24]


def own_path(address: str) -> str:
    """`address` if it is a path of ours, else "": strictly, as browsers drop tabs and turn backslashes."""
    return address if len(address) <= 500 and _OWN_PATH.fullmatch(address) else ""


def _visitor(token: str) -> User | None:
    visit = sessions.visitor(house(), token=token, real_now=g.real_now)
    if visit is None:
        return None
    if visit.noted:
        session.modified = True
    return User(token, visit.account)


def _log_in_first() -> ResponseReturnValue:
    """To the log-in page and back; what was being sent is shown, as it would be lost on the way."""
    if wants_json():
        return jsonify(reason=filters.say(LOGGED_OUT), again=True), 401
    if request.method not in ("GET", "HEAD"):
        return render_template("web/accounts/logged_out.html", kept=kept()), 401
    address = request.full_path if request.query_string else request.path
    return redirect(url_for("accounts.login", next=own_path(address) or None), 303)
