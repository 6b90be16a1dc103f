"""My page: the first after logging in."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.services import home

from .here import house

bp = Blueprint("home", __name__)


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    view = home.home(house(), actor=current_user.account, now=g.now, real_now=g.real_now)
    return render_template("web/home/index.html", view=view)
