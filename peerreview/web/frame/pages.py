"""Pages that anybody may read: accessibility statement, data protection, help. And the preview of Markdown."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import NotFound
from peerreview.services.base import previews
from peerreview.services.upkeep import health

from . import filters
from .locale import language
from .request_context import house

bp = Blueprint("pages", __name__)

# How long what security.txt says holds (RFC 9116 wants less than a year).
_GOOD_FOR = timedelta(days=180)


@bp.record
def _watch(state: BlueprintSetupState) -> None:
    state.app.extensions["watch"] = health.Watch(state.app.extensions["house"])


# When the pages were last gone through against WCAG; move it when that is done again.
ASSESSED = date(2026, 11, 22)
_LONGEST_PREVIEW = 200_000


@bp.get("/accessibility")
def accessibility() -> str:
    return render_template(f"web/pages/accessibility.{language()}.html", assessed=ASSESSED)


@bp.get("/privacy")
def privacy() -> str:
    return render_template(f"web/pages/privacy.{language()}.html")


@bp.get("/help")
def help() -> str:
    return render_template(f"web/pages/help.{language()}.html")


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """For whatever watches over servers: 200, or 503 when the worker is late, or the database, its tables or the files
    are not there. What is not known is null."""
    found = current_app.extensions["watch"].health(real_now=g.real_now)

    def iso(at: datetime | None) -> str | None:
        return at.isoformat(timespec="seconds") if at else None

    told = {
        "status": _status(found),
        "worker_seen": iso(found.worker_seen),
        "mail_waiting": found.waiting,
        "mail_oldest_waiting": iso(found.oldest_waiting),
        "mail_failed": found.failed,
        "bounces_strange": found.strange,
        "jobs_failing": None if found.failing is None else list(found.failing),
    }
    return jsonify(told), 200 if found.ok else 503, {"Cache-Control": "no-store"}


def _status(found: health.Health) -> str:
    if not found.database:
        return "no database"
    if not found.tables:
        return "other tables"
    if not found.files:
        return "no files"
    return "ok" if found.ok else "late"


@bp.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """All that matters here is behind a login: nothing for whoever makes a list of the world's pages."""
    return _plain("User-agent: *\nDisallow: /\n")


@bp.get("/.well-known/security.txt")
def security() -> ResponseReturnValue:
    """Whom to tell of a hole (RFC 9116). Only where the house has said whom."""
    contact = house().settings.security_contact
    if not contact:
        raise NotFound
    lines = {
        "Contact": contact if contact.startswith("https:") else f"mailto:{contact}",
        "Expires": f"{(g.real_now + _GOOD_FOR).date().isoformat()}T00:00:00Z",
        "Preferred-Languages": "sv, en",
        "Canonical": house().settings.base_url.rstrip("/") + url_for(".security"),
    }
    return _plain("".join(f"{name}: {value}\n" for name, value in lines.items()))


@bp.get("/security.txt")
def old_security() -> ResponseReturnValue:
    return redirect(url_for(".security"), 308)


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain", headers={"Cache-Control": "public, max-age=3600"})


@bp.post("/preview")
@login_required
def preview() -> ResponseReturnValue:
    """The text of a field as it will be read; nothing is kept."""
    text = request.form.get("text", "")[:_LONGEST_PREVIEW]
    try:
        with previews.turn(house(), current_user.account):
            return str(filters.to_html(text))
    except previews.Busy as busy:
        headers = {"Retry-After": str(busy.seconds), "Content-Type": "text/plain; charset=utf-8"}
        return filters.sentence(previews.BUSY), 429, headers
