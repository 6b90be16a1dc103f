"""The teams of a review: who is on them, appointing and changing, deputies."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Invalid, Message
from peerreview.services.team import appoint_deputy, appoint_members, ask_for_seat, seats_page, team_page
from peerreview.services.team.seats_page import SeatPage

from ..frame.request_context import house, tell
from .people import number

bp = Blueprint("team", __name__, url_prefix="/reviews/<int:review_id>/team")

Errors = Mapping[str, Message]
APPOINT = ("person", "name", "email", "role", "function")
DEPUTY = ("person", "since", "until")


@bp.get("")
@login_required
def index(review_id: int) -> ResponseReturnValue:
    view = team_page.teams(house(), actor=current_user.account, review_id=review_id, now=g.now)
    g.names = view.head.names
    return render_template("web/team/index.html", view=view, head=view.head)


# ---- appointing


@bp.get("/appoint")
@login_required
def appoint(review_id: int) -> ResponseReturnValue:
    role = request.args.get("role", "member")
    return _appoint_page(review_id, {"role": role if role in appoint_members.ROLES else "member"})


@bp.post("/appoint")
@login_required
def do_appoint(review_id: int) -> ResponseReturnValue:
    typed = _typed(APPOINT)
    try:
        appointed = appoint_members.appoint(
            house(),
            actor=current_user.account,
            review_id=review_id,
            person_id=_choice(typed["person"]),
            name=typed["name"],
            email=typed["email"],
            role=typed["role"],
            function=typed["function"],
            now=g.now,
            real_now=g.real_now,
        )
    except Invalid as error:
        return _appoint_page(review_id, typed, error.errors), 422
    if appointed.how == "invited":
        tell(N_("An invitation is on its way to %(email)s.", email=typed["email"].strip()))
    elif appointed.how == "asked":
        asked = N_(
            "%(name)s belongs to another organisation. They and their organisation are asked, "
            "and the seat is theirs when all have said yes.",
            name=appointed.name,
        )
        tell(asked)
    else:
        tell(N_("%(name)s is appointed.", name=appointed.name))
    return _to_team(review_id)


@bp.post("/asked/<int:request_id>/withdraw")
@login_required
def withdraw(review_id: int, request_id: int) -> ResponseReturnValue:
    ask_for_seat.withdraw(
        house(), actor=current_user.account, review_id=review_id, request_id=request_id, now=g.now
    )
    tell(N_("The question is taken back."))
    return _to_team(review_id)


def _appoint_page(review_id: int, typed: Mapping[str, str], errors: Errors | None = None) -> str:
    view = seats_page.appoint_form(house(), actor=current_user.account, review_id=review_id, now=g.now)
    g.names = view.head.names
    return render_template(
        "web/team/appoint.html", view=view, head=view.head, typed=typed, errors=errors or {}
    )


# ---- one seat


@bp.get("/seats/<int:seat_id>")
@login_required
def seat(review_id: int, seat_id: int) -> ResponseReturnValue:
    return _seat_page(review_id, seat_id)


@bp.post("/seats/<int:seat_id>")
@login_required
def change(review_id: int, seat_id: int) -> ResponseReturnValue:
    typed = _typed(("role", "function"))
    try:
        appoint_members.change_seat(
            house(),
            actor=current_user.account,
            review_id=review_id,
            seat_id=seat_id,
            seen=request.form.get("seen", ""),
            now=g.now,
            **typed,
        )
    except Invalid as error:
        return _seat_page(review_id, seat_id, typed, error.errors), 422
    tell(N_("What you changed is saved."))
    return _to_team(review_id)


@bp.post("/seats/<int:seat_id>/remove")
@login_required
def remove(review_id: int, seat_id: int) -> ResponseReturnValue:
    gone = appoint_members.remove(
        house(),
        actor=current_user.account,
        review_id=review_id,
        seat_id=seat_id,
        now=g.now,
        real_now=g.real_now,
    )
    if gone:
        tell(N_("You no longer take part in the review."))
        return redirect(url_for("home.index"), 303)
    tell(N_("The person is no longer part of your side. What they have written is still there."))
    return _to_team(review_id)


@bp.post("/seats/<int:seat_id>/invite")
@login_required
def invite(review_id: int, seat_id: int) -> ResponseReturnValue:
    email = appoint_members.invite_again(
        house(),
        actor=current_user.account,
        review_id=review_id,
        seat_id=seat_id,
        now=g.now,
        real_now=g.real_now,
    )
    tell(N_("An invitation is on its way to %(email)s.", email=email))
    return _to_team(review_id)


@bp.post("/seats/<int:seat_id>/address")
@login_required
def address(review_id: int, seat_id: int) -> ResponseReturnValue:
    typed = _typed(("email",))
    try:
        appoint_members.correct_address(
            house(),
            actor=current_user.account,
            review_id=review_id,
            seat_id=seat_id,
            email=typed["email"],
            now=g.now,
            real_now=g.real_now,
        )
    except Invalid as error:
        return _seat_page(review_id, seat_id, typed, error.errors), 422
    tell(N_("An invitation is on its way to %(email)s.", email=typed["email"].strip()))
    return _to_team(review_id)


@bp.post("/seats/<int:seat_id>/deputy")
@login_required
def deputy(review_id: int, seat_id: int) -> ResponseReturnValue:
    typed = _typed(DEPUTY)
    try:
        name = appoint_deputy.name_deputy(
            house(),
            actor=current_user.account,
            review_id=review_id,
            seat_id=seat_id,
            person_id=number(typed["person"]),
            since=typed["since"],
            until=typed["until"],
            meant=request.form.get("meant", ""),
            now=g.now,
            real_now=g.real_now,
        )
    except Invalid as error:
        return _seat_page(review_id, seat_id, typed, error.errors), 422
    tell(N_("%(name)s stands in for you on those days, and has been told.", name=name))
    return redirect(url_for("team.seat", review_id=review_id, seat_id=seat_id), 303)


@bp.post("/seats/<int:seat_id>/deputy/end")
@login_required
def end_deputy(review_id: int, seat_id: int) -> ResponseReturnValue:
    appoint_deputy.end_deputy(
        house(), actor=current_user.account, review_id=review_id, seat_id=seat_id, now=g.now
    )
    tell(N_("The deputy no longer stands in."))
    return redirect(url_for("team.index", review_id=review_id), 303)


def _seat_page(
    review_id: int, seat_id: int, typed: Mapping[str, str] | None = None, errors: Errors | None = None
) -> str:
    view: SeatPage = seats_page.seat_page(
        house(), actor=current_user.account, review_id=review_id, seat_id=seat_id, now=g.now
    )
    g.names = view.head.names
    shown = {
        "role": view.seat.role,
        "function": view.seat.function,
        "email": view.seat.email,
        **dict.fromkeys(DEPUTY, ""),
        **(typed or {}),
    }
    is_late = view.invited_until is not None and view.invited_until <= g.real_now
    return render_template(
        "web/team/seat.html", view=view, head=view.head, typed=shown, errors=errors or {}, is_late=is_late
    )


def _typed(fields: tuple[str, ...]) -> dict[str, str]:
    return {field: request.form.get(field, "") for field in fields}


def _choice(text: str) -> int | None:
    """The person who was chosen; None for nobody. What cannot be an id is somebody who is not on the list."""
    return None if not text else number(text) or 0


def _to_team(review_id: int) -> ResponseReturnValue:
    return redirect(url_for("team.index", review_id=review_id), 303)
