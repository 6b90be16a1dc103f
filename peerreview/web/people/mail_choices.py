"""How I want my mail, on my page; and the page that the link in a mail leads to, for which nobody logs in."""

from __future__ import annotations

from flask import Blueprint, Flask, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Invalid
from peerreview.services.people import mail_preferences
from peerreview.services.team import be_away

from ..frame.request_context import house, tell
from . import me
from .people import number

bp = Blueprint("mail_choices", __name__)


def register(app: Flask) -> None:
    """Mail programs send this form by themselves, without a session (RFC 8058): the key in its address says who may."""
    app.extensions["csrf"].exempt(turn_off)
    app.register_blueprint(bp)


@bp.post("/me/mail")
@login_required
def choose() -> ResponseReturnValue:
    try:
        mail_preferences.choose(
            house(),
            actor=current_user.account,
            rhythm=request.form.get("rhythm", ""),
            wanted=frozenset(request.form.getlist("wanted")),
            now=g.now,
        )
    except Invalid as error:
        return me.page(errors=error.errors), 422
    tell(N_("Your mail comes as you have chosen, from now on."))
    return _back()


@bp.post("/me/away")
@login_required
def go_away() -> ResponseReturnValue:
    until, person = request.form.get("until", ""), request.form.get("person", "")
    try:
        last = be_away.go_away(
            house(),
            actor=current_user.account,
            until=until,
            person_id=number(person),
            now=g.now,
            real_now=g.real_now,
        )
    except Invalid as error:
        return me.page(errors=error.errors, away={"until": until, "person": person}), 422
    tell(N_("Your mail waits until after %(day)s.", day=last))
    return _back()


@bp.post("/me/back")
@login_required
def come_back() -> ResponseReturnValue:
    be_away.come_back(house(), actor=current_user.account, now=g.now)
    tell(N_("Welcome back. Your mail comes again."))
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("me.index", _anchor="mail"), 303)


@bp.get("/mail/off/<token>")
def ask_turn_off(token: str) -> ResponseReturnValue:
    """Changes nothing: mail scanners look at every link."""
    kind = mail_preferences.look(house(), token=token)
    return render_template("web/me/turn_off.html", kind=kind, token=token, done=False), _PRIVATE


@bp.post("/mail/off/<token>")
def turn_off(token: str) -> ResponseReturnValue:
    kind = mail_preferences.turn_off(house(), token=token, now=g.now)
    return render_template("web/me/turn_off.html", kind=kind, token=token, done=True), _PRIVATE


# The address is a key: it goes nowhere with the next click.
_PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
