"""One planned mail: the lead looks at it as it would go, holds it back, adds a line, sends it now."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid, Message, Refused
from peerreview.services import planned as service

from .here import house, tell, tell_why_not

bp = Blueprint("planned", __name__, url_prefix="/lead/mail/planned")


@bp.get("/<int:planned_id>")
@login_required
def show(planned_id: int) -> ResponseReturnValue:
    return _page(planned_id, None, {})


@bp.get("/gathered/<int:gathered_id>")
@login_required
def gathered(gathered_id: int) -> ResponseReturnValue:
    view = service.gathered_mail(house(), actor=current_user.account, gathered_id=gathered_id, now=g.now)
    return render_template("web/lead/gathered.html", view=view)


@bp.post("/<int:planned_id>/hold")
@login_required
def hold(planned_id: int) -> ResponseReturnValue:
    return _hold(planned_id, held=True, said=N_("The mail is held back."))


@bp.post("/<int:planned_id>/let-go")
@login_required
def let_go(planned_id: int) -> ResponseReturnValue:
    return _hold(planned_id, held=False, said=N_("The mail goes on its day."))


@bp.post("/<int:planned_id>/line")
@login_required
def line(planned_id: int) -> ResponseReturnValue:
    typed = request.form.get("line", "")
    try:
        service.add_line(house(), actor=current_user.account, planned_id=planned_id, line=typed, now=g.now)
        tell(N_("The mail is as you see it here."))
    except Invalid as error:
        return _page(planned_id, typed, error.errors), 422
    except Conflict as error:
        tell_why_not(error)
    return _back(planned_id)


@bp.post("/<int:planned_id>/send")
@login_required
def send(planned_id: int) -> ResponseReturnValue:
    try:
        service.send_now(
            house(), actor=current_user.account, planned_id=planned_id, now=g.now, real_now=g.real_now
        )
        tell(N_("The mail is sent at once, and not again on its day."))
    except (Conflict, Refused) as error:
        tell_why_not(error)
    return _back(planned_id)


def _hold(planned_id: int, *, held: bool, said: Message) -> ResponseReturnValue:
    try:
        service.hold_back(house(), actor=current_user.account, planned_id=planned_id, held=held, now=g.now)
        tell(said)
    except Conflict as error:
        tell_why_not(error)
    return _back(planned_id)


def _back(planned_id: int) -> ResponseReturnValue:
    return redirect(url_for("planned.show", planned_id=planned_id), 303)


def _page(planned_id: int, typed: str | None, errors: Mapping[str, Message]) -> str:
    view = service.planned_mail(house(), actor=current_user.account, planned_id=planned_id, now=g.now)
    return render_template(
        "web/lead/planned.html",
        view=view,
        line=view.wish.line if typed is None else typed,
        errors=errors,
        most=service.MOST,
    )
