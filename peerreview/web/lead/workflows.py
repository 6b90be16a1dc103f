"""The lead's pages of workflows: what they are, how they go, who may what; and what a review will still bring."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from markupsafe import Markup

from peerreview.errors import Invalid
from peerreview.rendering.pictures import drawing as draw
from peerreview.rendering.pictures.drawn import Plan, spoken
from peerreview.services.workflows import drawing as drawings
from peerreview.services.workflows import rehearsals
from peerreview.services.workflows import workflow_pages as service

from ..frame import filters
from ..frame.locale import language
from ..frame.request_context import house

bp = Blueprint("workflows", __name__)


@bp.get("/lead/workflows")
@login_required
def index() -> ResponseReturnValue:
    return render_template(
        "web/workflows/index.html", views=service.every(house(), actor=current_user.account)
    )


@bp.get("/lead/workflows/<name>")
@login_required
def show(name: str) -> ResponseReturnValue:
    view = service.one(house(), actor=current_user.account, name=name)
    parties = _number(request.args.get("parties", ""))
    plan = service.drawing(house(), actor=current_user.account, name=name, parties=parties)
    return render_template("web/workflows/show.html", view=view, sides=len(plan.lanes), **_drawn(plan))


@bp.get("/lead/workflows/<name>/rights")
@login_required
def rights(name: str) -> ResponseReturnValue:
    view = service.rights(house(), actor=current_user.account, name=name)
    return render_template("web/workflows/rights.html", view=view)


@bp.get("/lead/workflows/<name>/rehearsal")
@login_required
def rehearsal(name: str) -> ResponseReturnValue:
    errors: dict[str, object] = {}
    asked = {key: request.args.get(key, "") for key in ("parties", "start", "late")}
    try:
        view = _played(name, asked)
    except Invalid as error:
        errors = dict(error.errors)
        view = _played(name, {"parties": "", "start": "", "late": ""})
    return render_template(
        "web/workflows/rehearsal.html", view=view, asked=asked, errors=errors
    ), 422 if errors else 200


@bp.get("/reviews/<int:review_id>/forecast")
@login_required
def forecast(review_id: int) -> ResponseReturnValue:
    view = rehearsals.forecast(house(), actor=current_user.account, review_id=review_id, now=g.now)
    g.names = view.head.names
    return render_template("web/workflows/forecast.html", view=view, head=view.head)


@bp.get("/reviews/<int:review_id>/drawing")
@login_required
def drawing(review_id: int) -> ResponseReturnValue:
    view = drawings.drawing(house(), actor=current_user.account, review_id=review_id, now=g.now)
    g.names = view.head.names
    filters.as_record()
    return render_template("web/workflows/drawing.html", view=view, head=view.head, **_drawn(view.plan))


def _drawn(plan: Plan) -> dict[str, Markup]:
    """The picture and the same in words, in the reader's language."""
    said = spoken(plan, filters.say)
    return {
        "picture": draw.drawing(said, language=language()),
        "words": draw.listed(said, language=language()),
    }


def _played(name: str, asked: dict[str, str]) -> rehearsals.RehearsalView:
    return rehearsals.rehearsal(
        house(),
        actor=current_user.account,
        workflow=name,
        parties=_number(asked["parties"]),
        start=_day(asked["start"]),
        late=asked["late"],
        now=g.now,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 4 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
