"""Pages that anybody may read: accessibility statement, data protection, help. And the preview of Markdown."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request
from flask_login import login_required

from peerreview.rendering import markdown

from .locale import language

bp = Blueprint("pages", __name__)

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


@bp.post("/preview")
@login_required
def preview() -> str:
    """The text of a field as it will be read; nothing is kept."""
    return str(markdown.to_html(request.form.get("text", "")[:_LONGEST_PREVIEW]))
