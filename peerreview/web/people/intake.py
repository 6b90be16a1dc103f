"""Organisations and people from one file, and the invitations of those who have had none. The lead's."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_
from peerreview.services.organisations import edit_organisations
from peerreview.services.people import bring_in as service
from peerreview.services.people import intake_table, uninvited

from ..frame.headers import attach
from ..frame.request_context import house, tell

bp = Blueprint("intake", __name__, url_prefix="/lead/people")

# As Swedish spreadsheets read it: semicolons, UTF-8 with its mark.
TEMPLATES = {
    "sv": "Organisation;Kod;Sjukvårdsregion;Namn;E-post;Funktion;Befattning;Telefon;Språk\r\n",
    "en": "Organisation;Code;Healthcare region;Name;Email;Function;Job title;Phone;Language\r\n",
}


@bp.get("/from-file")
@login_required
def index() -> ResponseReturnValue:
    edit_organisations.may_keep(actor=current_user.account)
    return _page("")


@bp.post("/from-file")
@login_required
def take_in() -> ResponseReturnValue:
    """Looked at first; what is brought in is what was looked at, else it is shown anew."""
    edit_organisations.may_keep(actor=current_user.account)
    file = request.files.get("file")
    text = request.form.get("rows", "").replace("\r\n", "\n").replace("\r", "\n")
    try:
        if file is not None and file.filename:
            text = intake_table.text_of(file.read())
        if not text.strip():
            return _page("", errors={"file": N_("Choose a file, or paste the rows.")}), 422
        if request.form.get("do") != "write" or (file is not None and file.filename):
            return _shown(service.look(house(), actor=current_user.account, text=text))
        return _write(text)
    except intake_table.BadTable as error:
        errors = {"rows": N_("This cannot be read as rows yet. What to mend stands below.")}
        return _page(text, errors=errors, faults=error.faults), 422


def _write(text: str) -> ResponseReturnValue:
    found, done = service.take_in(
        house(),
        actor=current_user.account,
        text=text,
        seal=request.form.get("seal", ""),
        now=g.now,
        real_now=g.real_now,
    )
    if not done:
        return _shown(found, again=True)
    tell(
        N_(
            "In the register now: organisations %(organisations)s, people %(people)s. Nobody has been mailed yet.",
            organisations=len(found.organisations),
            people=found.people,
        )
    )
    if not found.left:
        return redirect(url_for("intake.waiting"), 303)
    tell(N_("The rows below are still to be mended. The others are in the register."), "failed")
    left = service.look(house(), actor=current_user.account, text=found.left)
    return _page(left.text, found=left)


@bp.get("/from-file/template.csv")
@login_required
def template() -> ResponseReturnValue:
    edit_organisations.may_keep(actor=current_user.account)
    language = current_user.account.language
    text = TEMPLATES.get(language, TEMPLATES["sv"])
    return attach(Response(text.encode("utf-8-sig"), mimetype="text/csv"), "register.csv")


def _shown(found: service.Preview, again: bool = False) -> ResponseReturnValue:
    page = _page(found.text, found=found, again=again)
    return page, 409 if again else 422 if found.wrong and not found.brings else 200


def _page(
    text: str,
    *,
    found: service.Preview | None = None,
    again: bool = False,
    errors: object = None,
    faults: object = (),
) -> str:
    return render_template(
        "web/people/intake.html", text=text, found=found, again=again, errors=errors or {}, faults=faults
    )


# ---- invitations


@bp.get("/uninvited")
@login_required
def waiting() -> ResponseReturnValue:
    rows = uninvited.uninvited(house(), actor=current_user.account)
    return render_template("web/people/uninvited.html", rows=rows)


@bp.post("/uninvited")
@login_required
def invite_all() -> ResponseReturnValue:
    count = uninvited.invite_all(house(), actor=current_user.account, now=g.now, real_now=g.real_now)
    tell(N_("Invitations on their way: %(count)s.", count=count))
    return redirect(url_for("people.index", state="invited"), 303)
