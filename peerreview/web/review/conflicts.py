"""Conflicts of interest: of a review, for all who have a part in it; and of the network, for its leads."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid, Message
from peerreview.services.conflicts import conflicts_page, declare_conflict

from ..frame.request_context import house, tell, tell_why_not
from ..people.people import number

bp = Blueprint("conflicts", __name__, url_prefix="/reviews/<int:review_id>/conflicts")
network = Blueprint("network_conflicts", __name__, url_prefix="/lead/conflicts")


@bp.get("")
@login_required
def index(review_id: int) -> ResponseReturnValue:
    return _page(review_id)


@bp.post("")
@login_required
def declare(review_id: int) -> ResponseReturnValue:
    try:
        declare_conflict.declare(
            house(),
            actor=current_user.account,
            review_id=review_id,
            person_id=number(request.form.get("person", "")),
            text=request.form.get("text", ""),
            now=g.now,
        )
    except Invalid as error:
        return _page(review_id, error.errors), 422
    tell(N_("The conflict of interest is declared. The project lead is told and decides."))
    return _back(review_id)


@bp.post("/<int:conflict_id>")
@login_required
def change(review_id: int, conflict_id: int) -> ResponseReturnValue:
    this = {"actor": current_user.account, "review_id": review_id, "conflict_id": conflict_id}
    this["seen"] = request.form.get("seen", "")
    try:
        if request.form.get("do") == "end":
            declare_conflict.take_back(house(), **this, now=g.now)
            tell(N_("The declaration is taken back."))
        else:
            text = request.form.get(f"text_{conflict_id}", "")
            declare_conflict.change(house(), **this, text=text, now=g.now)
            tell(N_("The declaration is changed. The project lead is told and decides."))
    except Invalid as error:
        return _page(review_id, error.errors), 422
    except Conflict as error:
        if error.mine is not None:
            raise
        tell_why_not(error)
    return _back(review_id)


@bp.post("/<int:conflict_id>/decision")
@login_required
def decide(review_id: int, conflict_id: int) -> ResponseReturnValue:
    try:
        declare_conflict.decide(
            house(),
            actor=current_user.account,
            review_id=review_id,
            conflict_id=conflict_id,
            decision=request.form.get(f"decision_{conflict_id}", ""),
            note=request.form.get(f"note_{conflict_id}", ""),
            seen=request.form.get("seen", ""),
            now=g.now,
        )
        tell(N_("The decision is saved. Those whom it concerns are told."))
    except Invalid as error:
        return _page(review_id, error.errors), 422
    except Conflict as error:
        tell_why_not(error)
    return _back(review_id)


def _page(review_id: int, errors: Mapping[str, Message] | None = None) -> str:
    view = conflicts_page.review_conflicts(
        house(), actor=current_user.account, review_id=review_id, now=g.now
    )
    g.names = view.head.names
    return render_template(
        "web/conflicts/index.html", view=view, head=view.head, typed=request.form, errors=errors or {}
    )


def _back(review_id: int) -> ResponseReturnValue:
    return redirect(url_for("conflicts.index", review_id=review_id), 303)


# ---- the network's


@network.get("")
@login_required
def all_of_them() -> ResponseReturnValue:
    return _network_page()


@network.post("")
@login_required
def declare_towards() -> ResponseReturnValue:
    try:
        declare_conflict.declare_towards(
            house(),
            actor=current_user.account,
            organisation_id=number(request.form.get("organisation", "")),
            text=request.form.get("text", ""),
            now=g.now,
            real_now=g.real_now,
        )
    except Invalid as error:
        return _network_page(error.errors), 422
    tell(N_("The conflict of interest is declared. The other project leads are told."))
    return redirect(url_for("network_conflicts.all_of_them"), 303)


@network.post("/<int:conflict_id>")
@login_required
def answer_towards(conflict_id: int) -> ResponseReturnValue:
    this = {"actor": current_user.account, "conflict_id": conflict_id, "now": g.now, "real_now": g.real_now}
    this["seen"], do = request.form.get("seen", ""), request.form.get("do")
    try:
        if do == "end":
            declare_conflict.take_back_towards(house(), **this)
            tell(N_("The declaration is taken back."))
        elif do == "change":
            text = request.form.get(f"text_{conflict_id}", "")
            declare_conflict.change_towards(house(), **this, text=text)
            tell(N_("The declaration is changed. The other project leads are told."))
        else:
            decision = request.form.get(f"decision_{conflict_id}", "")
            note = request.form.get(f"note_{conflict_id}", "")
            declare_conflict.decide_towards(house(), **this, decision=decision, note=note)
            tell(N_("The decision is saved. Those whom it concerns are told."))
    except Invalid as error:
        return _network_page(error.errors), 422
    except Conflict as error:
        if error.mine is not None:
            raise
        tell_why_not(error)
    return redirect(url_for("network_conflicts.all_of_them"), 303)


def _network_page(errors: Mapping[str, Message] | None = None) -> str:
    view = conflicts_page.network_conflicts(house(), actor=current_user.account, now=g.now)
    return render_template("web/lead/conflicts.html", view=view, typed=request.form, errors=errors or {})
