"""My own page of settings: who I am, my password, where I am logged in."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Invalid, Message
from peerreview.services.home import calendar_feed
from peerreview.services.login import sessions
from peerreview.services.people import mail_preferences, me_page, prove_address
from peerreview.services.register import register_pages
from peerreview.services.team import be_away

from ..frame import locale
from ..frame.request_context import house, tell, unless_known

bp = Blueprint("me", __name__, url_prefix="/me")
calendar = Blueprint("calendar", __name__)


@bp.get("")
@login_required
def index() -> ResponseReturnValue:
    return page()


@bp.post("")
@login_required
def change() -> ResponseReturnValue:
    typed = {field: request.form.get(field, "") for field in ("name", "phone", "language")}
    try:
        me_page.change_me(house(), actor=current_user.account, real_now=g.real_now, **typed)
    except Invalid as error:
        return page(typed, error.errors), 422
    locale.speak(typed["language"])
    tell(N_("What you changed is saved."))
    return redirect(url_for("me.index"), 303)


@bp.post("/address")
@login_required
def change_address() -> ResponseReturnValue:
    email = request.form.get("email", "")
    try:
        prove_address.change_my_address(
            house(),
            actor=current_user.account,
            email=email,
            present=request.form.get("address_password", ""),
            now=g.now,
            real_now=g.real_now,
        )
    except Invalid as error:
        faults = {"address_password" if field == "present" else field: e for field, e in error.errors.items()}
        return page(errors=faults, email=email), 422
    tell(
        N_("A mail is on its way to %(email)s. Confirm the address with the link in it.", email=email.strip())
    )
    return redirect(url_for("me.index"), 303)


@bp.post("/address/forget")
@login_required
def forget_address() -> ResponseReturnValue:
    prove_address.forget_change(house(), actor=current_user.account, real_now=g.real_now)
    tell(N_("Your address stays as it is."))
    return redirect(url_for("me.index"), 303)


@bp.get("/history")
@login_required
def history() -> ResponseReturnValue:
    actor = current_user.account
    page = request.args.get("page", 1, int)
    view = register_pages.history_of_person(house(), actor=actor, person_id=actor.person_id, page=page)
    return render_template("web/me/history.html", view=view)


@bp.post("/password")
@login_required
def change_password() -> ResponseReturnValue:
    try:
        sessions.change_password(
            house(),
            actor=current_user.account,
            token=current_user.token,
            present=request.form.get("present_password", ""),
            new=request.form.get("new_password", ""),
            now=g.now,
            real_now=g.real_now,
        )
    except Invalid as error:
        return page(errors={f"{field}_password": fault for field, fault in error.errors.items()}), 422
    tell(
        N_(
            "Your new password is saved. You are logged out in all other places, "
            "and your calendar’s address no longer works."
        )
    )
    return redirect(url_for("me.index"), 303)


@bp.post("/sessions/<int:session_id>/end")
@login_required
def end_session(session_id: int) -> ResponseReturnValue:
    sessions.end_session(house(), actor=current_user.account, session_id=session_id, real_now=g.real_now)
    tell(N_("That one is logged out."))
    return redirect(url_for("me.index", _anchor="sessions"), 303)


@bp.post("/sessions/end-others")
@login_required
def end_others() -> ResponseReturnValue:
    sessions.end_other_sessions(
        house(), actor=current_user.account, token=current_user.token, real_now=g.real_now
    )
    tell(N_("You are logged out everywhere but here."))
    return redirect(url_for("me.index", _anchor="sessions"), 303)


# ---- my calendar


@bp.post("/calendar")
@login_required
def make_calendar() -> ResponseReturnValue:
    """The address is shown once, on the answer itself: nobody reads it from a log of redirects."""
    token = calendar_feed.make_feed(house(), actor=current_user.account, real_now=g.real_now)
    address = house().settings.base_url.rstrip("/") + url_for("calendar.feed", token=token)
    return page(address=address), {"Cache-Control": "no-store"}


@bp.post("/calendar/end")
@login_required
def end_calendar() -> ResponseReturnValue:
    calendar_feed.end_feed(house(), actor=current_user.account)
    tell(N_("The calendar's address no longer works."))
    return redirect(url_for("me.index", _anchor="calendar"), 303)


@calendar.get("/calendar/<token>.ics")
def feed(token: str) -> ResponseReturnValue:
    """For calendar programs, which do not log in: the address is the key."""
    content = calendar_feed.feed(house(), token=token, now=g.now)
    headers = {"Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer"}
    return unless_known(Response(content, content_type="text/calendar; charset=utf-8", headers=headers))


def page(
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, Message] | None = None,
    address: str = "",
    email: str = "",
    away: Mapping[str, str] | None = None,
) -> str:
    """The whole page, with what was typed where it is wrong."""
    actor = current_user.account
    view = me_page.me(house(), actor=actor, real_now=g.real_now)
    running = sessions.my_sessions(house(), actor=actor, token=current_user.token, real_now=g.real_now)
    return render_template(
        "web/me/index.html",
        view=view,
        typed=typed or {"name": view.name, "phone": view.phone, "language": view.language},
        sessions=[(one, device(one.agent)) for one in running],
        least=house().settings.password_length,
        errors=errors or {},
        calendar_since=calendar_feed.feed_since(house(), actor=actor),
        address=address,
        email=email,
        mail=mail_preferences.mail_choices(house(), actor=actor, now=g.now),
        stand_ins=be_away.stand_ins(house(), actor=actor, now=g.now),
        away=away or {"until": "", "person": ""},
    )


def device(agent: str) -> str:
    """A browser by the names that people know it by: "Firefox, Windows"; "" where it does not say."""
    said = agent.lower()
    names = [next((name for sign, name in signs if sign in said), "") for signs in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in names if name)


# In this order: nearly every browser says that it is Mozilla, Safari and Chrome too.
_BROWSERS = (
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("firefox", "Firefox"),
    ("fxios", "Firefox"),
    ("crios", "Chrome"),
    ("chrom", "Chrome"),
    ("safari", "Safari"),
)
_SYSTEMS = (
    ("android", "Android"),
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("windows", "Windows"),
    ("mac os", "macOS"),
    ("linux", "Linux"),
)
