"""Review questions: written in place, sent, answered one by one. Long texts save themselves as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from flask import Blueprint, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from peerreview.errors import N_, Conflict, Invalid, Message, Refused
from peerreview.services.questions import edit_questions, questions_page
from peerreview.services.questions.edit_questions import GENERAL, QuestionText, Saved
from peerreview.services.questions.questions_page import QuestionSet, QuestionsView, QuestionView

from ..frame import filters
from ..frame.errors import wants_json
from ..frame.request_context import house, tell

bp = Blueprint("questions", __name__, url_prefix="/reviews/<int:review_id>/questions")

FIELDS = ("perspective", "document", "page", "text")
# By state: the mark and its word.
STATES: Mapping[str, tuple[str, Message]] = {
    "draft": ("doing", N_("Draft")),
    "sent": ("todo", N_("Not answered")),
    "answered": ("done", N_("Answered")),
}


@dataclass(frozen=True)
class Again:
    """A form that comes back: what was typed, what is wrong, what stands there now (`theirs`), and what can no
    longer be saved (`kept`)."""

    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, Message | str] = field(default_factory=dict)
    theirs: Mapping[str, str] = field(default_factory=dict)
    kept: str = ""


@bp.get("")
@login_required
def index(review_id: int) -> ResponseReturnValue:
    asked = {key: request.args[key] for key in ("perspective", "document") if key in request.args}
    return _page(review_id, Again(asked), edit=request.args.get("edit", 0, type=int))


def _view(review_id: int) -> QuestionsView:
    view = questions_page.questions_page(house(), actor=current_user.account, review_id=review_id, now=g.now)
    g.names = view.head.names
    return view


def _page(review_id: int, again: Again, *, edit: int = 0) -> str:
    view = _view(review_id)
    return render_template(
        "web/questions/index.html",
        view=view,
        head=view.head,
        states=STATES,
        again=again,
        edit=edit,
        general=GENERAL,
        cursor=_cursor(view) if view.live and not (edit or again.errors) else "",
    )


# ---- writing


@bp.post("")
@login_required
def write(review_id: int) -> ResponseReturnValue:
    typed = _typed("")
    try:
        edit_questions.write_question(
            house(),
            actor=current_user.account,
            review_id=review_id,
            typed=typed,
            artefact=request.form.get("artefact", ""),
            now=g.now,
        )
    except Invalid as error:
        return _page(review_id, Again(request.form, error.errors)), 422
    except Refused as error:
        return _refused(review_id, error, typed.text)
    tell(N_("The question is saved. Only your team sees it until it is sent."))
    # Questions come in bundles: the next form begins where this one ended.
    address = url_for(
        ".index",
        review_id=review_id,
        perspective=typed.perspective,
        document=typed.document,
        _anchor="f-text",
    )
    return redirect(address, 303)


@bp.post("/<int:question_id>")
@login_required
def change(review_id: int, question_id: int) -> ResponseReturnValue:
    typed, suffix = _typed(f"-{question_id}"), f"-{question_id}"
    try:
        edit_questions.change_question(
            house(),
            actor=current_user.account,
            review_id=review_id,
            question_id=question_id,
            typed=typed,
            seen=request.form.get("version", ""),
            now=g.now,
        )
    except Invalid as error:
        faults = {f"{name}{suffix}": fault for name, fault in error.errors.items()}
        return _page(review_id, Again(request.form, faults), edit=question_id), 422
    except Conflict as error:
        return _clash(review_id, question_id, f"text{suffix}", error)
    except Refused as error:
        return _refused(review_id, error, typed.text)
    tell(N_("The question is saved."))
    return _to(review_id, f"q-{question_id}")


@bp.post("/<int:question_id>/text")
@login_required
def save_text(review_id: int, question_id: int) -> ResponseReturnValue:
    """What the script sends while one writes."""
    text = request.form.get(f"text-{question_id}", "")
    return _autosaved(
        review_id,
        question_id,
        lambda: edit_questions.save_text(
            house(),
            actor=current_user.account,
            review_id=review_id,
            question_id=question_id,
            text=text,
            seen=request.form.get("version", ""),
            now=g.now,
            real_now=g.real_now,
        ),
    )


@bp.post("/<int:question_id>/remove")
@login_required
def remove(review_id: int, question_id: int) -> ResponseReturnValue:
    edit_questions.remove_question(
        house(), actor=current_user.account, review_id=review_id, question_id=question_id, now=g.now
    )
    tell(N_("The question is removed. You can put it back at the end of the list."))
    return _to(review_id, "own")


@bp.post("/<int:question_id>/put-back")
@login_required
def put_back(review_id: int, question_id: int) -> ResponseReturnValue:
    edit_questions.put_question_back(
        house(), actor=current_user.account, review_id=review_id, question_id=question_id, now=g.now
    )
    tell(N_("The question is back on the list."))
    return _to(review_id, f"q-{question_id}")


# ---- answering and noting


@bp.post("/<int:question_id>/answer")
@login_required
def answer(review_id: int, question_id: int) -> ResponseReturnValue:
    """With the button: given, for the asking side to read. By the script: kept for the own side alone."""
    name = f"answer-{question_id}"

    def save() -> Saved:
        return edit_questions.answer_question(
            house(),
            actor=current_user.account,
            review_id=review_id,
            question_id=question_id,
            text=request.form.get(name, ""),
            seen=request.form.get("version", ""),
            done=not wants_json(),
            now=g.now,
            real_now=g.real_now,
        )

    if wants_json():
        return _autosaved(review_id, question_id, save)
    return _saved(review_id, question_id, name, save, "answer", N_("The answer is saved."))


@bp.post("/<int:question_id>/note")
@login_required
def note(review_id: int, question_id: int) -> ResponseReturnValue:
    name = f"note-{question_id}"

    def save() -> Saved:
        return edit_questions.note_on_question(
            house(),
            actor=current_user.account,
            review_id=review_id,
            question_id=question_id,
            text=request.form.get(name, ""),
            seen=request.form.get("version", ""),
            now=g.now,
            real_now=g.real_now,
        )

    if wants_json():
        return _autosaved(review_id, question_id, save)
    return _saved(review_id, question_id, name, save, "note", _noted(request.form.get(name, "")))


def _noted(text: str) -> Message:
    return N_("The note is saved.") if text.strip() else N_("There is no note on the question now.")


def _saved(
    review_id: int, question_id: int, name: str, save: Callable[[], Saved], what: str, message: Message
) -> ResponseReturnValue:
    """Save by the button, and put the cursor in the next empty field of the same list."""
    try:
        save()
    except Invalid as error:
        faults = dict.fromkeys([name], next(iter(error.errors.values())))
        return _page(review_id, Again(request.form, faults), edit=question_id), 422
    except Conflict as error:
        return _clash(review_id, question_id, name, error)
    except Refused as error:
        return _refused(review_id, error, request.form.get(name, ""))
    tell(message)
    following = _next_empty(_view(review_id), question_id, what)
    return _to(review_id, following or f"q-{question_id}")


def _autosaved(review_id: int, question_id: int, save: Callable[[], Saved]) -> ResponseReturnValue:
    try:
        saved = save()
    except Invalid as error:
        return jsonify(reason=filters.say(next(iter(error.errors.values())))), 422
    except Conflict as error:
        page = url_for(".index", review_id=review_id, edit=question_id, _anchor=f"q-{question_id}")
        return jsonify(reason=filters.say(error.reason), theirs=error.theirs, href=page), 409
    return jsonify(version=saved.token, saved=filters.clock(saved.at), saved_at=saved.at.isoformat())


def _next_empty(view: QuestionsView, question_id: int, what: str) -> str:
    """The id of the next field of this kind that is empty, in the order of the page, from the top if need be."""
    for found in view.sets:
        listed = list(found.questions)
        place = next((n for n, each in enumerate(listed) if each.id == question_id), None)
        if place is not None:
            after = [*listed[place + 1 :], *listed[:place]]
            return next((f"f-{what}-{each.id}" for each in after if _is_empty(each, what)), "")
    return ""


def _is_empty(question: QuestionView, what: str) -> bool:
    return what in question.may and (question.state == "sent" if what == "answer" else not question.note)


def _cursor(view: QuestionsView) -> str:
    """In a meeting: the first empty answer of the list that comes first."""
    for what, found in _in_order(view.sets):
        for question in found.questions:
            if _is_empty(question, what):
                return f"f-{what}-{question.id}"
    return ""


def _in_order(sets: Iterable[QuestionSet]) -> list[tuple[str, QuestionSet]]:
    return [("note" if each.side == "own" else "answer", each) for each in sets if each.side != "other"]


# ---- forms that come back


def _typed(suffix: str) -> QuestionText:
    return QuestionText(**{name: request.form.get(f"{name}{suffix}", "") for name in FIELDS})


def _clash(review_id: int, question_id: int, name: str, error: Conflict) -> ResponseReturnValue:
    """Both texts, and a form that begins from what stands there now: choose, or put them together."""
    again = Again(request.form, {name: error.reason}, {name: error.theirs or ""})
    return _page(review_id, again, edit=question_id), 409


def _refused(review_id: int, error: Refused, text: str) -> ResponseReturnValue:
    """The turn may have passed while somebody wrote: what was typed is shown, to be kept elsewhere."""
    return _page(review_id, Again(errors={"_refused": filters.sentence(error.reason)}, kept=text)), 403


def _to(review_id: int, anchor: str) -> ResponseReturnValue:
    return redirect(url_for(".index", review_id=review_id, _anchor=anchor), 303)
