"""Review questions: written by one team about the side it reviews, sent, answered by that side, noted on.

Each text is guarded by a token of what it was when its writer began (`seen`): an answer and a note on the same
question, written at the same time, do not disturb each other; the same text changed by two does.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from ...engine.running.case import See
from ...engine.running.decide import No
from ...errors import N_, Conflict, Message, NotFound, Refused
from ...store.artefacts import questions as store
from ...store.artefacts.questions import Question
from ..base.checks import Checks
from ..base.house import Account, House
from ..case import document_sets
from ..case.document_sets import OPENED, Shelf
from ..case.opening import OpenCase
from ..deeds.change import changing
from ..turns import waiting

TEXT, PAGE, ANSWER = 4000, 50, 8000
DRAFT, SENT, ANSWERED = "draft", "sent", "answered"
# What is chosen where a question is about no document, or about several.
GENERAL = "general"
_CLASH = N_("Somebody else has changed this text since you began.")


@dataclass(frozen=True)
class QuestionText:
    """A question as typed; `document`: an opened document's id, or GENERAL."""

    perspective: str = ""
    document: str = ""
    page: str = ""
    text: str = ""


@dataclass(frozen=True)
class Saved:
    """What was kept, and the token with which to go on writing; `at` is the real clock's."""

    question_id: int
    token: str
    at: datetime


def token_of(*texts: str | int | None) -> str:
    """Names exactly these texts."""
    return hashlib.sha256("\x1f".join(str(text or "") for text in texts).encode()).hexdigest()[:16]


def text_token(question: Question) -> str:
    return token_of(question.perspective, question.material_id, question.page, question.text)


def write_question(
    house: House, *, actor: Account, review_id: int, typed: QuestionText, artefact: str = "", now: datetime
) -> int:
    """A new draft; returns its id."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        artefact, party = questions_artefact(case, artefact), case.own_party()
        reason = why_not_write(case, artefact, party)
        if reason is not None or party is None:
            raise Refused(reason or _CLASH)
        question = Question(
            review_id=review_id,
            artefact=artefact,
            party=party,
            number=store.next_number(case.session, review_id, artefact, party),
            text="",
            created_at=now,
            created_by=actor.person_id,
        )
        _fill(case, question, typed)
        case.session.add(question)
        case.session.flush()
        _note(case, "wrote_question", question)
        return question.id


def change_question(
    house: House,
    *,
    actor: Account,
    review_id: int,
    question_id: int,
    typed: QuestionText,
    seen: str,
    now: datetime,
) -> None:
    """Another text of a draft. Conflict, with both texts, where somebody else has changed it since `seen`."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        question = _draft(case, question_id)
        if seen != text_token(question):
            raise Conflict(_CLASH, theirs=question.text, mine=typed.text)
        _fill(case, question, typed)
        question.version += 1


def save_text(
    house: House,
    *,
    actor: Account,
    review_id: int,
    question_id: int,
    text: str,
    seen: str,
    now: datetime,
    real_now: datetime,
) -> Saved:
    """The text alone, as it is being written."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        question = _draft(case, question_id)
        if seen != text_token(question):
            raise Conflict(_CLASH, theirs=question.text, mine=text)
        checks = Checks()
        question.text = checks.text("text", text, most=TEXT, missing=N_("Write a question."))
        checks.stop()
        question.version += 1
        return Saved(question.id, text_token(question), real_now)


def remove_question(house: House, *, actor: Account, review_id: int, question_id: int, now: datetime) -> None:
    """A draft is taken off the list; it can be put back."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        question = _draft(case, question_id)
        if question.removed_at is None:
            question.removed_at = now
            _note(case, "removed_question", question)


def put_question_back(
    house: House, *, actor: Account, review_id: int, question_id: int, now: datetime
) -> None:
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        question = _draft(case, question_id, removed=True)
        if question.removed_at is not None:
            question.removed_at = None
            _note(case, "put_question_back", question)


def answer_question(
    house: House,
    *,
    actor: Account,
    review_id: int,
    question_id: int,
    text: str,
    seen: str,
    done: bool,
    now: datetime,
    real_now: datetime,
) -> Saved:
    """The reviewed side's answer. Until it is `done` it is that side's draft; then the asking side reads it.

    An answer that is given stays given: what is changed in it afterwards is saved by `done` alone."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        question = _asked(case, question_id)
        if not _is_concerned(case, question):
            raise Refused(N_("the side that is asked writes the answer"))
        if seen != token_of(question.answer):
            raise Conflict(_CLASH, theirs=question.answer, mine=text)
        if not done and question.state == ANSWERED:
            raise Refused(N_("this answer is given: save it with the button"))
        checks = Checks()
        missing = N_("Write an answer.") if done else None
        question.answer = checks.text("answer", text, most=ANSWER, missing=missing)
        checks.stop()
        question.version += 1
        if done:
            if question.state != ANSWERED:
                _note(case, "answered", question, state=ANSWERED)
            question.state, question.answered_at, question.answered_by = ANSWERED, now, actor.person_id
        return Saved(question.id, token_of(question.answer), real_now)


def note_on_question(
    house: House,
    *,
    actor: Account,
    review_id: int,
    question_id: int,
    text: str,
    seen: str,
    now: datetime,
    real_now: datetime,
) -> Saved:
    """The asking team's own note on what was said; nobody else reads it."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        question = _asked(case, question_id)
        if question.party not in case.actor.parties():
            raise Refused(N_("the side that asks writes the note"))
        if seen != token_of(question.note):
            raise Conflict(_CLASH, theirs=question.note, mine=text)
        checks = Checks()
        question.note = checks.text("note", text, most=ANSWER)
        checks.stop()
        question.version += 1
        return Saved(question.id, token_of(question.note), real_now)


# ---- what deeds and pages share


def questions_artefact(case: OpenCase, artefact: str = "") -> str:
    """The artefact's key; "" means the definition's first of its kind. NotFound where there is no such."""
    keys = [a.key for a in case.artefacts_of("questions")]
    if not keys or (artefact and artefact not in keys):
        raise NotFound(artefact)
    return artefact or keys[0]


def why_not_write(case: OpenCase, artefact: str, party: int | None) -> Message | None:
    """What keeps the actor from writing questions of `party`; None where nothing does."""
    answer = case.may(See(artefact, "write", party, DRAFT))
    if not isinstance(answer, No):
        return None
    waits = waiting.waiting_for(case, artefact, "write", party) if party is not None else ()
    return waits[0] if waits else answer.reason


def concerned(case: OpenCase, artefact: str, party: int) -> tuple[int, ...]:
    """The side that questions of `party` are about."""
    return case.standing.related(case.artefact(artefact).concerns or "others", party)


def _found(case: OpenCase, question_id: int, removed: bool = False) -> Question:
    """A question of this review that the actor can read; NotFound for any other, whatever the address says."""
    question = case.session.get(Question, question_id)
    if question is None or question.review_id != case.review.id:
        raise NotFound(f"question {question_id}")
    if not case.sees(question.artefact, "read", question.party, question.state):
        raise NotFound(f"question {question_id}")
    if question.removed_at is not None and not removed:
        raise NotFound(f"question {question_id} is removed")
    return question


def _draft(case: OpenCase, question_id: int, removed: bool = False) -> Question:
    """A question that the actor may change. What has been sent stays as it was sent."""
    question = _found(case, question_id, removed)
    if question.state != DRAFT:
        raise Refused(N_("the question has been sent and stays as it is"))
    reason = why_not_write(case, question.artefact, question.party)
    if reason is not None:
        raise Refused(reason)
    return question


def _asked(case: OpenCase, question_id: int) -> Question:
    """A question that has been sent, to be answered or noted on."""
    question = _found(case, question_id)
    if question.state == DRAFT:
        raise Refused(N_("the question has not been sent yet"))
    case.require(question.artefact, "answer", question.party, question.state)
    return question


def _is_concerned(case: OpenCase, question: Question) -> bool:
    return bool(case.actor.parties() & set(concerned(case, question.artefact, question.party)))


def _fill(case: OpenCase, question: Question, typed: QuestionText) -> None:
    checks = Checks()
    perspectives = tuple(case.workflow.perspectives)
    if perspectives and typed.perspective not in perspectives:
        checks.faults["perspective"] = N_("Choose a perspective.")
    document = _document(case, question, typed.document)
    if document is None:
        checks.faults["document"] = N_("Choose the document that the question is about.")
    page = checks.line("page", typed.page, most=PAGE)
    text = checks.text("text", typed.text, most=TEXT, missing=N_("Write a question."))
    checks.stop()
    question.perspective = typed.perspective if perspectives else ""
    question.material_id = document or None
    question.page, question.text = (page if document else ""), text


def _document(case: OpenCase, question: Question, chosen: str) -> int | None:
    """The id of an opened document of the side asked, 0 for none in particular; None for no choice of ours."""
    if chosen == GENERAL:
        return 0
    allowed = {id for id, _ in documents_to_ask_about(case, question.artefact, question.party)}
    return int(chosen) if chosen.isascii() and chosen.isdigit() and int(chosen) in allowed else None


def documents_to_ask_about(
    case: OpenCase, artefact: str, party: int, shelf: Shelf | None = None
) -> list[tuple[int, str]]:
    """The opened documents, as (id, title), of the side that questions of `party` are about."""
    shelf = shelf or document_sets.shelf_of(case)
    sides = concerned(case, artefact, party)
    return [
        (material.id, material.title)
        for material in shelf.materials
        if material.party in sides
        and material.withdrawn_at is None
        and any(version.state == OPENED for version in document_sets.seen(case, shelf, material))
    ]


def _note(case: OpenCase, deed: str, question: Question, *, state: str = "") -> None:
    case.note(
        deed,
        artefact=question.artefact,
        about_party=question.party,
        state=state or question.state,
        data={"question": question.id, "number": question.number},
    )
