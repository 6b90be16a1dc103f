"""The agreement of a review: reading, writing, confirming, amending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Invalid, Message
from peerreview.services.agreement import agreement_page, edit_agreement
from peerreview.services.agreement.agreement_page import EditView
from peerreview.services.agreement.compare_versions import CHOICES
from peerreview.services.agreement.edit_agreement import Clash
from peerreview.services.terms.agreement_terms import DATES, LABELS, MOST_WISHES, Typed, TypedWish

from ..frame.request_context import house, tell

bp = Blueprint("agreement", __name__, url_prefix="/reviews/<int:review_id>/agreement")

SPARE = 3


@bp.get("")
@login_required
def index(review_id: int) -> ResponseReturnValue:
    view = agreement_page.agreement(house(), actor=current_user.account, review_id=review_id, now=g.now)
    g.names = view.head.names
    return render_template("web/agreement/index.html", view=view, head=view.head, errors={}, reason="")


@bp.get("/versions/<int:number>")
@login_required
def version(review_id: int, number: int) -> ResponseReturnValue:
    view = agreement_page.one_version(
        house(), actor=current_user.account, review_id=review_id, number=number, now=g.now
    )
    g.names = view.head.names
    return render_template("web/agreement/version.html", view=view, head=view.head)


@bp.post("/confirm")
@login_required
def confirm(review_id: int) -> ResponseReturnValue:
    in_force = edit_agreement.confirm_agreement(
        house(),
        actor=current_user.account,
        review_id=review_id,
        version=request.form.get("version", 0, type=int),
        now=g.now,
    )
    if in_force:
        tell(N_("All sides have confirmed. The agreement is in force."))
    else:
        tell(N_("You have confirmed. The agreement is in force when all sides have."))
    return redirect(url_for("agreement.index", review_id=review_id), 303)


@bp.post("/drop")
@login_required
def drop(review_id: int) -> ResponseReturnValue:
    edit_agreement.drop_proposal(
        house(),
        actor=current_user.account,
        review_id=review_id,
        version=request.form.get("version", 0, type=int),
        now=g.now,
    )
    tell(N_("The proposal is taken back. The agreement applies as it was."))
    return redirect(url_for("agreement.index", review_id=review_id), 303)


# ---- the form


@bp.get("/edit")
@login_required
def edit(review_id: int) -> ResponseReturnValue:
    return _form(_view(review_id))


@bp.post("/edit")
@login_required
def save(review_id: int) -> ResponseReturnValue:
    view = _view(review_id)
    typed = _typed(view)
    if "propose" in request.form:
        return _proposed(review_id, view, typed)
    if "more" in request.form:
        return _form(view, typed, spare=SPARE * 2)
    try:
        saved = edit_agreement.save_agreement(
            house(),
            actor=current_user.account,
            review_id=review_id,
            typed=typed,
            version=request.form.get("version", 0, type=int),
            confirmed=_numbers(request.form.get("confirmed", "")),
            now=g.now,
        )
    except Invalid as error:
        return _form(view, typed, errors=error.errors), 422
    except Clash as clash:
        return _clash(_view(review_id), clash)
    if not saved.changed:
        tell(N_("Nothing was changed: the agreement already says this."))
    elif saved.joined:
        tell(N_("Saved, together with what %(name)s had changed meanwhile.", name=saved.joined))
    else:
        tell(N_("Saved as version %(number)s.", number=saved.version))
    return redirect(url_for("agreement.index", review_id=review_id), 303)


def _proposed(review_id: int, view: EditView, typed: Typed) -> ResponseReturnValue:
    """The form again, nothing saved, with the method's usual dates."""
    try:
        found = agreement_page.propose_dates(
            house(), actor=current_user.account, review_id=review_id, typed=typed, now=g.now
        )
    except Invalid as error:
        return _form(view, typed, errors=error.errors), 422
    squeezed = found.dates["second_meeting"] < view.roomy_from.isoformat()
    return _form(view, found, proposed=True, squeezed=squeezed)


def _clash(view: EditView, clash: Clash) -> ResponseReturnValue:
    """Both changes in the form, what they said beside it; a save from here knows what it changes."""
    shown = replace(view, version=clash.version, confirmed=clash.confirmed)
    return _form(shown, clash.typed, errors=clash.errors, clash=clash, sent=False), 409


def _form(
    view: EditView,
    typed: Typed | None = None,
    *,
    errors: Mapping[str, Message] | None = None,
    spare: int = SPARE,
    sent: bool = True,
    **more: Any,
) -> str:
    """`sent`: carry on with the version that the form was sent with, so that nobody is overwritten unseen."""
    version, confirmed = view.version, ",".join(map(str, view.confirmed))
    if typed is not None and sent:
        version = request.form.get("version", 0, type=int)
        confirmed = request.form.get("confirmed", "")
    told: dict[str, Any] = {"clash": None, "proposed": False, "squeezed": False, **more}
    rows = {side: _rows(typed or view.typed, side, spare) for side, _, _ in view.sides}
    return render_template(
        "web/agreement/edit.html",
        view=view,
        head=view.head,
        typed=typed or view.typed,
        rows=rows,
        version=version,
        confirmed=confirmed,
        errors=errors or {},
        labels=LABELS,
        choices=CHOICES,
        dates=DATES,
        **told,
    )


def _rows(typed: Typed, side: int, spare: int) -> list[TypedWish]:
    """The wishes for a side's documents as they stand in the form, and blank rows for new ones."""
    rows = list(typed.wishes_of(side))
    blank = sum(row.blank for row in rows)
    return rows + [TypedWish(side)] * max(spare - blank, 0)


def _view(review_id: int) -> EditView:
    view = agreement_page.edit_form(house(), actor=current_user.account, review_id=review_id, now=g.now)
    g.names = view.head.names
    return view


def _typed(view: EditView) -> Typed:
    form = request.form
    return Typed(
        **{key: form.get(key, "") for key in ("period_from", "period_to", "report", "opening", "follow_up")},
        lead_reads_materials=bool(form.get("lead_reads_materials")),
        lead_reads_reports=bool(form.get("lead_reads_reports")),
        dates={key: form.get(f"about_{key}") or form.get(f"date_{key}", "") for key in DATES},
        wishes=tuple(wish for side, _, _ in view.sides for wish in _typed_wishes(side)),
        meant=form.get("meant", ""),
    )


def _typed_wishes(side: int) -> list[TypedWish]:
    """Every row that the form has for a side, blank ones too: errors are said beside the row that was typed."""
    form = request.form
    found = []
    for row in range(MOST_WISHES * 2):
        name = f"wish-{side}-{row}"
        if f"{name}-title" not in form:
            break
        gone = bool(form.get(f"{name}-gone"))
        found.append(
            TypedWish(
                party=side,
                title="" if gone else form[f"{name}-title"],
                note="" if gone else form.get(f"{name}-note", ""),
                id=form.get(f"{name}-id", ""),
            )
        )
    return found


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part.isascii() and part.isdigit() and len(part) < 4)
