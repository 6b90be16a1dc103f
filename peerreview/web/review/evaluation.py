"""Evaluation: each person's own form; for the lead, the answers put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid, Refused
from peerreview.services.evaluation import answer_evaluation, evaluation_page
from peerreview.services.evaluation.evaluation_page import EvaluationView

from ..frame import filters
from ..frame.request_context import house, tell

bp = Blueprint("evaluation", __name__, url_prefix="/reviews/<int:review_id>/evaluation")

# What the ends of the scale mean; the numbers between speak for themselves.
ENDS = (N_("not at all"), N_("very much"))


@bp.get("")
@login_required
def index(review_id: int) -> ResponseReturnValue:
    return _page(_view(review_id))


@bp.post("")
@login_required
def save(review_id: int) -> ResponseReturnValue:
    """Save the answers; the button "Hand in" also hands them in."""
    typed = request.form.to_dict()
    try:
        saved = answer_evaluation.save_evaluation(
            house(),
            actor=current_user.account,
            review_id=review_id,
            answers=typed,
            token=typed.get("version", ""),
            hand_in="hand_in" in typed,
            now=g.now,
        )
    except Invalid as error:
        return _page(_view(review_id), typed, errors=error.errors), 422
    except Conflict as error:
        view = _view(review_id)
        return _page(view, {**typed, "version": view.token}, clash=error.reason), 409
    except Refused as error:
        return _page(_view(review_id), typed, refused=error.reason), 403
    tell(N_("Your evaluation is handed in. Thank you!") if saved.handed_in else N_("Your answers are saved."))
    return redirect(url_for("evaluation.index", review_id=review_id), 303)


@bp.post("/autosave/<key>")
@login_required
def autosave(review_id: int, key: str) -> ResponseReturnValue:
    """One text of the form, while it is written. See static/app.js for what is answered."""
    try:
        saved = answer_evaluation.save_answer(
            house(),
            actor=current_user.account,
            review_id=review_id,
            key=key,
            text=request.form.get(key, ""),
            token=request.form.get("version", ""),
            now=g.now,
        )
    except Invalid as error:
        return jsonify(reason=filters.say(error.errors[key])), 422
    except Conflict as error:
        return jsonify(reason=filters.say(error.reason)), 409
    return jsonify(version=saved.token, saved=filters.clock(saved.at))


def _view(review_id: int) -> EvaluationView:
    view = evaluation_page.evaluation(house(), review_id=review_id, actor=current_user.account, now=g.now)
    g.names = view.head.names
    return view


def _page(view: EvaluationView, typed: Mapping[str, str] | None = None, **more: Any) -> str:
    """`typed`: what somebody wrote and that is not saved; `errors` by field; `clash`, `refused`: why not."""
    told: dict[str, Any] = {"errors": {}, "clash": None, "refused": None, **more}
    return render_template(
        "web/evaluation/index.html",
        view=view,
        head=view.head,
        typed=typed,
        version=(typed or {}).get("version", view.token),
        scale=[(number, str(number)) for number in answer_evaluation.SCALE],
        ends=ENDS,
        **told,
    )
