"""Profiles of all organisations from and to a file, for the lead."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_
from peerreview.services.organisations import edit_organisations, profiles

from ..frame.headers import attach
from ..frame.request_context import house, tell

# Remarks on a file that are told one by one.
WARNINGS = 8

bp = Blueprint("profiles", __name__, url_prefix="/lead/profiles")


@bp.get("")
@login_required
def index() -> ResponseReturnValue:
    edit_organisations.may_keep(actor=current_user.account)
    return render_template("web/people/profiles.html", faults=(), errors={})


@bp.post("")
@login_required
def take_in() -> ResponseReturnValue:
    edit_organisations.may_keep(actor=current_user.account)
    file = request.files.get("file")
    if file is None or not file.filename:
        errors = {"file": N_("Choose a file.")}
        return render_template("web/people/profiles.html", faults=(), errors=errors), 422
    try:
        told = profiles.import_profiles(
            house(), actor=current_user.account, content=file.read(), now=g.now, real_now=g.real_now
        )
    except profiles.BadTable as error:
        errors = {
            "file": N_("Nothing was imported. What to mend in %(file)s stands below.", file=file.filename)
        }
        return render_template("web/people/profiles.html", faults=error.faults, errors=errors), 422
    tell(N_("Profiles imported: %(count)s.", count=told.organisations))
    for warning in told.warnings[:WARNINGS]:
        tell(N_("Line %(line)s: %(what)s.", line=warning.line, what=warning.message))
    if len(told.warnings) > WARNINGS:
        tell(N_("And %(count)s more remarks of the same kind.", count=len(told.warnings) - WARNINGS))
    if told.passed_over:
        columns = ", ".join(told.passed_over)
        tell(N_("Not kept in profiles, but said in each round: %(columns)s.", columns=columns))
    return redirect(url_for("people.organisations"), 303)


@bp.get("/profiles.csv")
@login_required
def export() -> ResponseReturnValue:
    content = profiles.export_profiles(house(), actor=current_user.account)
    answer = Response(content, mimetype="text/csv")
    return attach(answer, "profiles.csv")
