"""An organisation's answer to a round: what it wants and is good at, or that it declines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid, Message, Refused
from peerreview.services.rounds import edit_interest as service
from peerreview.services.rounds import interest_page
from peerreview.services.rounds.interest_page import LEVELS, Wanted

from ..frame.drafts import kept_draft
from ..frame.request_context import house, tell, tell_why_not

bp = Blueprint("interests", __name__, url_prefix="/rounds/<int:round_id>/interest")
LISTS = ("wants", "offers", "perspectives", "not_months", "wishes", "excludes")
TEXTS = ("unit_level", "unit", "more_wants", "more_offers", "aims", "expectations")


@bp.get("")
@login_required
def form(round_id: int) -> ResponseReturnValue:
    """`saved`: what stands there, where a colleague has saved since one began."""
    return _page(round_id, saved="saved" in request.args)


@bp.post("")
@login_required
def save(round_id: int) -> ResponseReturnValue:
    typed, say = _typed(), request.form.get("then") == "say"
    try:
        service.save_interest(
            house(),
            actor=current_user.account,
            round_id=round_id,
            typed=typed,
            seen=_seen(),
            say=say,
            now=g.now,
        )
    except Invalid as error:
        return _page(round_id, typed, error.errors), 422
    except Conflict:
        return _page(round_id, typed, clash=True), 409
    tell(
        N_("Thank you! The project lead now reads what you want, and contacts you.")
        if say
        else N_("Saved. You can change it until the pairing begins.")
    )
    if say:
        return redirect(url_for("rounds.show", round_id=round_id), 303)
    return redirect(url_for("interests.form", round_id=round_id), 303)


@bp.post("/draft")
@login_required
def draft(round_id: int) -> ResponseReturnValue:
    """What is being typed; see static/app.js for what is answered."""
    about = {"actor": current_user.account, "round_id": round_id, "now": g.now}

    def kept() -> int:
        return service.keep_draft(house(), typed=_typed(), base=_seen(), seen=_seen("draft"), **about)

    return kept_draft(kept, url_for("interests.form", round_id=round_id))


@bp.post("/draft/forget")
@login_required
def forget(round_id: int) -> ResponseReturnValue:
    service.forget_draft(house(), actor=current_user.account, round_id=round_id, now=g.now)
    tell(N_("What was typed and not sent is thrown away."))
    return redirect(url_for("interests.form", round_id=round_id), 303)


@bp.post("/decline")
@login_required
def decline(round_id: int) -> ResponseReturnValue:
    return _leave(round_id, service.decline, N_("You have declined. Only the project lead knows."))


@bp.post("/withdraw")
@login_required
def withdraw(round_id: int) -> ResponseReturnValue:
    said = N_("You no longer take part in the round. Only the project lead knows.")
    return _leave(round_id, service.withdraw, said)


def _leave(round_id: int, deed: Callable[..., object], said: Message) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        deed(house(), actor=current_user.account, round_id=round_id, reason=reason, now=g.now)
    except Invalid as error:
        return _page(round_id, errors=error.errors, reason=reason), 422
    except Refused as error:
        tell_why_not(error)
    else:
        tell(said)
    return redirect(url_for("rounds.show", round_id=round_id), 303)


def _typed() -> Wanted:
    typed: dict[str, Any] = {name: tuple(filter(None, request.form.getlist(name))) for name in LISTS}
    typed |= {name: request.form.get(name, "") for name in TEXTS}
    return Wanted(**typed)


def _seen(name: str = "number") -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _page(
    round_id: int,
    typed: Wanted | None = None,
    errors: Mapping[str, Message] | None = None,
    *,
    clash: bool = False,
    reason: str = "",
    saved: bool = False,
) -> str:
    view = interest_page.interest(house(), actor=current_user.account, round_id=round_id, now=g.now)
    g.names = view.head.names
    return render_template(
        "web/rounds/interest.html",
        view=view,
        head=view.head,
        typed=typed or view.wanted,
        errors=errors or {},
        clash=clash or (view.draft is not None and view.draft.base != view.number),
        saved=saved,
        reason=reason,
        levels=LEVELS,
    )
