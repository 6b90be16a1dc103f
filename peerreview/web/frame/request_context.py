"""What a request needs of the house it is in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, cast
from urllib.parse import parse_qsl

from flask import Flask, Response, current_app, flash, g, request
from flask_login import current_user
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from peerreview.errors import Conflict, Message, Refused
from peerreview.services.base.house import House
from peerreview.services.foresight.act_things import Asked
from peerreview.services.foresight.acts import ACTS, Shown, seal_of

from . import filters


def house() -> House:
    """The house; while a form of one of its own acts is answered, with what that form says that its page showed."""
    found = cast(House, current_app.extensions["house"])
    if request and request.method == "POST" and request.endpoint and request.endpoint in ACTS:
        if "shown" not in g:
            path = request.view_args or {}
            args = {**request.args, **request.form, **path}
            g.shown = Shown(request.endpoint, path, args, request.form.get("seal", ""), g.now)
        return replace(found, shown=g.shown)
    return found


def tell(message: Message, category: str = "message") -> None:
    """Say something on the next page ("failed" in red), in the language of this one: a cookie keeps words,
    not Messages."""
    flash(filters.say(message), category)


def tell_why_not(error: Conflict | Refused) -> None:
    """Say on the next page, in red, why it was not done."""
    flash(filters.sentence(error.reason), "failed")


def unless_known(answer: Response) -> Response:
    """The answer; to whoever has it already, that it is the same."""
    answer.add_etag()
    answer.make_conditional(request)
    return answer


# ---- what a page lists before an act


def shown_anew() -> None:
    """The page that answers this form shows all that it is about: its form says so, and not what the first one did."""
    g.anew = True


def register(app: Flask) -> None:
    app.add_template_global(sealed)
    app.teardown_request(_close)


def sealed(address: str, fields: Mapping[str, Any] | None = None) -> Markup:
    """For the form that is sent to `address`, where that is an act of the house's own: the fingerprint of what the act
    is about now. A form that comes back for another reason keeps the one that it was sent with: what is new since is
    told when it is sent."""
    if fields and "seal" in fields:
        return Markup("")  # The page has made it itself.
    path, _, query = address.partition("?")
    try:
        adapter = current_app.create_url_adapter(request)
        assert adapter is not None
        endpoint, args = adapter.match(path.removeprefix(request.script_root), method="POST")
    except HTTPException:
        return Markup("")
    if endpoint not in ACTS or not current_user.is_authenticated:
        return Markup("")
    if (
        request.method == "POST"
        and (request.endpoint, request.view_args) == (endpoint, args)
        and "anew" not in g
    ):
        seal = request.form.get("seal", "")
    else:
        seal = seal_of(endpoint, _asked(args, {**dict(parse_qsl(query)), **(fields or {}), **args}))
    return Markup('<input type="hidden" name="seal" value="{}">').format(seal)


def _asked(path: Mapping[str, Any], args: Mapping[str, Any]) -> Asked:
    """One look for all forms of a page: they share what has been read of a review."""
    if "asking" not in g:
        g.looks = ExitStack()
        found = cast(House, current_app.extensions["house"])
        session = g.looks.enter_context(found.db.read())
        g.asking = Asked(found, session, current_user.account, g.now, {}, {})
    return replace(cast(Asked, g.asking), args=args, path=path)


def _close(error: BaseException | None) -> None:
    looks: ExitStack | None = g.pop("looks", None)
    if looks is not None:
        looks.close()
