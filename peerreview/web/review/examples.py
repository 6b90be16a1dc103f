"""Examples to learn from: written in a review, read by the whole network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid, Message, NotFound, Refused
from peerreview.services.base.checks import searchable
from peerreview.services.examples import edit_examples as service
from peerreview.services.examples import examples_page, keep_example
from peerreview.services.examples import library as shelf
from peerreview.services.examples.edit_examples import STATE_WORDS
from peerreview.services.examples.examples_page import ASKED, ExamplesPage, ExampleView, Typed

from ..frame.drafts import kept_draft
from ..frame.request_context import house, tell, tell_why_not

bp = Blueprint("examples", __name__, url_prefix="/reviews/<int:review_id>/examples")
library = Blueprint("library", __name__, url_prefix="/library")

MARKS: Mapping[str, str] = {"draft": "doing", "asked": "doing", "published": "done"}


@bp.get("")
@login_required
def index(review_id: int) -> ResponseReturnValue:
    view = _view(review_id)
    return render_template(
        "web/examples/index.html", view=view, head=view.head, words=STATE_WORDS, marks=MARKS
    )


@bp.get("/new")
@login_required
def new(review_id: int) -> ResponseReturnValue:
    view = _view(review_id)
    if view.why_not:
        raise Refused(view.why_not)
    kept = view.drafts.get(0)
    return _form(view, None, keep_example.typed_in(kept) if kept else Typed(), 0)


@bp.post("/new")
@login_required
def write(review_id: int) -> ResponseReturnValue:
    return _save(review_id, None)


@bp.get("/<int:example_id>")
@login_required
def show(review_id: int, example_id: int) -> ResponseReturnValue:
    view = _view(review_id)
    one = _one(view, example_id)
    kept = view.drafts.get(example_id) if one.may_write else None
    stale = kept is not None and kept.base != one.version
    return _form(view, one, keep_example.typed_in(kept) if kept else one.typed, one.version, clash=stale)


@bp.post("/<int:example_id>/draft")
@login_required
def draft(review_id: int, example_id: int) -> ResponseReturnValue:
    """What is being typed in an example, 0 for a new one; see static/app.js for what is answered."""
    form, about = request.form, _about(review_id, example_id)

    def kept() -> int:
        base, seen = form.get("version", 0, type=int), form.get("draft", 0, type=int)
        return keep_example.keep_draft(house(), typed=_typed(), base=base, seen=seen, **about)

    return kept_draft(kept, _address(review_id, example_id))


@bp.post("/<int:example_id>/draft/forget")
@login_required
def forget(review_id: int, example_id: int) -> ResponseReturnValue:
    keep_example.forget_draft(house(), **_about(review_id, example_id))
    tell(N_("What was typed and not sent is thrown away."))
    return redirect(_address(review_id, example_id), 303)


def _about(review_id: int, example_id: int) -> dict[str, Any]:
    return {"actor": current_user.account, "review_id": review_id, "example_id": example_id, "now": g.now}


def _address(review_id: int, example_id: int) -> str:
    if not example_id:
        return url_for("examples.new", review_id=review_id)
    return url_for("examples.show", review_id=review_id, example_id=example_id)


@bp.post("/<int:example_id>")
@login_required
def change(review_id: int, example_id: int) -> ResponseReturnValue:
    return _save(review_id, example_id)


def _save(review_id: int, example_id: int | None) -> ResponseReturnValue:
    typed, seen = _typed(), request.form.get("version", 0, type=int)
    try:
        made = service.save_example(
            house(),
            actor=current_user.account,
            review_id=review_id,
            example_id=example_id,
            typed=typed,
            seen=seen,
            now=g.now,
        )
    except (Invalid, Conflict) as error:
        view = _view(review_id)
        one = _one(view, example_id) if example_id else None
        errors = error.errors if isinstance(error, Invalid) else {"title": error.reason}
        status = 422 if isinstance(error, Invalid) else 409
        return _form(view, one, typed, one.version if one else 0, errors, clash=status == 409), status
    tell(N_("The example is saved. Nobody outside your team sees it yet."))
    return redirect(url_for("examples.show", review_id=review_id, example_id=made), 303)


@bp.post("/<int:example_id>/<any(publish, consent, refuse, unpublish):deed>")
@login_required
def do(review_id: int, example_id: int, deed: str) -> ResponseReturnValue:
    """Publish or ask, consent, refuse, take back."""
    about, form = _about(review_id, example_id), request.form
    try:
        if deed in ("publish", "consent"):
            done = service.publish if deed == "publish" else service.consent
            tell(SAID[done(house(), seen=form.get("version", 0, type=int), **about)])
        else:
            back = service.refuse if deed == "refuse" else service.unpublish
            back(house(), reason=form.get("reason", ""), **about)
            tell(N_("The example is a draft again, for those alone who wrote it."))
    except Invalid as error:
        view = _view(review_id)
        one = _one(view, example_id)
        return _form(view, one, one.typed, one.version, error.errors), 422
    except (Conflict, Refused) as error:
        tell_why_not(error)
        return redirect(url_for("examples.show", review_id=review_id, example_id=example_id), 303)
    return redirect(url_for("examples.index", review_id=review_id), 303)


SAID = {
    ASKED: N_("The other side has been asked. The example is published when it has consented."),
    "published": N_("The example is published in the library."),
}


def _view(review_id: int) -> ExamplesPage:
    view = examples_page.examples(house(), actor=current_user.account, review_id=review_id, now=g.now)
    g.names = view.head.names
    return view


def _one(view: ExamplesPage, example_id: int) -> ExampleView:
    for one in view.examples:
        if one.id == example_id:
            return one
    raise NotFound(f"example {example_id}")


def _typed() -> Typed:
    form = request.form
    parts = {
        part: form.get(part, "")
        for part in Typed.__dataclass_fields__
        if part not in ("perspectives", "about")
    }
    about = tuple(int(one) for one in form.getlist("about") if one.isdecimal() and len(one) < 3)
    return Typed(**parts, perspectives=tuple(form.getlist("perspectives")), about=about)


def _form(
    view: ExamplesPage,
    one: ExampleView | None,
    typed: Typed,
    version: int,
    errors: Mapping[str, Message] | None = None,
    clash: bool = False,
) -> str:
    """`clash`: somebody else has saved since: what stands there is shown beside what was typed."""
    return render_template(
        "web/examples/example.html",
        clash=clash,
        draft=view.drafts.get(one.id if one else 0),
        view=view,
        head=view.head,
        one=one,
        typed=typed,
        version=version,
        errors=errors or {},
        reason=request.form.get("reason", ""),
        words=STATE_WORDS,
        marks=MARKS,
    )


# ---- the library


@library.get("")
@login_required
def shelves() -> ResponseReturnValue:
    search = searchable(request.args.get("search", ""))
    perspective = request.args.get("perspective", "")
    view = shelf.library(
        house(),
        actor=current_user.account,
        search=search,
        perspective=perspective,
        page=request.args.get("page", 1, type=int),
    )
    return render_template("web/examples/library.html", view=view, search=search, perspective=perspective)


@library.get("/<int:example_id>")
@login_required
def read(example_id: int) -> ResponseReturnValue:
    one = shelf.example(house(), actor=current_user.account, example_id=example_id, now=g.now)
    return render_template("web/examples/read.html", one=one)
