"""The meetings of a review: when and where, notes, a file for one's calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Invalid, Message
from peerreview.rendering import versions
from peerreview.services.base import previews
from peerreview.services.meetings import edit_meetings, meetings_page
from peerreview.services.meetings.edit_meetings import PlanClash
from peerreview.services.meetings.meetings_page import MeetingPage
from peerreview.services.report import edit_report
from peerreview.services.report.edit_report import Clash

from ..frame import filters
from ..frame.headers import attach
from ..frame.request_context import house, tell

bp = Blueprint("meetings", __name__, url_prefix="/reviews/<int:review_id>/meetings")

STATES: Mapping[str, tuple[str, Message]] = {
    "unplanned": ("todo", N_("No date yet")),
    "planned": ("doing", N_("Planned")),
    "held": ("done", N_("Held")),
}


@bp.get("")
@login_required
def index(review_id: int) -> ResponseReturnValue:
    view = meetings_page.meetings(house(), actor=current_user.account, review_id=review_id, now=g.now)
    g.names = view.head.names
    return render_template("web/meetings/index.html", view=view, head=view.head, states=STATES)


@bp.get("/<key>.ics")
@login_required
def calendar(review_id: int, key: str) -> ResponseReturnValue:
    name, content = meetings_page.calendar_part(
        house(), actor=current_user.account, review_id=review_id, key=key, now=g.now
    )
    answer = Response(content, content_type="text/calendar; charset=utf-8")
    return attach(answer, name)


# ---- when and where


@bp.get("/<key>/plan")
@login_required
def plan(review_id: int, key: str) -> ResponseReturnValue:
    return _plan_page(_page(review_id, key))


@bp.post("/<key>/plan")
@login_required
def do_plan(review_id: int, key: str) -> ResponseReturnValue:
    typed = {name: request.form.get(name, "") for name in ("date", "time", "until", "place", "link")}
    held = bool(request.form.get("held"))
    try:
        found = edit_meetings.plan_meeting(
            house(),
            actor=current_user.account,
            review_id=review_id,
            key=key,
            day=typed["date"],
            start=typed["time"],
            until=typed["until"],
            place=typed["place"],
            link=typed["link"],
            already_held=held,
            seen=request.form.get("seen", -1, type=int),
            meant=request.form.get("meant", ""),
            now=g.now,
        )
    except Invalid as error:
        return _plan_page(_page(review_id, key), {**typed, "held": held}, errors=error.errors), 422
    except PlanClash as clash:
        return _plan_page(_page(review_id, key), {**typed, "held": held}, clash=clash), 409
    assert found.date is not None
    tell(N_("The meeting is written down: %(day)s.", day=found.date))
    if held and (
        way := meetings_page.way_to_conclude(
            house(), actor=current_user.account, review_id=review_id, key=key, now=g.now
        )
    ):
        # That it has been held is what concludes it: the page says what follows.
        return redirect(way, 303)
    return redirect(url_for("meetings.index", review_id=review_id, _anchor=key), 303)


@bp.post("/<key>/no-date")
@login_required
def take_date_away(review_id: int, key: str) -> ResponseReturnValue:
    seen = request.form.get("seen", -1, type=int)
    try:
        edit_meetings.take_date_away(
            house(), actor=current_user.account, review_id=review_id, key=key, seen=seen, now=g.now
        )
    except PlanClash as clash:
        return _plan_page(_page(review_id, key), clash=clash), 409
    tell(N_("The meeting has no day now. Those who were invited are told."))
    return redirect(url_for("meetings.index", review_id=review_id, _anchor=key), 303)


def _plan_page(page: MeetingPage, typed: Mapping[str, Any] | None = None, **more: Any) -> str:
    plan = page.meeting.plan
    held = page.meeting.state == "held" or page.meeting.late
    kept = {
        "date": plan.date
        or (page.meeting.agreed if page.meeting.agreed and page.meeting.agreed >= page.today else ""),
        "time": plan.time,
        "until": plan.until,
        "place": plan.place,
        "link": plan.link,
        "held": held,
    }
    told: dict[str, Any] = {"errors": {}, "clash": None, **more}
    clash = told["clash"]
    seen = (
        clash.seen if clash else request.form.get("seen", page.meeting.seen) if typed else page.meeting.seen
    )
    return render_template(
        "web/meetings/plan.html", view=page, head=page.head, typed=typed or kept, seen=seen, **told
    )


# ---- notes


@bp.get("/<key>/notes")
@login_required
def notes(review_id: int, key: str) -> ResponseReturnValue:
    page = _page(review_id, key)
    return _notes_page(page, page.meeting.notes, page.meeting.token)


@bp.post("/<key>/notes")
@login_required
def save_notes(review_id: int, key: str) -> ResponseReturnValue:
    text = edit_report.cleaned(request.form.get("notes", ""))
    if "preview" in request.form:
        return _preview(_page(review_id, key), text)
    try:
        _save(review_id, key, text)
    except Invalid as error:
        page = _page(review_id, key)
        return _notes_page(page, text, request.form.get("version", ""), errors=error.errors), 422
    except Clash as clash:
        return _clash_page(_page(review_id, key), clash), 409
    tell(N_("The notes are saved."))
    return redirect(url_for("meetings.index", review_id=review_id, _anchor=key), 303)


@bp.post("/<key>/notes/autosave")
@login_required
def autosave(review_id: int, key: str) -> ResponseReturnValue:
    """See static/app.js for what is answered."""
    try:
        saved = _save(review_id, key, edit_report.cleaned(request.form.get("notes", "")), quietly=True)
    except Invalid as error:
        return jsonify(reason=filters.say(error.errors["notes"])), 422
    except Clash as clash:
        return jsonify(reason=filters.say(clash.reason)), 409
    return jsonify(version=saved.token, saved=filters.clock(saved.at))


def _save(review_id: int, key: str, text: str, *, quietly: bool = False) -> edit_report.Saved:
    return edit_meetings.save_notes(
        house(),
        actor=current_user.account,
        review_id=review_id,
        key=key,
        body=text,
        started_from=request.form.get("version", ""),
        quietly=quietly,
        now=g.now,
    )


def _notes_page(page: MeetingPage, text: str, version: str, **more: Any) -> str:
    told: dict[str, Any] = {"errors": {}, "preview": False, **more}
    return render_template(
        "web/meetings/notes.html", view=page, head=page.head, text=text, version=version, **told
    )


def _preview(page: MeetingPage, text: str) -> ResponseReturnValue:
    version = request.form.get("version", "")
    try:
        with previews.turn(house(), current_user.account):
            return _notes_page(page, text, version, preview=True)
    except previews.Busy as busy:
        shown = _notes_page(page, text, version, errors={"notes": previews.BUSY})
        return shown, 429, {"Retry-After": str(busy.seconds)}


def _clash_page(page: MeetingPage, clash: Clash) -> str:
    return render_template(
        "web/meetings/clash.html",
        view=page,
        head=page.head,
        clash=clash,
        lines=versions.side_by_side(clash.mine or "", clash.theirs or ""),
        text=clash.proposal if clash.proposal is not None else clash.mine,
    )


def _page(review_id: int, key: str) -> MeetingPage:
    page = meetings_page.meeting(house(), actor=current_user.account, review_id=review_id, key=key, now=g.now)
    g.names = page.head.names
    return page
