"""Rounds: the lead's pages of them, and the page of each organisation that is invited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid, Message, Refused
from peerreview.services.rounds import (
    begin_chosen_pairs,
    edit_talks,
    invite_one_more,
    round_letters_page,
    round_people,
    send_round_letters,
    talks_page,
)
from peerreview.services.rounds import rounds as service

from ..frame.request_context import house, tell, tell_why_not

bp = Blueprint("rounds", __name__, url_prefix="/rounds")
Errors = Mapping[str, Message]


@bp.get("")
@login_required
def index() -> ResponseReturnValue:
    listed = service.rounds(house(), actor=current_user.account, now=g.now)
    return render_template("web/rounds/index.html", rounds=listed)


# ---- opening


@bp.get("/new")
@login_required
def new() -> ResponseReturnValue:
    view = service.new_round(house(), actor=current_user.account, now=g.now)
    ready = [str(choice.id) for choice in view.choices if choice.ready]
    typed = {"name": "", "year": str(view.year), "organisations": ready}
    return render_template("web/rounds/new.html", view=view, typed=typed, errors={})


@bp.post("/new")
@login_required
def open_round() -> ResponseReturnValue:
    chosen = request.form.getlist("organisations")
    typed = {**{name: request.form.get(name, "") for name in ("name", "year")}, "organisations": chosen}
    try:
        round_id = service.open_round(
            house(),
            actor=current_user.account,
            name=str(typed["name"]),
            year=str(typed["year"]),
            organisations=numbers(chosen),
            now=g.now,
        )
    except Invalid as error:
        view = service.new_round(house(), actor=current_user.account, now=g.now)
        return render_template("web/rounds/new.html", view=view, typed=typed, errors=error.errors), 422
    tell(N_("The round is open. Write the invitation; nobody has been told yet."))
    return redirect(url_for("rounds.letter", round_id=round_id, key="invitation"), 303)


def numbers(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 10]


# ---- one round


@bp.get("/<int:round_id>")
@login_required
def show(round_id: int) -> ResponseReturnValue:
    actor = current_user.account
    if not actor.is_lead:
        own = service.own_page(house(), actor=actor, round_id=round_id, now=g.now)
        g.names = own.head.names
        return render_template("web/rounds/own.html", view=own, head=own.head)
    return _lead_page(round_id)


def _lead_page(round_id: int, errors: Mapping[str, Message] | None = None) -> str:
    """`errors`: what is asked back before reviews begin."""
    view = service.round_page(house(), actor=current_user.account, round_id=round_id, now=g.now)
    g.names = view.head.names
    return render_template(
        "web/rounds/show.html", view=view, head=view.head, typed=request.form, errors=errors or {}
    )


# ---- letters


@bp.get("/<int:round_id>/<any(invitation, synthesis):key>")
@login_required
def letter(round_id: int, key: str) -> ResponseReturnValue:
    return _letter_page(round_id, key)


@bp.post("/<int:round_id>/<any(invitation, synthesis):key>")
@login_required
def save_letter(round_id: int, key: str) -> ResponseReturnValue:
    actor, form = current_user.account, request.form
    typed = {name: form.get(name, "") for name in ("body", "answers", "pairing")}
    try:
        send_round_letters.save_letter(
            house(),
            actor=actor,
            round_id=round_id,
            key=key,
            body=typed["body"],
            seen=_seen(),
            dates=typed if key == "invitation" else None,
            meant=form.get("meant", ""),
            now=g.now,
        )
    except Invalid as error:
        return _letter_page(round_id, key, typed, error.errors), 422
    except Conflict as error:
        return _letter_page(round_id, key, typed, theirs=error.theirs), 409
    tell(N_("Saved."))
    onward = "rounds.before_sending" if form.get("then") == "send" else "rounds.letter"
    return redirect(url_for(onward, round_id=round_id, key=key), 303)


@bp.post("/<int:round_id>/dates")
@login_required
def set_dates(round_id: int) -> ResponseReturnValue:
    typed = {name: request.form.get(name, "") for name in ("answers", "pairing")}
    try:
        send_round_letters.set_dates(
            house(),
            actor=current_user.account,
            round_id=round_id,
            **typed,
            meant=request.form.get("meant", ""),
            now=g.now,
        )
    except Invalid as error:
        return _letter_page(round_id, "invitation", {"body": "", **typed}, error.errors), 422
    tell(N_("Saved."))
    return redirect(url_for("rounds.letter", round_id=round_id, key="invitation"), 303)


def _letter_page(
    round_id: int,
    key: str,
    typed: Mapping[str, str] | None = None,
    errors: Errors | None = None,
    theirs: str | None = None,
) -> str:
    view = round_letters_page.letter(
        house(), actor=current_user.account, round_id=round_id, key=key, now=g.now
    )
    g.names = view.head.names
    shown: Mapping[str, Any] = typed or {"body": view.body, **view.dates}
    return render_template(
        "web/rounds/letter.html", view=view, head=view.head, typed=shown, errors=errors or {}, theirs=theirs
    )


@bp.get("/<int:round_id>/<any(invitation, synthesis):key>/send")
@login_required
def before_sending(round_id: int, key: str) -> ResponseReturnValue:
    view = round_letters_page.letter(
        house(), actor=current_user.account, round_id=round_id, key=key, now=g.now
    )
    g.names = view.head.names
    return render_template("web/rounds/send.html", view=view, head=view.head)


@bp.post("/<int:round_id>/<any(invitation, synthesis):key>/send")
@login_required
def send_letter(round_id: int, key: str) -> ResponseReturnValue:
    try:
        send_round_letters.send_letter(
            house(), actor=current_user.account, round_id=round_id, key=key, seen=_seen(), now=g.now
        )
    except (Refused, Conflict) as error:
        tell_why_not(error)
        return redirect(url_for("rounds.before_sending", round_id=round_id, key=key), 303)
    tell(
        N_("The invitation is sent. Coordinators and management contacts are told by mail.")
        if key == "invitation"
        else N_("The synthesis is sent, and the round is closed.")
    )
    return redirect(url_for("rounds.show", round_id=round_id), 303)


def _seen() -> int:
    """The version that a form began from; -1, which is nobody's, where it is none."""
    found = numbers([request.form.get("number", "")])
    return found[0] if found else -1


# ---- one organisation more


@bp.get("/<int:round_id>/organisations/new")
@login_required
def join_form(round_id: int) -> ResponseReturnValue:
    return _join_page(round_id)


@bp.post("/<int:round_id>/organisations/new")
@login_required
def invite_more(round_id: int) -> ResponseReturnValue:
    picked = numbers([request.form.get("organisation", "")])
    try:
        name = invite_one_more.invite_more(
            house(),
            actor=current_user.account,
            round_id=round_id,
            organisation=picked[0] if picked else None,
            day=request.form.get("day", ""),
            reason=request.form.get("reason", ""),
            meant=request.form.get("meant", ""),
            now=g.now,
        )
    except Invalid as error:
        return _join_page(round_id, error.errors), 422
    tell(N_("%(name)s is in the round.", name=name))
    return redirect(url_for("rounds.show", round_id=round_id), 303)


def _join_page(round_id: int, errors: Errors | None = None) -> str:
    view = invite_one_more.join_form(house(), actor=current_user.account, round_id=round_id, now=g.now)
    g.names = view.head.names
    typed = {name: request.form.get(name, "") for name in ("organisation", "day", "reason")}
    return render_template(
        "web/rounds/join.html", view=view, head=view.head, typed=typed, errors=errors or {}
    )


# ---- one organisation of it, for the lead


@bp.get("/<int:round_id>/organisations/<int:party>")
@login_required
def organisation(round_id: int, party: int) -> ResponseReturnValue:
    return _organisation_page(round_id, party)


@bp.post("/<int:round_id>/organisations/<int:party>")
@login_required
def save_talk(round_id: int, party: int) -> ResponseReturnValue:
    typed = {name: request.form.get(name, "") for name in ("note", "expectations")}
    held = request.form.get("then") == "held"
    try:
        edit_talks.save_talk(
            house(),
            actor=current_user.account,
            round_id=round_id,
            party=party,
            note=typed["note"],
            expectations=typed["expectations"],
            seen=_seen(),
            held=held,
            now=g.now,
        )
    except Invalid as error:
        return _organisation_page(round_id, party, typed, error.errors), 422
    except Conflict as error:
        return _organisation_page(round_id, party, typed, clash=error), 409
    except Refused as error:
        tell_why_not(error)
        return redirect(url_for("rounds.organisation", round_id=round_id, party=party), 303)
    tell(N_("Saved, and the talk is done.") if held else N_("Saved."))
    if held:
        return redirect(url_for("rounds.show", round_id=round_id), 303)
    return redirect(url_for("rounds.organisation", round_id=round_id, party=party), 303)


@bp.post("/<int:round_id>/organisations/<int:party>/people")
@login_required
def follow_register(round_id: int, party: int) -> ResponseReturnValue:
    try:
        round_people.follow_register(
            house(), actor=current_user.account, round_id=round_id, party=party, now=g.now
        )
        tell(N_("The round has the people of the register now."))
    except Refused as error:
        tell_why_not(error)
    return redirect(url_for("rounds.organisation", round_id=round_id, party=party), 303)


def _organisation_page(
    round_id: int,
    party: int,
    typed: Mapping[str, str] | None = None,
    errors: Errors | None = None,
    clash: Conflict | None = None,
) -> str:
    view = talks_page.organisation(
        house(), actor=current_user.account, round_id=round_id, party=party, now=g.now
    )
    g.names = view.head.names
    shown = typed or {"note": view.note, "expectations": view.expectations}
    return render_template(
        "web/rounds/organisation.html",
        view=view,
        head=view.head,
        typed=shown,
        errors=errors or {},
        clash=clash,
    )


# ---- the lead's deeds on the whole


@bp.post("/<int:round_id>/close")
@login_required
def close(round_id: int) -> ResponseReturnValue:
    """The round goes on without the answers of those that are ticked."""
    parties = tuple(numbers(request.form.getlist("parties")))
    try:
        count = edit_talks.close(
            house(), actor=current_user.account, round_id=round_id, parties=parties, now=g.now
        )
        tell(N_("The round waits no longer for %(count)s organisations.", count=count))
    except Refused as error:
        tell_why_not(error)
    return redirect(url_for("rounds.show", round_id=round_id), 303)


@bp.post("/<int:round_id>/begin")
@login_required
def begin(round_id: int) -> ResponseReturnValue:
    """Reviews from the pairing that was chosen, or one between those that are ticked."""
    picked = numbers(request.form.getlist("parties"))
    this = {"actor": current_user.account, "round_id": round_id, "meant": request.form.get("meant", "")}
    try:
        if request.form.get("by") == "hand":
            begin_chosen_pairs.begin_by_hand(house(), **this, parties=picked, now=g.now)
            count = 1
        else:
            count = len(begin_chosen_pairs.begin_chosen(house(), **this, now=g.now))
        tell(
            N_("Reviews begun: %(count)s. The organisations have been asked by mail to answer.", count=count)
        )
    except Refused as error:
        tell_why_not(error)
    except Invalid as error:
        if "meant" in error.errors:
            return _lead_page(round_id, _placeless(error.errors)), 422
        tell(next(iter(error.errors.values())), "failed")
    return redirect(url_for("rounds.show", round_id=round_id), 303)


def _placeless(errors: Mapping[str, Message]) -> dict[str, Message]:
    """What is asked back, with the tick as its only field."""
    return {key if key == "meant" else f"_{key.lstrip('_')}": words for key, words in errors.items()}
