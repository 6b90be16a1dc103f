"""The actions of the definition, whichever they are: what will happen, doing it, the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import Conflict, Invalid, Message, NotFound, Refused
from peerreview.services.base.fingerprint import Changed
from peerreview.services.frame import review_head
from peerreview.services.review import action_page, receipts
from peerreview.services.review.action_page import ActionView, Typed
from peerreview.services.review.do_action import Wish

from ..frame.errors import kept
from ..frame.request_context import house

bp = Blueprint("actions", __name__, url_prefix="/reviews/<int:review_id>")


@bp.get("/actions/<action>")
@login_required
def show(review_id: int, action: str) -> ResponseReturnValue:
    wish, typed = _wish(action), _typed(request.args)
    try:
        return _page(_look(review_id, wish, typed), typed)
    except Invalid as error:
        return _page(_look(review_id, wish), typed, error.errors), 422


@bp.post("/actions/<action>")
@login_required
def do(review_id: int, action: str) -> ResponseReturnValue:
    wish, typed = _wish(action), _typed(request.form)
    try:
        key = action_page.do(
            house(),
            actor=current_user.account,
            review_id=review_id,
            wish=wish,
            typed=typed,
            seen=request.form.get("seen", type=int),
            shown=request.form.get("seal", ""),
            now=g.now,
        )
    except Invalid as error:
        return _again(review_id, wish, typed, error.errors)
    except Changed as error:
        return _otherwise(review_id, wish, typed, error)
    except Conflict as error:
        return _overtaken(review_id, wish, typed, error.reason)
    return redirect(url_for("actions.receipt", review_id=review_id, key=key), 303)


@bp.get("/receipts/<key>")
@login_required
def receipt(review_id: int, key: str) -> ResponseReturnValue:
    view = receipts.receipt(house(), actor=current_user.account, review_id=review_id, key=key, now=g.now)
    g.names = view.head.names
    return render_template("web/actions/receipt.html", view=view, head=view.head)


def _look(review_id: int, wish: Wish, typed: Typed | None = None) -> ActionView:
    return action_page.look(
        house(), actor=current_user.account, review_id=review_id, wish=wish, typed=typed, now=g.now
    )


def _page(view: ActionView, typed: Typed, errors: Mapping[str, Message] | None = None, **more: Any) -> str:
    g.names = view.head.names
    told: dict[str, Any] = {"seen": view.head.version, **more}
    return render_template(
        "web/actions/show.html", view=view, head=view.head, typed=typed, errors=errors or {}, **told
    )


def _again(review_id: int, wish: Wish, typed: Typed, errors: Mapping[str, Message]) -> ResponseReturnValue:
    """The same page with all that was typed; where the choice itself is wrong, back to choosing."""
    try:
        view = _look(review_id, wish, typed)
    except Invalid:
        view = _look(review_id, wish)
    # The form still says what its first page showed: what is new since is told when it is sent.
    view = replace(view, seal=request.form.get("seal", ""))
    return _page(view, typed, errors, seen=request.form.get("seen", "")), 422


def _otherwise(review_id: int, wish: Wish, typed: Typed, error: Changed) -> ResponseReturnValue:
    """Something is otherwise than the page said: what, and the form again with what was typed."""
    try:
        return _page(_look(review_id, wish, typed), typed, otherwise=error), 409
    except (Invalid, Refused):
        return _overtaken(review_id, wish, typed, error.reason)


def _overtaken(review_id: int, wish: Wish, typed: Typed, reason: Message) -> ResponseReturnValue:
    """Somebody was first: what has happened, and the form again with what was typed, where it can still be done."""
    try:
        return _page(_look(review_id, wish, typed), typed, overtaken=reason), 409
    except (Invalid, Refused) as error:
        why = error.reason if isinstance(error, Refused) else reason
        g.names = review_head.names_of(house(), actor=current_user.account, review_id=review_id, now=g.now)
        return render_template("web/actions/overtaken.html", reason=why, overtaken=reason, kept=kept()), 409


def _wish(action: str) -> Wish:
    """From the address, which names the step and whose copy of it."""
    return Wish(
        action=action,
        step=request.args.get("step", ""),
        party=_number("party"),
        person=_number("person"),
    )


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise NotFound(name)
    return int(text)


def _typed(fields: Any) -> Typed:
    return action_page.as_typed(fields, tuple(fields.getlist("finish")))
