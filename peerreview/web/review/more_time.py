"""More time for a side's step: asked for, taken back, given or declined, each on the one page of that step."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid, Message, NotFound
from peerreview.services.review import ask_more_time, more_time_page
from peerreview.services.review.more_time_page import TimePage

from ..frame.request_context import house, tell, tell_why_not

bp = Blueprint("more_time", __name__, url_prefix="/reviews/<int:review_id>/more-time")


@bp.get("")
@login_required
def show(review_id: int) -> ResponseReturnValue:
    """`day`: one to look at before it is given."""
    day = request.args.get("day", "")
    try:
        view = more_time_page.page(
            house(), **_who(review_id), **_where(), day=day, meant=request.args.get("meant", "")
        )
    except Invalid as error:
        view = more_time_page.page(house(), **_who(review_id), **_where())
        return _page(view, error=error), 422
    return _page(view)


@bp.post("/ask")
@login_required
def ask(review_id: int) -> ResponseReturnValue:
    try:
        ask_more_time.ask(house(), **_who(review_id), **_where(), **_typed())
    except Invalid as error:
        return _again(review_id, error)
    return _done(review_id, N_("You have asked for more time. You get a mail when it is answered."))


@bp.post("/give")
@login_required
def give(review_id: int) -> ResponseReturnValue:
    try:
        until = ask_more_time.give(house(), **_who(review_id), **_where(), **_typed())
    except Invalid as error:
        return _again(review_id, error)
    except Conflict as error:
        return _too_late(review_id, error)
    return _done(review_id, N_("More time is given until %(day)s, and the reminders are moved.", day=until))


@bp.post("/answer")
@login_required
def answer(review_id: int) -> ResponseReturnValue:
    try:
        until = ask_more_time.answer(
            house(), **_who(review_id), number=_number(), yes="no" not in request.form, **_typed()
        )
    except Invalid as error:
        return _again(review_id, error)
    except Conflict as error:
        return _too_late(review_id, error)
    if until is None:
        return _done(review_id, N_("You have declined. The date stays as it was."))
    return _done(review_id, N_("More time is given until %(day)s, and the reminders are moved.", day=until))


@bp.post("/withdraw")
@login_required
def withdraw(review_id: int) -> ResponseReturnValue:
    try:
        ask_more_time.withdraw(house(), **_who(review_id), number=_number())
    except Conflict as error:
        return _too_late(review_id, error)
    return _done(review_id, N_("You have taken it back. The date stays as it was."))


# ---- the parts


def _who(review_id: int) -> dict[str, Any]:
    return {"actor": current_user.account, "review_id": review_id, "now": g.now}


def _where() -> dict[str, Any]:
    """Which side's step: in the address, or hidden in the form; without it the reader's own."""
    text = request.values.get("party", "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 4):
        raise NotFound("party")
    return {"step": request.values.get("step", ""), "party": int(text) if text else None}


def _typed() -> dict[str, Any]:
    return {name: request.form.get(name, "") for name in ("day", "reason", "meant")}


def _number() -> int:
    return request.form.get("number", 0, type=int)


def _again(review_id: int, error: Invalid) -> ResponseReturnValue:
    return _page(more_time_page.page(house(), **_who(review_id), **_where()), error=error), 422


def _too_late(review_id: int, error: Conflict) -> ResponseReturnValue:
    tell_why_not(error)
    return redirect(url_for("reviews.show", review_id=review_id), 303)


def _done(review_id: int, what: Message) -> ResponseReturnValue:
    tell(what)
    return redirect(url_for("reviews.show", review_id=review_id), 303)


def _page(view: TimePage, *, error: Invalid | None = None) -> str:
    g.names = view.head.names
    wished = view.open.day.isoformat() if view.open and view.open.day and view.may_answer else ""
    return render_template(
        "web/more_time/show.html",
        view=view,
        head=view.head,
        day=request.values.get("day") or wished,
        reason=request.form.get("reason", ""),
        errors=error.errors if error else {},
    )
