"""Who has reviewed whom over the years: the lead's page."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_required
from markupsafe import Markup

from peerreview.rendering.pictures import met as drawing
from peerreview.services.organisations import who_met as service
from peerreview.services.organisations.who_met import MetView
from peerreview.services.turns.wording import short

from ..frame.request_context import house

bp = Blueprint("met", __name__, url_prefix="/lead/met")


@bp.get("")
@login_required
def index() -> ResponseReturnValue:
    view = service.met(house(), actor=current_user.account)
    return render_template("web/met/index.html", view=view, picture=_picture(view))


def _picture(view: MetView) -> Markup:
    names = {row.id: short(row.name) for row in view.rows}
    at = {row.id: n for n, row in enumerate(view.rows)}
    lines = [
        drawing.Line(
            year=one.year,
            rows=tuple(at[member] for member in one.members),
            running=one.running,
            title=f"{one.year}: " + " – ".join(names[member] for member in one.members),
        )
        for one in view.meetings
    ]
    title = gettext("Who has reviewed whom, %(years)s; the table below says the same", years="%(years)s")
    return drawing.drawings(list(names.values()), lines, title=title)
