"""Moving the agreed dates of a review: what it means is shown before anything is proposed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid
from peerreview.services.agreement import agreement_page, move_dates, move_dates_page
from peerreview.services.agreement.move_dates_page import MoveView
from peerreview.services.base.fingerprint import Changed
from peerreview.services.foresight.moved_dates import Foresight
from peerreview.services.terms.agreement_terms import DATES

from ..frame.request_context import house, shown_anew, tell

bp = Blueprint("moving", __name__, url_prefix="/reviews/<int:review_id>/dates")


@bp.get("")
@login_required
def form(review_id: int) -> ResponseReturnValue:
    view = _view(review_id)
    return _page(view, dict(view.typed), view.version)


@bp.post("")
@login_required
def move(review_id: int) -> ResponseReturnValue:
    """Looked at first; what is proposed is what was looked at, else it is shown anew."""
    view, version = _view(review_id), request.form.get("version", 0, type=int)
    typed = request.form
    dates = {name: typed.get(f"about_{name}") or typed.get(f"date_{name}", "") for name in DATES}
    try:
        if "along" in request.form:
            dates = move_dates_page.move_along(house(), **_who(review_id), dates=dates)
        elif "propose" in request.form and request.form.get("looked") == _written(dates):
            return _propose(review_id, dates, version)
        found = move_dates_page.preview_move(house(), **_who(review_id), dates=dates, meant=_meant())
    except Changed as error:
        return _otherwise(review_id, dates, error)
    except Invalid as error:
        return _page(view, dates, version, errors=error.errors), 422
    except Conflict as error:
        view = _view(review_id)
        return _page(view, dates, view.version, errors={"_version": error.reason}), 409
    shown_anew()
    return _page(found.view, dates, version, foresight=found.foresight)


def _otherwise(review_id: int, dates: dict[str, str], error: Changed) -> ResponseReturnValue:
    """Something is otherwise than when it was looked at: what, and what the dates would mean now."""
    shown_anew()
    view, foresight = _view(review_id), None
    try:
        foresight = move_dates_page.preview_move(house(), **_who(review_id), dates=dates).foresight
    except Invalid as fault:
        return _page(view, dates, view.version, errors=fault.errors), 409
    return _page(view, dates, view.version, foresight=foresight, otherwise=error), 409


def _propose(review_id: int, dates: dict[str, str], version: int) -> ResponseReturnValue:
    try:
        in_force = move_dates.move_dates(
            house(),
            **_who(review_id),
            dates=dates,
            reason=request.form.get("reason", ""),
            version=version,
            meant=_meant(),
        )
    except Invalid as error:
        seen = None
        if list(error.errors) == ["reason"]:
            seen = move_dates_page.preview_move(
                house(), **_who(review_id), dates=dates, meant=_meant()
            ).foresight
        return _page(_view(review_id), dates, version, errors=error.errors, foresight=seen), 422
    if in_force:
        tell(N_("The dates are moved, and the reminders with them."))
    else:
        tell(N_("The new dates are proposed. They apply when all sides have agreed."))
    return redirect(url_for("agreement.index", review_id=review_id), 303)


@bp.post("/decline")
@login_required
def decline(review_id: int) -> ResponseReturnValue:
    try:
        move_dates.decline_change(
            house(),
            **_who(review_id),
            version=request.form.get("version", 0, type=int),
            reason=request.form.get("reason", ""),
        )
    except Invalid as error:
        return _answer(review_id, error), 422
    tell(N_("You have declined. What was agreed applies as before."))
    return redirect(url_for("agreement.index", review_id=review_id), 303)


def _answer(review_id: int, error: Invalid) -> str:
    view = agreement_page.agreement(house(), **_who(review_id))
    g.names = view.head.names
    reason = request.form.get("reason", "")
    return render_template(
        "web/agreement/index.html", view=view, head=view.head, errors=error.errors, reason=reason
    )


def _who(review_id: int) -> dict[str, Any]:
    return {"actor": current_user.account, "review_id": review_id, "now": g.now}


def _view(review_id: int) -> MoveView:
    view = move_dates_page.move_form(house(), **_who(review_id))
    g.names = view.head.names
    return view


def _meant() -> str:
    return request.form.get("meant", "")


def _written(dates: dict[str, str]) -> str:
    return " ".join(dates[name] for name in DATES)


def _page(
    view: MoveView, dates: dict[str, str], version: int, *, foresight: Foresight | None = None, **more: Any
) -> str:
    """`looked`: the dates whose meaning stands on the page."""
    told: dict[str, Any] = {"errors": {}, "otherwise": None, **more}
    return render_template(
        "web/moving/form.html",
        view=view,
        head=view.head,
        dates=dates,
        version=version,
        foresight=foresight,
        looked=_written(dates) if foresight else "",
        reason=request.form.get("reason", ""),
        **told,
    )
