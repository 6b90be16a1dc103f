"""Errors turned into pages, in this one place; into JSON for the script that saves while one writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from peerreview.errors import N_, Conflict, Message, NotFound, Refused, TooLarge
from peerreview.services.base.fingerprint import Changed
from peerreview.services.frame import review_head

from . import filters, locale, proxies
from .request_context import house

OUR_FAULT = N_("The service is set up wrong, and whoever runs it has been told. You have done nothing wrong.")
LOGGED_OUT = N_("You have been logged out. Log in again; what you have written stays on this page.")
# What stands in a query as it is.
_QUERY = "/?:@!$&'()*+,;=%-._~"
# Never shown again: what is secret, and what the reader did not write.
_SECRET = ("password", "csrf_token", "token", "code", "seal")


def register(app: Flask) -> None:
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Changed, _changed)
    app.register_error_handler(Conflict, _conflict)
    app.register_error_handler(TooLarge, _too_large)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)


def _not_found(error: NotFound) -> ResponseReturnValue:
    return _page(404)


def _without_slash() -> str | None:
    """The address of the page that was asked for with a slash too many at its end: typed by hand, or by a program."""
    path = request.path.rstrip("/")
    if path == request.path or not path or request.method not in ("GET", "HEAD") or path.startswith("//"):
        return None
    try:
        current_app.create_url_adapter(request).match(path, "GET")  # type: ignore[union-attr]
    except HTTPException:
        return None
    query = f"?{quote(request.query_string, safe=_QUERY)}" if request.query_string else ""
    return request.script_root + quote(path, safe="/") + query


def _refused(error: Refused) -> ResponseReturnValue:
    _name_sides()
    return _page(403, reason=error.reason, kept=_kept_if_sent())


def _conflict(error: Conflict) -> ResponseReturnValue:
    _name_sides()
    return _page(409, reason=error.reason, mine=error.mine, theirs=error.theirs)


def _changed(error: Changed) -> ResponseReturnValue:
    """Something else would be done than the page showed: what has changed, and the form again with all that it held."""
    if wants_json():
        return jsonify(reason=filters.sentence(error.reason)), 409
    _name_sides()
    anew = {"csrf_token", "seal", *error.fresh}
    held = [(name, text) for name, text in request.form.items(multi=True) if name not in anew]
    held += [(name, text) for name, texts in error.fresh.items() for text in texts]
    address = request.full_path if request.query_string else request.path
    before = request.referrer if (request.referrer or "").startswith(request.host_url) else ""
    page = render_template(
        "web/errors/changed.html", error=error, fields=held, again=address, back=before, kept=kept()
    )
    return page, 409


def _too_large(error: TooLarge) -> ResponseReturnValue:
    return _page(413, limit=error.limit)


def _csrf(error: CSRFError) -> ResponseReturnValue:
    """The form is older than the log-in it was fetched under: nothing was done, nothing is lost. The script that
    saves while one writes asks who is logged in now, and sends it again (static/unsaved.js)."""
    why = _why_not_ours(error)
    if wants_json() and why != "origin":
        return jsonify(reason=filters.sentence(LOGGED_OUT), again=True), 401
    return _page(400, csrf=why, kept=kept(), reason=OUR_FAULT if why == "origin" else None)


def _why_not_ours(error: CSRFError) -> str:
    """ "origin": the way to us is set up wrong, which no visitor can mend; "cookie": the browser has sent none;
    else "old"."""
    if isinstance(error, proxies.OtherOrigin):
        return "origin"
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return "old"
    if current_app.config["SESSION_COOKIE_SECURE"] and (proxies.sent_from() or "").startswith("http:"):
        proxies.remark_no_cookies()
        return "origin"
    return "cookie"


def _name_sides() -> None:
    """A reason may name a side of the review: its organisation, where the view has not said so before it failed."""
    review_id = (request.view_args or {}).get("review_id")
    if review_id is None or "names" in g or not current_user.is_authenticated:
        return
    with suppress(NotFound):
        g.names = review_head.names_of(house(), actor=current_user.account, review_id=review_id, now=g.now)


def _http(error: HTTPException) -> ResponseReturnValue:
    """Flask hands unknown exceptions over as 500, after it has logged them with their traceback."""
    if error.response is not None or error.code is None or error.code < 400:
        return error
    if request.routing_exception is error and (address := _without_slash()):
        return redirect(address, 308)
    if error.code == 413:
        if request.mimetype == "application/x-www-form-urlencoded" or _is_small():
            return _page(413, form=True, reason=N_("What you sent is too long."))
        return _page(413, limit=current_app.extensions["house"].settings.max_upload)
    known = {400, 403, 404, 409, 429, 500, 503}
    shown = error.code if error.code in known else 500 if error.code >= 500 else 400
    code = error.code
    headers = {name: value for name, value in error.get_headers() if name in ("Retry-After", "Allow")}
    return _page(shown, code=code, headers=headers, kept=kept() if code in (400, 429, 500, 503) else [])


def _is_small() -> bool:
    """Whether no file in it can have been too large: a form of a thousand fields is too long, and says so."""
    return 0 < (request.content_length or 0) <= house().settings.max_upload


def _kept_if_sent() -> list[tuple[str, str]]:
    """A step may have been left while somebody wrote: their words must not go with it."""
    return kept() if request.method == "POST" else []


def kept() -> list[tuple[str, str]]:
    """What was typed, as (field, text): long enough to be missed, and nobody's secret."""
    try:
        typed = list(request.form.items(multi=True))
    except HTTPException:
        return []
    return [(name, text) for name, text in typed if len(text) > 20 and not is_secret(name)]


def is_secret(name: str) -> bool:
    return any(secret in name.lower() for secret in _SECRET)


def _page(
    template: int, *, code: int | None = None, headers: Mapping[str, str] | None = None, **told: Any
) -> ResponseReturnValue:
    status = code or template
    if wants_json():
        return jsonify(_told(template, told)), status, dict(headers or {})
    return _render(template, status, told), status, dict(headers or {})


def _render(template: int, status: int, told: Mapping[str, Any]) -> str:
    """The frame asks who is logged in, and so the database: when that is what failed, a bare page must do."""
    try:
        return render_template(f"web/errors/{template}.html", **told)
    except Exception:
        if status < 500:
            raise
        current_app.logger.exception("the error page itself could not be shown")
        return bare(told.get("kept") or [])


def bare(texts: list[tuple[str, str]]) -> str:
    """A page that asks nobody anything, with what was typed."""
    return current_app.jinja_env.get_template("web/errors/bare.html").render(
        language=locale.without_account(), network=house().settings.network_name, kept=texts
    )


def last_resort() -> tuple[str, str]:
    """What the last door says where nothing else could be said: the kind of it, and its text."""
    if wants_json():
        return "application/json", json.dumps({"reason": filters.sentence(_REASONS[500])})
    return "text/html; charset=utf-8", bare(_kept_if_sent())


def wants_json() -> bool:
    accept = request.accept_mimetypes
    return accept["application/json"] > accept["text/html"]


def _told(template: int, told: Mapping[str, Any]) -> dict[str, Any]:
    reason = told.get("reason") or _REASONS.get(template, _REASONS[500])
    texts = {key: told[key] for key in ("mine", "theirs") if told.get(key) is not None}
    return {"reason": filters.sentence(reason), **texts}


_REASONS: dict[int, Message] = {
    400: N_("The page is too old. Load it again."),
    403: N_("You may not do this."),
    404: N_("The page does not exist, or is not open to you."),
    409: N_("Somebody else was first."),
    413: N_("The file is too large."),
    429: N_("Too many tries. Wait a little."),
    500: N_("Something went wrong with us."),
    503: N_("The service is closed for a moment."),
}
