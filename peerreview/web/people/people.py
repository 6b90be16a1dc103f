"""The lead's registers of people and organisations. For everybody else these pages do not exist."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Invalid, Message
from peerreview.services.base.checks import searchable
from peerreview.services.people import accounts, close_account, edit_people, people_page, prove_address
from peerreview.services.register import register_pages

from ..frame.request_context import house, tell

bp = Blueprint("people", __name__, url_prefix="/lead")

Errors = Mapping[str, Message]


@bp.get("/people")
@login_required
def index() -> ResponseReturnValue:
    asked = {
        "search": searchable(request.args.get("search", "")),
        "organisation": request.args.get("organisation", ""),
        "state": request.args.get("state", "open"),
    }
    view = people_page.people(
        house(),
        actor=current_user.account,
        search=asked["search"],
        organisation_id=number(asked["organisation"]),
        state=asked["state"],
        page=number(request.args.get("page", "")) or 1,
    )
    return render_template("web/people/index.html", view=view, asked=asked)


@bp.get("/people/new")
@login_required
def new() -> ResponseReturnValue:
    return _new_page({"organisation": request.args.get("organisation", ""), "language": "sv"})


@bp.post("/people/new")
@login_required
def create() -> ResponseReturnValue:
    typed = _typed("name", "email", "language", "organisation", "role", "title")
    try:
        person_id, is_new = edit_people.add_person(
            house(),
            actor=current_user.account,
            name=typed["name"],
            email=typed["email"],
            language=typed["language"],
            organisation_id=number(typed["organisation"]),
            role=typed["role"],
            title=typed["title"],
            now=g.now,
            real_now=g.real_now,
        )
    except Invalid as error:
        return _new_page(typed, error.errors), 422
    if is_new:
        tell(N_("An invitation is on its way to %(email)s.", email=typed["email"].strip()))
    else:
        tell(N_("There already was a person with this address. They now have this function too."))
    return redirect(url_for("people.person", person_id=person_id), 303)


def _new_page(typed: Mapping[str, str], errors: Errors | None = None) -> str:
    organisations = people_page.choices(house(), actor=current_user.account)
    return render_template(
        "web/people/new.html", typed=typed, organisations=organisations, errors=errors or {}
    )


@bp.get("/people/<int:person_id>")
@login_required
def person(person_id: int) -> ResponseReturnValue:
    return _person_page(person_id)


@bp.post("/people/<int:person_id>")
@login_required
def change(person_id: int) -> ResponseReturnValue:
    typed = _typed("name", "phone", "language")
    try:
        edit_people.change_person(
            house(), actor=current_user.account, person_id=person_id, real_now=g.real_now, **typed
        )
    except Invalid as error:
        return _person_page(person_id, typed, error.errors), 422
    tell(N_("What you changed is saved."))
    return _to(person_id)


@bp.post("/people/<int:person_id>/memberships")
@login_required
def join(person_id: int) -> ResponseReturnValue:
    typed = _typed("organisation", "role", "title")
    try:
        edit_people.add_membership(
            house(),
            actor=current_user.account,
            person_id=person_id,
            organisation_id=number(typed["organisation"]),
            role=typed["role"],
            title=typed["title"],
            real_now=g.real_now,
        )
    except Invalid as error:
        return _person_page(person_id, typed, error.errors), 422
    tell(N_("The function is added."))
    return _to(person_id)


@bp.post("/people/<int:person_id>/memberships/<int:membership_id>/remove")
@login_required
def leave(person_id: int, membership_id: int) -> ResponseReturnValue:
    edit_people.remove_membership(
        house(),
        actor=current_user.account,
        person_id=person_id,
        membership_id=membership_id,
        real_now=g.real_now,
    )
    tell(N_("The function is taken away."))
    return _to(person_id)


@bp.post("/people/<int:person_id>/invite")
@login_required
def invite(person_id: int) -> ResponseReturnValue:
    accounts.invite_again(
        house(), actor=current_user.account, person_id=person_id, now=g.now, real_now=g.real_now
    )
    tell(N_("A new invitation is on its way. The links of earlier ones no longer work."))
    return _to(person_id)


@bp.post("/people/<int:person_id>/address")
@login_required
def correct_address(person_id: int) -> ResponseReturnValue:
    typed = _typed("email")
    try:
        invited = accounts.correct_address(
            house(),
            actor=current_user.account,
            person_id=person_id,
            email=typed["email"],
            now=g.now,
            real_now=g.real_now,
        )
    except Invalid as error:
        return _person_page(person_id, typed, error.errors), 422
    if invited:
        tell(N_("An invitation is on its way to %(email)s.", email=typed["email"].strip()))
    else:
        tell(N_("%(email)s has been asked to confirm the address.", email=typed["email"].strip()))
    return _to(person_id)


@bp.post("/people/<int:person_id>/address/forget")
@login_required
def forget_address(person_id: int) -> ResponseReturnValue:
    prove_address.forget_change(house(), actor=current_user.account, person_id=person_id, real_now=g.real_now)
    tell(N_("The address stays as it is."))
    return _to(person_id)


@bp.get("/people/<int:person_id>/history")
@login_required
def history(person_id: int) -> ResponseReturnValue:
    page = number(request.args.get("page", "")) or 1
    view = register_pages.history_of_person(
        house(), actor=current_user.account, person_id=person_id, page=page
    )
    return render_template("web/people/history.html", view=view, person_id=person_id)


@bp.get("/people/<int:person_id>/close")
@login_required
def close(person_id: int) -> ResponseReturnValue:
    """What closing means, before it is done."""
    view = people_page.person(house(), actor=current_user.account, person_id=person_id, real_now=g.real_now)
    left = close_account.left_without(house(), actor=current_user.account, person_id=person_id, now=g.now)
    return render_template("web/people/close.html", view=view, left=left)


@bp.post("/people/<int:person_id>/close")
@login_required
def do_close(person_id: int) -> ResponseReturnValue:
    left = close_account.left_without(house(), actor=current_user.account, person_id=person_id, now=g.now)
    accounts.close_account(
        house(), actor=current_user.account, person_id=person_id, now=g.now, real_now=g.real_now
    )
    tell(N_("The account is closed."))
    if left:
        tell(N_("Something is now left without anybody: see below, and name somebody."), "failed")
        return redirect(url_for("lead.board"), 303)
    return _to(person_id)


@bp.post("/people/<int:person_id>/reopen")
@login_required
def reopen(person_id: int) -> ResponseReturnValue:
    accounts.reopen_account(
        house(), actor=current_user.account, person_id=person_id, now=g.now, real_now=g.real_now
    )
    tell(N_("The account is open again."))
    return _to(person_id)


def _person_page(person_id: int, typed: Mapping[str, str] | None = None, errors: Errors | None = None) -> str:
    view = people_page.person(house(), actor=current_user.account, person_id=person_id, real_now=g.real_now)
    shown = {
        "name": view.name,
        "phone": view.phone,
        "language": view.language,
        "email": view.email,
        **(typed or {}),
    }
    is_me = view.id == current_user.account.person_id
    return render_template(
        "web/people/person.html",
        view=view,
        typed=shown,
        is_me=is_me,
        is_late=view.invited_until is not None and view.invited_until <= g.real_now,
        errors=errors or {},
    )


def _typed(*fields: str) -> dict[str, str]:
    return {field: request.form.get(field, "") for field in fields}


def _to(person_id: int) -> ResponseReturnValue:
    return redirect(url_for("people.person", person_id=person_id), 303)


def number(text: str) -> int | None:
    """An id or a page's number from an address or a form; None for whatever cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
