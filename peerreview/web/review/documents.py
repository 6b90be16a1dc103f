"""One document of the materials: fetched, described, shared, commented on; and what came after the opening."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from werkzeug.wsgi import wrap_file

from peerreview.errors import N_, Invalid, Message
from peerreview.services.materials import download, edit_documents, hand_in, lend, material_form_pages
from peerreview.services.materials.edit_documents import Typed

from ..frame import uploads
from ..frame.headers import attach, onward
from ..frame.request_context import house, tell
from .materials import bp


@bp.get("/materials/<int:material_id>/<int:number>")
@login_required
def fetch(material_id: int, number: int) -> ResponseReturnValue:
    """A file as an attachment that no browser runs, or the way to where the document lies. Logged first."""
    found = download.download(
        house(), actor=current_user.account, material_id=material_id, number=number, now=g.now
    )
    if found.stream is None:
        return onward(found.url)
    response = Response(
        wrap_file(request.environ, found.stream, uploads.CHUNK),
        mimetype=found.media_type,
        direct_passthrough=True,
    )
    response.call_on_close(found.stream.close)
    response.content_length = found.size
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return attach(response, found.filename)


@bp.get("/reviews/<int:review_id>/materials/<int:material_id>/describe")
@login_required
def describe(review_id: int, material_id: int) -> ResponseReturnValue:
    return _document_page("describe", review_id, material_id)


@bp.post("/reviews/<int:review_id>/materials/<int:material_id>/describe")
@login_required
def save_description(review_id: int, material_id: int) -> ResponseReturnValue:
    typed = Typed(request.form.get("title", ""), request.form.get("marking", ""))
    try:
        edit_documents.describe(
            house(),
            actor=current_user.account,
            review_id=review_id,
            material_id=material_id,
            typed=typed,
            now=g.now,
        )
    except Invalid as error:
        return _document_page("describe", review_id, material_id, request.form, error.errors), 422
    return _done(review_id, material_id, N_("What you changed is saved."))


@bp.get("/reviews/<int:review_id>/materials/<int:material_id>/share")
@login_required
def share(review_id: int, material_id: int) -> ResponseReturnValue:
    return _document_page("share", review_id, material_id)


@bp.post("/reviews/<int:review_id>/materials/<int:material_id>/share")
@login_required
def share_now(review_id: int, material_id: int) -> ResponseReturnValue:
    lend.share_draft(
        house(),
        actor=current_user.account,
        review_id=review_id,
        material_id=material_id,
        number=request.form.get("number", 0, type=int),
        now=g.now,
    )
    return _done(review_id, material_id, N_("The draft is shared for comments."))


@bp.post("/reviews/<int:review_id>/materials/<int:material_id>/end-sharing")
@login_required
def end_sharing(review_id: int, material_id: int) -> ResponseReturnValue:
    lend.end_sharing(
        house(), actor=current_user.account, review_id=review_id, material_id=material_id, now=g.now
    )
    return _done(review_id, material_id, N_("The draft is internal again."))


@bp.post("/reviews/<int:review_id>/materials/<int:material_id>/withdraw")
@login_required
def withdraw(review_id: int, material_id: int) -> ResponseReturnValue:
    edit_documents.withdraw(
        house(), actor=current_user.account, review_id=review_id, material_id=material_id, now=g.now
    )
    tell(N_("The document is put aside. It is kept, and you can take it up again."))
    return redirect(url_for("materials.index", review_id=review_id), 303)


@bp.post("/reviews/<int:review_id>/materials/<int:material_id>/put-back")
@login_required
def put_back(review_id: int, material_id: int) -> ResponseReturnValue:
    edit_documents.put_back(
        house(), actor=current_user.account, review_id=review_id, material_id=material_id, now=g.now
    )
    return _done(review_id, material_id, N_("The document is taken up again."))


@bp.get("/reviews/<int:review_id>/materials/<int:material_id>/comments")
@login_required
def comments(review_id: int, material_id: int) -> ResponseReturnValue:
    return _document_page("comment", review_id, material_id)


@bp.post("/reviews/<int:review_id>/materials/<int:material_id>/comments")
@login_required
def comment(review_id: int, material_id: int) -> ResponseReturnValue:
    try:
        lend.comment(
            house(),
            actor=current_user.account,
            review_id=review_id,
            material_id=material_id,
            body=request.form.get("body", ""),
            now=g.now,
        )
    except Invalid as error:
        return _document_page("comment", review_id, material_id, request.form, error.errors), 422
    return _done(review_id, material_id, N_("Your comment is saved. Both teams read it."))


def _document_page(
    what: str,
    review_id: int,
    material_id: int,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, Message] | None = None,
) -> str:
    view = material_form_pages.document_page(
        house(),
        actor=current_user.account,
        review_id=review_id,
        material_id=material_id,
        may=what,
        now=g.now,
    )
    g.names = view.head.names
    typed = typed or {"title": view.document.title, "marking": view.document.newest.marking, "body": ""}
    return render_template(
        f"web/materials/{what}.html", view=view, head=view.head, typed=typed, errors=errors or {}
    )


def _done(review_id: int, material_id: int, message: Message) -> ResponseReturnValue:
    tell(message)
    return redirect(url_for("materials.index", review_id=review_id, _anchor=f"document-{material_id}"), 303)


# ---- what came after the opening


@bp.get("/reviews/<int:review_id>/materials/later")
@login_required
def later(review_id: int) -> ResponseReturnValue:
    view = material_form_pages.later_page(house(), actor=current_user.account, review_id=review_id, now=g.now)
    g.names = view.head.names
    return render_template("web/materials/later.html", view=view, head=view.head)


@bp.post("/reviews/<int:review_id>/materials/later")
@login_required
def hand_in_later(review_id: int) -> ResponseReturnValue:
    hand_in.hand_in_later(house(), actor=current_user.account, review_id=review_id, shown=_shown(), now=g.now)
    tell(N_("It is handed in and open."))
    return redirect(url_for("materials.receipt", review_id=review_id), 303)


def _shown() -> list[tuple[int, int]]:
    """The list that the form showed: "12.1" is version 1 of document 12."""
    pairs = [text.partition(".") for text in request.form.getlist("item")]
    return [
        (int(document), int(number))
        for document, _, number in pairs
        if document.isdigit() and number.isdigit()
    ]
