"""One mail that is still to come, planned or gathered: the lead looks at it as it would go, holds it back, adds a
line, sends it now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid, Message, Refused
from peerreview.services.lead import change_planned_mail as service
from peerreview.services.lead import planned_mail_page
from peerreview.services.lead.planned_mail_page import MailId

from ..frame.request_context import house, tell, tell_why_not

bp = Blueprint("planned", __name__, url_prefix="/lead/mail")
View = Callable[..., ResponseReturnValue]


def _route(path: str, method: str) -> Callable[[View], View]:
    """The same page for both sorts, each under its own numbers."""

    def wrap(view: View) -> View:
        for sort, gathered in (("planned", False), ("gathered", True)):
            rule = f"/{sort}/<int:mail_id>{path}"
            bp.add_url_rule(rule, view.__name__, view, methods=[method], defaults={"gathered": gathered})
        return view

    return wrap


@_route("", "GET")
@login_required
def show(mail_id: int, gathered: bool) -> ResponseReturnValue:
    return _page(MailId(mail_id, gathered), None, {})


@_route("/hold", "POST")
@login_required
def hold(mail_id: int, gathered: bool) -> ResponseReturnValue:
    return _do(MailId(mail_id, gathered), service.hold_back, N_("The mail is held back."), held=True)


@_route("/let-go", "POST")
@login_required
def let_go(mail_id: int, gathered: bool) -> ResponseReturnValue:
    return _do(MailId(mail_id, gathered), service.hold_back, N_("The mail goes on its day."), held=False)


@_route("/line", "POST")
@login_required
def line(mail_id: int, gathered: bool) -> ResponseReturnValue:
    which, typed = MailId(mail_id, gathered), request.form.get("line", "")
    try:
        return _do(which, service.add_line, N_("The mail is as you see it here."), line=typed)
    except Invalid as error:
        return _page(which, typed, error.errors), 422


@_route("/send", "POST")
@login_required
def send(mail_id: int, gathered: bool) -> ResponseReturnValue:
    said = N_("The mail is sent at once, and not again on its day.")
    return _do(MailId(mail_id, gathered), service.send_now, said, real_now=g.real_now)


def _do(which: MailId, deed: Callable[..., None], said: Message, **more: Any) -> ResponseReturnValue:
    try:
        deed(house(), actor=current_user.account, which=which, now=g.now, **more)
        tell(said)
    except (Conflict, Refused) as error:
        tell_why_not(error)
    return redirect(url_for("planned.show", mail_id=which.id, gathered=which.gathered), 303)


def _page(which: MailId, typed: str | None, errors: Mapping[str, Message]) -> str:
    view = planned_mail_page.planned_mail(house(), actor=current_user.account, which=which, now=g.now)
    return render_template(
        "web/lead/planned.html",
        view=view,
        line=view.wish.line if typed is None else typed,
        errors=errors,
        most=service.MOST,
    )
