"""The versions of a workflow, for its lead: running reviews that have an older definition, what moving them to the
newest would mean, and moving them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid, Message, NotFound
from peerreview.services.workflows import migrate_reviews, migration_preview

from ..frame.request_context import house, tell, tell_why_not

bp = Blueprint("versions", __name__, url_prefix="/lead/workflows")


@bp.get("/<name>/versions")
@login_required
def show(name: str) -> ResponseReturnValue:
    return _page(name, _ids(request.args.getlist("review")))


@bp.post("/<name>/versions")
@login_required
def migrate(name: str) -> ResponseReturnValue:
    ids = _ids(request.form.getlist("review"))
    try:
        moved = migrate_reviews.migrate(
            house(),
            actor=current_user.account,
            name=name,
            # What was not seen is as what somebody else has moved meanwhile.
            chosen={id: _number(request.form.get(f"version_{id}", "")) for id in ids},
            newest_seen=request.form.get("newest", ""),
            now=g.now,
        )
    except Conflict as error:
        tell_why_not(error)
        return redirect(url_for("versions.show", name=name), 303)
    except Invalid as error:
        return _page(name, ids, error.errors)
    tell(N_("Moved to the newest definition: %(count)s.", count=len(moved)))
    return redirect(url_for("versions.show", name=name), 303)


def _page(name: str, ids: Sequence[int], errors: dict[str, Message] | None = None) -> ResponseReturnValue:
    view = migration_preview.versions(house(), actor=current_user.account, name=name, chosen=ids, now=g.now)
    movable = [preview for preview in view.previews if not preview.why]
    page = render_template(
        "web/workflows/versions.html", view=view, chosen=ids, movable=movable, errors=errors or {}
    )
    return page, 422 if errors else 200


def _ids(typed: Sequence[str]) -> list[int]:
    """The reviews that are chosen. What is no number is no review."""
    if not all(text.isascii() and text.isdecimal() and len(text) < 10 for text in typed):
        raise NotFound("a review")
    return sorted({int(text) for text in typed})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
