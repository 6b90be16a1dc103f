"""Follow-up: what has changed since, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid, NotFound, Refused
from peerreview.services.evaluation import edit_follow_ups, follow_up_page
from peerreview.services.evaluation.edit_follow_ups import STATUS_WORDS, FollowUpForm
from peerreview.services.evaluation.follow_up_page import FollowUpRow, FollowUpView

from ..frame import filters
from ..frame.request_context import house, tell

bp = Blueprint("follow_up", __name__, url_prefix="/reviews/<int:review_id>/follow-up")

MARKS: Mapping[str, str] = {"not_begun": "todo", "begun": "doing", "done": "done"}


@bp.get("")
@login_required
def index(review_id: int) -> ResponseReturnValue:
    return _list(_view(review_id), FollowUpForm(question=request.args.get("question", "")))


@bp.post("")
@login_required
def add(review_id: int) -> ResponseReturnValue:
    form = _typed()
    try:
        edit_follow_ups.add_follow_up(
            house(), actor=current_user.account, review_id=review_id, form=form, now=g.now
        )
    except Invalid as error:
        return _list(_view(review_id), form, errors=error.errors), 422
    except Refused as error:
        return _list(_view(review_id), form, refused=error.reason), 403
    tell(N_("The row is saved."))
    return _back(review_id)


@bp.get("/<int:row_id>")
@login_required
def edit(review_id: int, row_id: int) -> ResponseReturnValue:
    view = _view(review_id)
    row = _row(view, row_id)
    if view.why_not is not None:
        raise Refused(view.why_not)
    return _form(view, row)


@bp.post("/<int:row_id>")
@login_required
def change(review_id: int, row_id: int) -> ResponseReturnValue:
    form, token = _typed(), request.form.get("version", "")
    try:
        edit_follow_ups.change_follow_up(
            house(),
            actor=current_user.account,
            review_id=review_id,
            row_id=row_id,
            token=token,
            form=form,
            now=g.now,
        )
    except (Invalid, Conflict, Refused) as error:
        return _form_again(review_id, row_id, form, token, error)
    tell(N_("The row is saved."))
    return _back(review_id)


@bp.post("/<int:row_id>/remove")
@login_required
def remove(review_id: int, row_id: int) -> ResponseReturnValue:
    edit_follow_ups.remove_follow_up(
        house(),
        actor=current_user.account,
        review_id=review_id,
        row_id=row_id,
        token=request.form.get("version", ""),
        now=g.now,
    )
    tell(N_("The row is removed."))
    return _back(review_id)


@bp.post("/<int:row_id>/autosave/<field>")
@login_required
def autosave(review_id: int, row_id: int, field: str) -> ResponseReturnValue:
    """One text of a row, while it is written. See static/app.js for what is answered."""
    try:
        token = edit_follow_ups.save_field(
            house(),
            actor=current_user.account,
            review_id=review_id,
            row_id=row_id,
            field=field,
            text=request.form.get(field, ""),
            token=request.form.get("version", ""),
            now=g.now,
        )
    except Invalid as error:
        return jsonify(reason=filters.say(error.errors[field])), 422
    except Conflict as error:
        return jsonify(reason=filters.say(error.reason)), 409
    return jsonify(version=token, saved=filters.clock(g.now))


def _typed() -> FollowUpForm:
    get = request.form.get
    return FollowUpForm(
        question=get("question", ""),
        finding=get("finding", ""),
        change=get("change", ""),
        status=get("status", "not_begun"),
    )


def _view(review_id: int) -> FollowUpView:
    view = follow_up_page.follow_up(house(), review_id=review_id, actor=current_user.account, now=g.now)
    g.names = view.head.names
    return view


def _row(view: FollowUpView, row_id: int) -> FollowUpRow:
    """A row of the actor's own side. Raises NotFound."""
    for section in view.sections:
        for row in section.rows:
            if section.own and row.id == row_id:
                return row
    raise NotFound(f"follow-up {row_id}")


def _list(view: FollowUpView, form: FollowUpForm, **more: Any) -> str:
    told: dict[str, Any] = {"errors": {}, "refused": None, **more}
    return render_template(
        "web/follow_up/index.html",
        view=view,
        head=view.head,
        form=form,
        words=STATUS_WORDS,
        marks=MARKS,
        **told,
    )


def _form(
    view: FollowUpView, row: FollowUpRow, form: FollowUpForm | None = None, token: str = "", **more: Any
) -> str:
    """A row's own page; `form` and `token`: what was typed, and what it began from."""
    told: dict[str, Any] = {"errors": {}, "clash": None, "refused": None, **more}
    saved = FollowUpForm(str(row.question.id) if row.question else "", row.finding, row.change, row.status)
    return render_template(
        "web/follow_up/row.html",
        view=view,
        head=view.head,
        row=row,
        form=form or saved,
        version=token or row.token,
        words=STATUS_WORDS,
        **told,
    )


def _form_again(
    review_id: int, row_id: int, form: FollowUpForm, token: str, error: Invalid | Conflict | Refused
) -> ResponseReturnValue:
    view = _view(review_id)
    row = _row(view, row_id)
    if isinstance(error, Invalid):
        return _form(view, row, form, token, errors=error.errors), 422
    if isinstance(error, Conflict):
        return _form(view, row, form, row.token, clash=error.reason), 409
    return _form(view, row, form, token, refused=error.reason), 403


def _back(review_id: int) -> ResponseReturnValue:
    return redirect(url_for("follow_up.index", review_id=review_id), 303)
