"""Being asked to sit for another organisation: the page where one says yes or no, outside the review."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_
from peerreview.services.team import ask_for_seat, seat_request_page

from ..frame.request_context import house, tell

bp = Blueprint("seat_requests", __name__, url_prefix="/seat-requests")


@bp.get("/<int:request_id>")
@login_required
def show(request_id: int) -> ResponseReturnValue:
    view = seat_request_page.request(house(), actor=current_user.account, request_id=request_id, now=g.now)
    return render_template("web/team/request.html", view=view)


@bp.post("/<int:request_id>")
@login_required
def answer(request_id: int) -> ResponseReturnValue:
    said = request.form.get("answer")
    if said not in ("yes", "no"):
        return redirect(url_for("seat_requests.show", request_id=request_id), 303)
    yes = said == "yes"
    ask_for_seat.answer(house(), actor=current_user.account, request_id=request_id, yes=yes, now=g.now)
    tell(N_("You have said yes.") if yes else N_("You have said no."))
    return redirect(url_for("seat_requests.show", request_id=request_id), 303)
