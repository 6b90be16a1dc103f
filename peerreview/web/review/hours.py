"""Hours: logging one's own, the team's list, the lead's sums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Invalid, Refused
from peerreview.services.evaluation import hours_page
from peerreview.services.evaluation import log_hours as service
from peerreview.services.evaluation.hours_page import HoursView

from ..frame import filters
from ..frame.request_context import house, tell

bp = Blueprint("hours", __name__, url_prefix="/reviews/<int:review_id>/hours")


@bp.get("")
@login_required
def index(review_id: int) -> ResponseReturnValue:
    return _page(_view(review_id))


@bp.post("")
@login_required
def log(review_id: int) -> ResponseReturnValue:
    typed = {key: request.form.get(key, "") for key in ("day", "step", "hours")}
    try:
        service.log_hours(
            house(),
            actor=current_user.account,
            review_id=review_id,
            day=typed["day"],
            step=typed["step"],
            spent=typed["hours"],
            now=g.now,
        )
    except Invalid as error:
        return _page(_view(review_id), typed, errors=error.errors), 422
    except Refused as error:
        return _page(_view(review_id), typed, refused=error.reason), 403
    tell(N_("Your hours are noted."))
    return redirect(url_for("hours.index", review_id=review_id), 303)


@bp.post("/<int:row_id>/strike")
@login_required
def strike(review_id: int, row_id: int) -> ResponseReturnValue:
    service.strike_hours(house(), actor=current_user.account, review_id=review_id, row_id=row_id, now=g.now)
    tell(N_("The hours are struck out."))
    return redirect(url_for("hours.index", review_id=review_id), 303)


def _view(review_id: int) -> HoursView:
    view = hours_page.hours(house(), review_id=review_id, actor=current_user.account, now=g.now)
    g.names = view.head.names
    return view


def _page(view: HoursView, typed: Mapping[str, str] | None = None, **more: Any) -> str:
    told: dict[str, Any] = {"errors": {}, "refused": None, **more}
    today = filters.today().isoformat()
    return render_template(
        "web/hours/index.html",
        view=view,
        head=view.head,
        typed=typed or {"day": today, "step": "", "hours": ""},
        **told,
    )
