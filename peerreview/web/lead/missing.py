"""A reminder to all who have not answered an anonymous form, without names: the lead holds it back or adds a line."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid, Message
from peerreview.services.lead import missing as service

from ..frame.request_context import house, tell, tell_why_not

bp = Blueprint("missing", __name__, url_prefix="/lead/mail/missing/<int:review_id>")


def _which(review_id: int) -> dict[str, object]:
    asked = {name: request.values.get(name, "") for name in ("step", "rule")}
    return {"review_id": review_id, **asked}


@bp.get("")
@login_required
def show(review_id: int) -> ResponseReturnValue:
    return _page(review_id, None, {})


@bp.post("/hold")
@login_required
def hold(review_id: int) -> ResponseReturnValue:
    held = request.form.get("held") == "yes"
    try:
        service.hold_back(
            house(),
            actor=current_user.account,
            held=held,
            now=g.now,
            **_which(review_id),  # type: ignore[arg-type]
        )
        tell(N_("The mail is held back.") if held else N_("The mail goes on its day."))
    except Conflict as error:
        tell_why_not(error)
        return redirect(url_for("reviews.mail", review_id=review_id), 303)
    return redirect(url_for("missing.show", **_which(review_id)), 303)  # type: ignore[arg-type]


@bp.post("/line")
@login_required
def line(review_id: int) -> ResponseReturnValue:
    typed = request.form.get("line", "")
    try:
        service.add_line(
            house(),
            actor=current_user.account,
            line=typed,
            now=g.now,
            **_which(review_id),  # type: ignore[arg-type]
        )
        tell(N_("The mail is as you see it here."))
    except Invalid as error:
        return _page(review_id, typed, error.errors), 422
    except Conflict as error:
        tell_why_not(error)
        return redirect(url_for("reviews.mail", review_id=review_id), 303)
    return redirect(url_for("missing.show", **_which(review_id)), 303)  # type: ignore[arg-type]


def _page(review_id: int, typed: str | None, errors: Mapping[str, Message]) -> str:
    view = service.page(house(), actor=current_user.account, now=g.now, **_which(review_id))  # type: ignore[arg-type]
    return render_template(
        "web/lead/missing.html",
        view=view,
        line=view.mail.line if typed is None else typed,
        errors=errors,
    )
