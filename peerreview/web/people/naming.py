"""The lead names somebody for a role of a side that nobody with an open account holds."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Invalid, Message
from peerreview.services.team import name_holder

from ..frame.request_context import house, tell
from .people import number

bp = Blueprint("naming", __name__, url_prefix="/lead/reviews/<int:review_id>/sides/<int:party>")


@bp.get("")
@login_required
def form(review_id: int, party: int) -> ResponseReturnValue:
    return _page(review_id, party, {})


@bp.post("")
@login_required
def name(review_id: int, party: int) -> ResponseReturnValue:
    typed = {field: request.form.get(field, "") for field in ("person", "role", "function")}
    try:
        named = name_holder.name(
            house(),
            actor=current_user.account,
            review_id=review_id,
            party=party,
            person_id=number(typed["person"]),
            role=typed["role"],
            function=typed["function"],
            now=g.now,
            real_now=g.real_now,
        )
    except Invalid as error:
        return _page(review_id, party, typed, error.errors), 422
    tell(N_("%(name)s is appointed.", name=named))
    return redirect(url_for("reviews.show", review_id=review_id), 303)


def _page(
    review_id: int, party: int, typed: Mapping[str, str], errors: Mapping[str, Message] | None = None
) -> str:
    view = name_holder.naming_form(
        house(), actor=current_user.account, review_id=review_id, party=party, now=g.now
    )
    g.names = view.head.names
    return render_template(
        "web/lead/naming.html", view=view, head=view.head, typed=typed, errors=errors or {}
    )
