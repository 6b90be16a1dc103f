"""The lead writes a mail to a set of people: written, looked at with the names it goes to, sent."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Invalid, Message
from peerreview.services.base.fingerprint import Changed
from peerreview.services.lead import letters_page
from peerreview.services.lead import write_letters as service
from peerreview.services.lead.letters_page import Letter

from ..frame.request_context import house, tell

bp = Blueprint("letters", __name__, url_prefix="/lead/mail/write")


@bp.get("")
@login_required
def write() -> ResponseReturnValue:
    return _page(Letter(whom=request.args.get("whom", "turn"), review=request.args.get("review", "")))


@bp.post("")
@login_required
def preview() -> ResponseReturnValue:
    """What was typed, with the people it would go to; nothing is sent yet."""
    letter = _typed()
    try:
        shown = letters_page.preview_letter(house(), actor=current_user.account, letter=letter, now=g.now)
    except Invalid as error:
        return _page(letter, error.errors), 422
    return _page(letter, shown=shown)


@bp.post("/send")
@login_required
def send() -> ResponseReturnValue:
    letter, seal = _typed(), request.form.get("seal", "")
    try:
        count = service.send_letter(
            house(), actor=current_user.account, letter=letter, seal=seal, now=g.now, real_now=g.real_now
        )
    except Invalid as error:
        return _page(letter, error.errors), 422
    except Changed as error:
        shown = letters_page.preview_letter(house(), actor=current_user.account, letter=letter, now=g.now)
        return _page(letter, shown=shown, otherwise=error), 409
    tell(N_("The mail is on its way to %(count)s people.", count=count))
    return redirect(url_for("lead.mail"), 303)


def _typed() -> Letter:
    return Letter(**{name: request.form.get(name, "") for name in ("whom", "review", "subject", "text")})


def _page(
    letter: Letter,
    errors: Mapping[str, Message] | None = None,
    shown: letters_page.LetterPreview | None = None,
    otherwise: Changed | None = None,
) -> str:
    """`otherwise`: others are meant than the page showed."""
    form = letters_page.letter_form(house(), actor=current_user.account, now=g.now)
    return render_template(
        "web/lead/letter.html",
        form=form,
        letter=letter,
        errors=errors or {},
        shown=shown,
        otherwise=otherwise,
    )
