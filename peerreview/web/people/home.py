"""My page: the first after logging in."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.services.home import my_page
from peerreview.services.lead import first_steps

from ..frame.request_context import house

bp = Blueprint("home", __name__)


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    actor = current_user.account
    view = my_page.home(house(), actor=actor, now=g.now, real_now=g.real_now)
    steps = first_steps.first_steps(house(), actor=actor, real_now=g.real_now) if actor.is_lead else ()
    return render_template("web/home/index.html", view=view, first_steps=steps)
