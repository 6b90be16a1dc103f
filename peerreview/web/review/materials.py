"""Materials: the agreed list as a page, and adding to it. (What is done with one document: documents.py.)"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from flask import Blueprint, Flask, g, redirect, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Invalid, Message, Refused, TooLarge
from peerreview.services.materials import download, edit_documents, material_form_pages, materials_page
from peerreview.services.materials.edit_documents import Place, Typed
from peerreview.services.materials.materials_views import AddingView

from ..frame import filters, uploads
from ..frame.request_context import house, tell
from ..frame.uploads import Upload

bp = Blueprint("materials", __name__)

KINDS = ("file", "link", "absent")
# By state: the mark and its word.
STATES: Mapping[str, tuple[str, Message]] = {
    "internal": ("doing", N_("Internal")),
    "draft_for_comments": ("doing", N_("Draft for comments")),
    "handed_in": ("done", N_("Handed in")),
    "opened": ("done", N_("Opened")),
}


@bp.record_once
def _exempt(state: BlueprintSetupState) -> None:
    uploads.exempt(cast(Flask, state.app), add_file)


# ---- looking


@bp.get("/reviews/<int:review_id>/materials")
@login_required
def index(review_id: int) -> ResponseReturnValue:
    view = materials_page.materials_page(house(), actor=current_user.account, review_id=review_id, now=g.now)
    g.names = view.head.names
    return render_template("web/materials/index.html", view=view, head=view.head, states=STATES)


@bp.get("/reviews/<int:review_id>/materials/log")
@login_required
def log(review_id: int) -> ResponseReturnValue:
    view = download.log_page(
        house(), actor=current_user.account, review_id=review_id, page=_page_number(), now=g.now
    )
    g.names = view.head.names
    return render_template("web/materials/log.html", view=view, head=view.head)


@bp.get("/reviews/<int:review_id>/materials/receipt")
@login_required
def receipt(review_id: int) -> ResponseReturnValue:
    view = material_form_pages.receipt_page(
        house(), actor=current_user.account, review_id=review_id, now=g.now
    )
    g.names = view.head.names
    return render_template("web/materials/receipt.html", view=view, head=view.head)


# ---- adding


@bp.get("/reviews/<int:review_id>/materials/add")
@login_required
def add(review_id: int) -> ResponseReturnValue:
    view = _adding(review_id)
    kind = request.args.get("kind", "")
    return _add_page(view, kind, {"title": "", "marking": view.marking, "url": "", "reason": ""})


@bp.post("/reviews/<int:review_id>/materials/add-file")
@uploads.taking
def add_file(upload: Upload, review_id: int) -> ResponseReturnValue:
    """The right to add is asked before the file is kept; the deed asks again."""
    view = _adding(review_id)
    typed = Typed(upload.fields.get("title", ""), upload.fields.get("marking", ""))
    try:
        if not upload.filename:
            raise Invalid(file=N_("Choose a file."))
        stored = edit_documents.take_in(house(), stream=upload)
        edit_documents.add_file(
            house(),
            actor=current_user.account,
            review_id=review_id,
            place=_place(),
            typed=typed,
            filename=upload.filename,
            stored=stored,
            now=g.now,
        )
    except TooLarge as error:
        fault = N_(
            "The file is too large: at most %(size)s. Make it smaller, split it, or add a link to where it lies.",
            size=filters.size(error.limit),
        )
        return _add_page(view, "file", upload.fields, {"file": fault}), 413
    except (Invalid, Refused) as error:
        return _add_again(view, "file", error)
    tell(N_("The file is saved. Only your team sees it."))
    return _back(review_id, view)


@bp.post("/reviews/<int:review_id>/materials/add-link")
@login_required
def add_link(review_id: int) -> ResponseReturnValue:
    view, get = _adding(review_id), request.form.get
    try:
        edit_documents.add_link(
            house(),
            actor=current_user.account,
            review_id=review_id,
            place=_place(),
            typed=Typed(get("title", ""), get("marking", "")),
            url=get("url", ""),
            now=g.now,
        )
    except (Invalid, Refused) as error:
        return _add_again(view, "link", error)
    tell(N_("The link is saved. Only your team sees it."))
    return _back(review_id, view)


@bp.post("/reviews/<int:review_id>/materials/say-absent")
@login_required
def say_absent(review_id: int) -> ResponseReturnValue:
    view = _adding(review_id)
    try:
        edit_documents.say_absent(
            house(),
            actor=current_user.account,
            review_id=review_id,
            place=_place(),
            reason=request.form.get("reason", ""),
            now=g.now,
        )
    except (Invalid, Refused) as error:
        return _add_again(view, "absent", error)
    tell(N_("It is noted that the document does not exist."))
    return _back(review_id, view)


def _place() -> Place:
    """Where, by the address: it is there before the form has arrived."""
    return Place(
        wish=request.args.get("wish", ""),
        material=request.args.get("material", type=int),
        artefact=request.args.get("artefact", ""),
    )


def _adding(review_id: int) -> AddingView:
    view = material_form_pages.adding(
        house(), actor=current_user.account, review_id=review_id, place=_place(), now=g.now
    )
    g.names = view.head.names
    return view


def _add_page(
    view: AddingView, kind: str, typed: Mapping[str, str], errors: Mapping[str, Message | str] | None = None
) -> str:
    kinds = KINDS if view.absent else KINDS[:2]
    return render_template(
        "web/materials/add.html",
        view=view,
        head=view.head,
        kinds=kinds,
        kind=kind if kind in kinds else "file",
        typed=typed,
        where={key: value for key, value in request.args.items() if key in ("wish", "material", "artefact")},
        errors=errors or {},
    )


def _add_again(view: AddingView, kind: str, error: Invalid | Refused) -> ResponseReturnValue:
    """The form as it was filled in. A step may have been left while somebody was writing."""
    if isinstance(error, Invalid):
        return _add_page(view, kind, request.form, error.errors), 422
    return _add_page(view, kind, request.form, {"_refused": filters.sentence(error.reason)}), 403


def _back(review_id: int, view: AddingView) -> ResponseReturnValue:
    anchor = f"row-{view.wish}" if view.wish else f"beside-{view.party}"
    return redirect(url_for("materials.index", review_id=review_id, _anchor=anchor), 303)


def _page_number() -> int:
    return min(max(request.args.get("page", 1, type=int), 1), 10_000)
