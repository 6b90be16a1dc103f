"""Reports: reading, writing, comparing versions, commenting, printing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Invalid, Message, Refused
from peerreview.rendering import versions
from peerreview.services.base import previews
from peerreview.services.case.texts import STATE_WORDS
from peerreview.services.report import edit_report, mark_as_ready, report_page, report_versions
from peerreview.services.report.edit_report import Clash
from peerreview.services.report.report_page import ReportView

from ..frame import filters
from ..frame.headers import attach
from ..frame.request_context import house, tell

bp = Blueprint("report", __name__, url_prefix="/reviews/<int:review_id>/report")

MARKS: Mapping[str, str] = {
    "draft": "doing",
    "presented": "doing",
    "handed_over": "done",
    "acknowledged": "done",
}


@bp.get("")
@login_required
def index(review_id: int) -> ResponseReturnValue:
    """The actor's own team's text, or the list of what there is."""
    view = report_page.reports(house(), review_id=review_id, actor=current_user.account, now=g.now)
    if view.mine is not None:
        return _page(_view(review_id, view.mine))
    g.names = view.head.names
    return render_template("web/report/list.html", view=view, head=view.head, words=STATE_WORDS, marks=MARKS)


@bp.get("/<key>")
@login_required
def show(review_id: int, key: str) -> ResponseReturnValue:
    return _page(_view(review_id, key, request.args.get("version", "")))


@bp.post("/<key>")
@login_required
def save(review_id: int, key: str) -> ResponseReturnValue:
    """Save what was written, put a finding in too, or only show how it will read."""
    if "preview" in request.form:
        return _preview(_view(review_id, key))
    finding = request.form.get("finding", type=int)
    try:
        edit_report.save_report(
            house(),
            actor=current_user.account,
            review_id=review_id,
            key=key,
            started_from=request.form.get("version", ""),
            body=_typed(),
            finding=finding,
            now=g.now,
        )
    except Invalid as error:
        return _page(_view(review_id, key), typed=_typed(), errors=error.errors), 422
    except Clash as clash:
        return _clash_page(_view(review_id, key), clash), 409
    except Refused as error:
        return _refused_page(review_id, key, error)
    tell(N_("The question stands in the text now.") if finding else N_("The text is saved."))
    return redirect(_address(review_id, key), 303)


@bp.post("/<key>/autosave")
@login_required
def autosave(review_id: int, key: str) -> ResponseReturnValue:
    """See static/app.js for what is answered."""
    try:
        saved = edit_report.save_report(
            house(),
            actor=current_user.account,
            review_id=review_id,
            key=key,
            started_from=request.form.get("version", ""),
            body=_typed(),
            quietly=True,
            now=g.now,
        )
    except Invalid as error:
        return jsonify(reason=filters.say(error.errors["text"])), 422
    except Clash as clash:
        return jsonify(reason=filters.say(clash.reason)), 409
    return jsonify(version=saved.token, saved=filters.clock(saved.at))


@bp.post("/<key>/comments")
@login_required
def comment(review_id: int, key: str) -> ResponseReturnValue:
    body = request.form.get("comment", "")
    try:
        edit_report.comment_on_report(
            house(), actor=current_user.account, review_id=review_id, key=key, body=body, now=g.now
        )
    except Invalid as error:
        return _page(_view(review_id, key), comment=body, errors=error.errors), 422
    except Refused as error:
        return _page(_view(review_id, key), comment=body, refused=error.reason), 403
    tell(N_("Your comment is there."))
    return redirect(_address(review_id, key, _anchor="comments"), 303)


@bp.post("/<key>/ready")
@login_required
def mark_ready(review_id: int, key: str) -> ResponseReturnValue:
    """The draft as the form showed it is the one that will be presented."""
    number = mark_as_ready.mark_ready(
        house(),
        actor=current_user.account,
        review_id=review_id,
        key=key,
        shown=request.form.get("seal", ""),
        now=g.now,
    )
    tell(N_("Version %(number)s is what will be presented.", number=number))
    return redirect(_address(review_id, key), 303)


@bp.get("/<key>/versions")
@login_required
def compare(review_id: int, key: str) -> ResponseReturnValue:
    view = report_versions.compared(
        house(),
        review_id=review_id,
        actor=current_user.account,
        key=key,
        left=request.args.get("left", ""),
        right=request.args.get("right", ""),
        everything="all" in request.args,
        now=g.now,
    )
    g.names = view.head.names
    return render_template("web/report/versions.html", view=view, head=view.head)


@bp.get("/<key>/print")
@login_required
def printed(review_id: int, key: str) -> ResponseReturnValue:
    view = _view(review_id, key, request.args.get("version", ""))
    return render_template("web/report/print.html", view=view, head=view.head, words=STATE_WORDS)


@bp.get("/<key>/download")
@login_required
def download(review_id: int, key: str) -> ResponseReturnValue:
    """The text as it was written, in Markdown."""
    view = _view(review_id, key, request.args.get("version", ""))
    answer = Response(view.body, mimetype="text/markdown")
    name = [filters.say(view.row.title)]
    name += [view.head.names[side] for side in (view.row.by, view.row.about) if side is not None]
    return attach(answer, f"{' – '.join(name)}.md")


def _view(review_id: int, key: str, version: str = "") -> ReportView:
    view = report_page.report(
        house(), review_id=review_id, actor=current_user.account, key=key, version=version, now=g.now
    )
    g.names = view.head.names
    return view


def _typed() -> str:
    """As the service keeps it: browsers send \\r\\n."""
    return edit_report.cleaned(request.form.get("text", ""))


def _page(view: ReportView, *, typed: str | None = None, **more: Any) -> str:
    """`typed` what somebody wrote and that is not saved; `errors` by field; `read`: as it reads, too."""
    told: dict[str, Any] = {
        "errors": {},
        "comment": "",
        "preview": False,
        "refused": None,
        "read": True,
        **more,
    }
    return render_template(
        "web/report/show.html",
        view=view,
        head=view.head,
        text=view.body if typed is None else typed,
        began_from=request.form.get("version", view.token) if typed is not None else view.token,
        words=STATE_WORDS,
        marks=MARKS,
        **told,
    )


def _preview(view: ReportView) -> ResponseReturnValue:
    try:
        with previews.turn(house(), current_user.account):
            return _page(view, typed=_typed(), preview=True)
    except previews.Busy as busy:
        page = _page(view, typed=_typed(), read=False, errors={"text": previews.BUSY})
        return page, 429, {"Retry-After": str(busy.seconds)}


def _clash_page(view: ReportView, clash: Clash) -> str:
    mine, theirs = clash.mine or "", clash.theirs or ""
    return render_template(
        "web/report/clash.html",
        view=view,
        head=view.head,
        clash=clash,
        lines=versions.side_by_side(mine, theirs),
        merged=clash.proposal is not None,
        text=clash.proposal if clash.proposal is not None else mine,
    )


def _refused_page(review_id: int, key: str, error: Refused) -> ResponseReturnValue:
    """A step that was left while somebody wrote: what was typed stands there, to be copied."""
    view = _view(review_id, key)
    reason: Message = error.reason
    return render_template(
        "web/report/refused.html", view=view, head=view.head, reason=reason, typed=_typed()
    ), 403


def _address(review_id: int, key: str, **more: Any) -> str:
    """Back to where the text is: its own team's stands under the tab itself."""
    view = report_page.reports(house(), review_id=review_id, actor=current_user.account, now=g.now)
    if view.mine == key:
        return url_for("report.index", review_id=review_id, **more)
    return url_for("report.show", review_id=review_id, key=key, **more)
