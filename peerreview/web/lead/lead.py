"""The lead's own pages: the board, proposing a review, the network's mail. They exist for nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid, Message, NotFound, Refused
from peerreview.services.deeds import begin_reviews as service
from peerreview.services.lead import board as boards
from peerreview.services.lead import first_steps, mail_lists, mail_search, outbox, remind_by_hand
from peerreview.services.people import uninvited

from ..frame.request_context import house, tell, tell_why_not

bp = Blueprint("lead", __name__, url_prefix="/lead")


@bp.get("")
@login_required
def board() -> ResponseReturnValue:
    view = boards.board(
        house(),
        actor=current_user.account,
        page=request.args.get("page", 1, type=int),
        now=g.now,
        real_now=g.real_now,
    )
    actor = current_user.account
    return render_template(
        "web/lead/board.html",
        view=view,
        first_steps=first_steps.first_steps(house(), actor=actor, real_now=g.real_now),
        uninvited=uninvited.count(house(), actor=actor),
    )


@bp.post("/reviews/<int:review_id>/remind")
@login_required
def remind(review_id: int) -> ResponseReturnValue:
    party = request.form.get("party", "")
    if party and (not party.isdecimal() or len(party) > 3):
        raise NotFound(party)
    try:
        count = remind_by_hand.remind(
            house(),
            actor=current_user.account,
            review_id=review_id,
            step=request.form.get("step", ""),
            party=int(party) if party else None,
            now=g.now,
            real_now=g.real_now,
        )
        tell(N_("The reminder is on its way. People reminded: %(count)s.", count=count))
    except Refused as error:
        tell_why_not(error)
    if request.form.get("back") == "review":
        return redirect(url_for("reviews.show", review_id=review_id), 303)
    return redirect(url_for("lead.board"), 303)


# ---- proposing a review


@bp.get("/reviews/new")
@login_required
def new_review() -> ResponseReturnValue:
    return _new_page({})


@bp.post("/reviews/new")
@login_required
def begin_review() -> ResponseReturnValue:
    typed = {key: value for key, value in request.form.items() if key.startswith("organisation_")}
    numbers = sorted((key for key, value in typed.items() if value), key=lambda key: (len(key), key))
    chosen = [int(typed[key]) for key in numbers if typed[key].isdecimal() and len(typed[key]) < 10]
    process = {"workflow": request.form["workflow"]} if "workflow" in request.form else {}
    try:
        if len(chosen) != len(numbers):
            raise Invalid(organisations=N_("Choose organisations from the list."))
        review_id = service.begin_review(
            house(),
            actor=current_user.account,
            organisations=chosen,
            meant=request.form.get("meant", ""),
            now=g.now,
            **process,
        )
    except Invalid as error:
        return _new_page(typed | process, _beside(error.errors)), 422
    tell(N_("The review is proposed. The coordinators have been asked by mail to answer."))
    return redirect(url_for("reviews.show", review_id=review_id), 303)


def _beside(errors: Mapping[str, Message]) -> dict[str, Message]:
    """The summary links to the first of the fields that the choice is made in."""
    return {"organisation_1" if name == "organisations" else name: e for name, e in errors.items()}


def _new_page(typed: Mapping[str, str], errors: Mapping[str, Message] | None = None) -> str:
    choices = boards.choices(house(), actor=current_user.account)
    processes = service.processes(house(), actor=current_user.account)
    return render_template(
        "web/lead/new_review.html",
        choices=choices,
        processes=processes,
        # A ring of more than a dozen is nobody's plan; who has that many holds a round.
        most=min(max((one.most for one in processes), default=2), 12),
        typed=typed,
        errors=errors or {},
    )


# ---- mail


@bp.get("/mail")
@login_required
def mail() -> ResponseReturnValue:
    asked = mails_asked()
    view = mail_lists.network_mail(
        house(),
        actor=current_user.account,
        asked=asked,
        page=request.args.get("page", 1, type=int),
        coming=request.args.get("coming", 1, type=int),
    )
    status = outbox.mail_status(house(), actor=current_user.account, real_now=g.real_now)
    return render_template(
        "web/lead/mail.html",
        view=view,
        status=status,
        asked=asked,
        states=mail_search.ASKED,
        kept=asked_for(asked),
    )


def mails_asked() -> mail_search.MailAsked:
    """What the address asks for; a state that there is not means all."""
    given = {name: request.args.get(name, "") for name in ("who", "about", "state", "since", "until")}
    return mail_search.MailAsked(
        **{**given, "state": given["state"] if given["state"] in mail_search.ASKED else ""}
    )


def asked_for(asked: mail_search.MailAsked) -> dict[str, str]:
    """The same, for the addresses of other pages of the lists."""
    return {name: text for name, text in asdict(asked).items() if text}


@bp.get("/mail/<int:mail_id>")
@login_required
def message(mail_id: int) -> ResponseReturnValue:
    view = mail_lists.message(house(), actor=current_user.account, outgoing_id=mail_id, now=g.now)
    return render_template("web/lead/message.html", view=view)


@bp.post("/mail/<int:mail_id>/retry")
@login_required
def retry(mail_id: int) -> ResponseReturnValue:
    try:
        outbox.retry(house(), actor=current_user.account, outgoing_id=mail_id, real_now=g.real_now)
        tell(N_("The mail is tried again at once."))
    except (Conflict, Refused) as error:
        tell_why_not(error)
    return redirect(url_for("lead.mail"), 303)


@bp.post("/mail/<int:mail_id>/lay-aside")
@login_required
def lay_aside(mail_id: int) -> ResponseReturnValue:
    try:
        outbox.lay_aside(house(), actor=current_user.account, outgoing_id=mail_id)
        tell(N_("The mail is laid aside and not sent."))
    except Conflict as error:
        tell_why_not(error)
    return redirect(url_for("lead.mail"), 303)
