"""A review's own pages: the list of them, where one stands, its history, its mail."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from markupsafe import Markup

from peerreview.errors import N_, IsRound
from peerreview.rendering.pictures import lanes as drawing
from peerreview.services.base.checks import searchable
from peerreview.services.lead import mail_lists, mail_search
from peerreview.services.review import history_page, overview
from peerreview.services.turns.lanes import ColumnView, LanesView

from ..frame import filters
from ..frame.locale import language
from ..frame.request_context import house
from ..lead import lead

bp = Blueprint("reviews", __name__, url_prefix="/reviews")

STATES = {"running": N_("Under way"), "ended": N_("Ended"), "": N_("All")}


@bp.get("")
@login_required
def index() -> ResponseReturnValue:
    search, state = searchable(request.args.get("search", "")), request.args.get("state", "running")
    if state not in STATES:
        state = "running"
    view = overview.reviews(
        house(),
        actor=current_user.account,
        search=search,
        state=state,
        page=request.args.get("page", 1, type=int),
        now=g.now,
    )
    asked = {"search": search, "state": state}
    return render_template("web/reviews/index.html", view=view, asked=asked, states=STATES)


@bp.get("/<int:review_id>")
@login_required
def show(review_id: int) -> ResponseReturnValue:
    try:
        view = overview.overview(house(), actor=current_user.account, review_id=review_id, now=g.now)
    except IsRound:
        return redirect(url_for("rounds.show", round_id=review_id), 303)
    g.names = view.head.names
    drawn = drawn_lanes(view.lanes)
    return render_template("web/reviews/show.html", view=view, head=view.head, lanes=drawn)


def _note(column: ColumnView) -> str:
    """The day on which it was done; until then the one by which it is due."""
    if column.done:
        return str(filters.say(N_("done %(day)s", day=_tied(filters.brief_day(column.done)))))
    return _tied(filters.brief_day(column.note)) if column.note else ""


def _tied(day: str) -> str:
    """A day that no line parts from its month; a year may stand on a line of its own."""
    return day.replace(" ", "\N{NO-BREAK SPACE}", 1)


def drawn_lanes(view: LanesView) -> Markup:
    """The swim lanes with their words in the reader's language."""
    columns = [
        drawing.Column(
            filters.say(column.title),
            _note(column),
            column.shared,
        )
        for column in view.columns
    ]
    rows = [
        drawing.Lane(
            lane.name,
            tuple(drawing.Stop(stop.state, filters.say(stop.word), stop.now) for stop in lane.stops),
            lane.own,
        )
        for lane in view.lanes
    ]
    title = filters.say(N_("Where each side stands"))
    return drawing.lanes(rows, columns, title=title, language=language())


@bp.get("/<int:review_id>/history")
@login_required
def history(review_id: int) -> ResponseReturnValue:
    view = history_page.history(
        house(),
        actor=current_user.account,
        review_id=review_id,
        page=request.args.get("page", 1, type=int),
        now=g.now,
    )
    g.names = view.head.names
    return render_template("web/reviews/history.html", view=view, head=view.head)


@bp.get("/<int:review_id>/mail")
@login_required
def mail(review_id: int) -> ResponseReturnValue:
    asked = lead.mails_asked()
    view = mail_lists.review_mail(
        house(),
        actor=current_user.account,
        review_id=review_id,
        asked=asked,
        page=request.args.get("page", 1, type=int),
        coming=request.args.get("coming", 1, type=int),
        now=g.now,
    )
    assert view.head is not None
    g.names = view.head.names
    kept = {} if view.own else lead.asked_for(asked)
    return render_template(
        "web/reviews/mail.html", view=view, head=view.head, asked=asked, states=mail_search.ASKED, kept=kept
    )


@bp.get("/<int:review_id>/mail/<int:mail_id>")
@login_required
def message(review_id: int, mail_id: int) -> ResponseReturnValue:
    view = mail_lists.message(
        house(), actor=current_user.account, outgoing_id=mail_id, review_id=review_id, now=g.now
    )
    assert view.head is not None
    g.names = view.head.names
    return render_template("web/reviews/message.html", view=view, head=view.head)
