"""The page for a while in which nothing can be read or saved: no frame (it asks the database who is logged in), the
reader's language as the browser knows it, and what was typed, ready to be sent again."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from peerreview.errors import N_
from peerreview.services.upkeep import troubles

from . import filters, locale
from .errors import is_secret, kept, wants_json
from .request_context import house

# Seconds, for programs that ask again by themselves.
_LATER = {"Retry-After": "30"}
_STATUS = {"away": HTTPStatus.SERVICE_UNAVAILABLE, "full": HTTPStatus.INSUFFICIENT_STORAGE}
_SAID = {
    "away": N_("The service is closed for a moment. Nothing that was saved is lost."),
    "full": N_("There is no room to save this. Nothing of it was saved."),
}


def register(app: Flask) -> None:
    for sort in troubles.SORTS:
        app.register_error_handler(sort, _trouble)


def _trouble(error: Exception) -> ResponseReturnValue:
    trouble = troubles.trouble_of(error)
    if trouble is None:
        raise error
    # Not the address: it may hold a token.
    current_app.logger.error("%s: %s", request.endpoint, troubles.said(error))
    status, language = int(_STATUS[trouble]), locale.without_account()
    if wants_json():
        return jsonify(reason=filters.say(_SAID[trouble])), status, _LATER
    page = current_app.jinja_env.get_template("web/errors/closed.html").render(
        language=language,
        network=house().settings.network_name,
        full=trouble == "full",
        unclear=troubles.is_unclear(error),
        sent=request.method == "POST",
        again=_again(),
        kept=kept() if request.method == "POST" else [],
        address=request.full_path if request.query_string else request.path,
    )
    return page, status, _LATER


def _again() -> list[tuple[str, str]]:
    """All that was sent, to be sent once more; nothing where a file or something secret belongs to it."""
    if request.method != "POST" or request.mimetype == "multipart/form-data":
        return []
    try:
        sent = list(request.form.items(multi=True))
    except HTTPException:
        return []
    return [] if any(is_secret(name) and name != "csrf_token" for name, _ in sent) else sent
