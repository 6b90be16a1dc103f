"""The demo's own pages: the mailbox, the clock, being somebody else. They exist in the demo alone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from ..errors import N_, Invalid, Message, NotFound
from ..services.base import clock as clocks
from ..services.login import sessions, switching
from ..services.worker import deliver, each_tick
from ..web.frame.filters import today
from ..web.frame.request_context import house, tell
from ..web.frame.security import own_path, sign_in
from .cast import PASSWORD, logins
from .mailbox import Mailbox, folder_beside

bp = Blueprint("demo", __name__, url_prefix="/demo")

PAGE = 50
# How long a move of the clock waits for mail that the worker is sending at the same moment.
PATIENCE = 5.0
_DEMO = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\]):\d+/")
# The mail's own page may do nothing but be looked at, and lead to the page its link names.
MAIL_HEADERS = {
    "Content-Security-Policy": "sandbox allow-top-navigation-by-user-activation; default-src 'none'; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'",
}


def register(app: Flask) -> None:
    app.extensions["mailbox"] = Mailbox(folder_beside(app.extensions["house"].settings.files_dir))
    app.register_blueprint(bp)
    app.context_processor(_bar)


def _bar() -> dict[str, Any]:
    return {"demo": {"today": today()}}


def _mailbox() -> Mailbox:
    return cast(Mailbox, current_app.extensions["mailbox"])


@bp.get("/mailbox")
def mailbox() -> ResponseReturnValue:
    """Open to all: whoever has been invited has no account yet, and needs their mail to get one."""
    box, to = _mailbox(), request.args.get("to", "")
    letters = list(box.letters(to=to))
    pages = max(1, -(-len(letters) // PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    return render_template(
        "web/demo/mailbox.html",
        letters=letters[(page - 1) * PAGE : page * PAGE],
        recipients=box.recipients(),
        to=to,
        page=page,
        pages=pages,
        total=len(letters),
    )


@bp.get("/mailbox/<key>")
def letter(key: str) -> ResponseReturnValue:
    opened = _mailbox().open(key)
    if opened is None:
        raise NotFound
    return render_template(
        "web/demo/letter.html",
        opened=opened,
        letter=opened.letter,
        text=_here(opened.text),
        links=[_here(link) for link in opened.links],
    )


@bp.get("/mailbox/<key>/html")
def letter_html(key: str) -> ResponseReturnValue:
    """The HTML part as it was sent, for the frame on the letter's page; its links lead out of the frame."""
    opened = _mailbox().open(key)
    if opened is None or opened.html is None:
        raise NotFound
    page = _here(opened.html).replace("<head>", '<head>\n<base target="_top">', 1)
    return Response(page, mimetype="text/html", headers=MAIL_HEADERS)


def _here(text: str) -> str:
    """Links of a mail that was written when the demo listened at another port lead here all the same."""
    return _DEMO.sub(request.host_url, text)


@bp.get("/clock")
@login_required
def clock() -> ResponseReturnValue:
    return _clock_page()


@bp.post("/clock")
@login_required
def move_clock() -> ResponseReturnValue:
    """Move it, let the worker's round happen at once, and show what came of it."""
    newest = next(iter(_mailbox().keys()), "0")
    try:
        now = clocks.move(house(), actor=current_user.account, real_now=g.real_now, **_wish())
    except Invalid as error:
        return _clock_page(error), 422
    each_tick.tick(house(), now=now, real_now=g.real_now)
    deliver.deliver(house(), real_now=datetime.now(UTC))
    _wait_until(lambda: not deliver.under_way(house()))
    return redirect(url_for("demo.clock", after=newest), 303)


def _wish() -> dict[str, Any]:
    """What the pressed button asks for."""
    by = request.form.get("by", "")
    if by in ("1", "7"):
        return {"days": int(by)}
    if by == "next":
        return {"to": clocks.next_due(house(), now=g.now)}
    try:
        return {"to": date.fromisoformat(request.form.get("to", ""))}
    except ValueError:
        raise Invalid(to=N_("Choose a day, written like 2026-03-06.")) from None


def _clock_page(error: Invalid | None = None) -> str:
    after = request.args.get("after", "")
    return render_template(
        "web/demo/clock.html",
        now=g.now,
        next_due=clocks.next_due(house(), now=g.now),
        moved=bool(after),
        letters=list(_mailbox().letters(after=after)) if after else [],
        typed=request.form.get("to", ""),
        errors=error.errors if error else {},
    )


def _wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < end:
        time.sleep(0.05)


@bp.get("/switch")
def switch() -> ResponseReturnValue:
    return _switch_page()


@bp.post("/switch")
def do_switch() -> ResponseReturnValue:
    """A session like any other, begun without asking for the password; the one before is ended."""
    email, agent = request.form.get("email", ""), request.user_agent.string
    try:
        token = switching.become(house(), email=email, agent=agent, real_now=g.real_now)
    except Invalid as error:
        return _switch_page(error), 422
    if current_user.is_authenticated:
        sessions.log_out(house(), actor=current_user.account, token=current_user.token, real_now=g.real_now)
    sign_in(token)
    tell(_you_are(current_user.account.name))
    return redirect(own_path(request.form.get("next", "")) or url_for("home.index"), 303)


def _you_are(name: str) -> Message:
    return N_("You are now %(name)s.", name=name)


def _switch_page(error: Invalid | None = None) -> str:
    return render_template(
        "web/demo/switch.html",
        logins=logins(),
        everybody=[(one.email, one.name) for one in switching.everybody(house())],
        password=PASSWORD,
        next=own_path(request.values.get("next", "")),
        errors=error.errors if error else {},
    )
