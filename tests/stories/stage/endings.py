"""The scenes from the opening on: questions, reports, meetings, evaluation, follow-up; a word in each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from peerreview.services.base import save_tokens
from peerreview.services.base.house import Account
from peerreview.services.evaluation import answer_evaluation, edit_follow_ups
from peerreview.services.materials.edit_documents import Place
from peerreview.services.questions import edit_questions
from peerreview.services.report import edit_report
from peerreview.store.artefacts.materials import Material
from peerreview.store.artefacts.questions import Question
from peerreview.store.artefacts.reports import TextVersion
from tests.services import review_fixtures as fixtures
from tests.services.review_fixtures import do

from .beginnings import _file, _meeting
from .plot import Planted


def _opened(p: Planted) -> None:
    for party in p.cast.parties:
        if party != 1:
            do(p.house, p.cast, p.cast.coordinator(party), "hand_in", "exchange/collect")
    for state in ("internal", "handed in", "draft for comments"):
        p.recell(f"material {state}", "material opened")
    p.recell("material draft comment", "material comment once opened")
    p.cast.now += timedelta(hours=1)
    for party in p.cast.parties:
        _file(p, party, p.cast.member(party), Place(), "material internal")
        _questions(p, party)
        _report(p, party, "report draft")
    do(p.house, p.cast, p.cast.coordinator(1), "send", "exchange/work/study")
    p.recell("question draft", "question sent", 1)


def _questions(p: Planted, party: int) -> None:
    about = (party + 1) % len(p.cast.sides)
    document = next(m for m, title in _titles(p, about))
    for _ in range(3):
        edit_questions.write_question(
            p.house,
            actor=p.cast.member(party),
            typed=edit_questions.QuestionText(
                "governance", str(document), "12", p.word("question draft", party)
            ),
            **p.common,
        )
    gone = edit_questions.write_question(
        p.house,
        actor=p.cast.member(party),
        typed=edit_questions.QuestionText("governance", "general", "", p.word("question removed", party)),
        **p.common,
    )
    edit_questions.remove_question(p.house, actor=p.cast.member(party), question_id=gone, **p.common)


def _titles(p: Planted, party: int) -> Iterator[tuple[int, str]]:
    with p.house.db.read() as session:
        query = select(Material).where(
            Material.review_id == p.review_id, Material.party == party, Material.state == "opened"
        )
        yield from [(row.id, row.title) for row in session.scalars(query)]


def _report(p: Planted, party: int, cell: str) -> None:
    """A further version, by another writer and after a pause, so that it does not grow into the one before."""
    with p.house.db.read() as session:
        query = select(TextVersion).where(
            TextVersion.review_id == p.review_id, TextVersion.artefact == "report", TextVersion.party == party
        )
        saved = session.scalars(query.order_by(TextVersion.number.desc())).first()
        token = f"{saved.number}.{saved.sha256[:12]}" if saved else "0"
    edit_report.save_report(
        p.house,
        actor=p.cast.member(party),
        key=str(party),
        started_from=token,
        body=f"## {p.word(cell, party)}\n\nEtt tydligt uppdrag och en ledning som frågar: {p.word(cell, party)}.\n",
        **p.common,
    )
    p.cast.now += timedelta(hours=1)


def _second_meeting(p: Planted) -> None:
    for party in p.cast.parties:
        if party != 1:
            do(p.house, p.cast, p.cast.coordinator(party), "send", "exchange/work/study")
        p.recell("report draft", "report replaced", party)
        _report(p, party, "report draft")
        do(p.house, p.cast, p.cast.coordinator(party), "finish", "exchange/work/draft")
    p.recell("question draft", "question sent")
    for party in p.cast.parties:
        _answers(p, party)
    _meeting(p, "second_meeting")


def _answers(p: Planted, party: int) -> None:
    """Of the questions of `party` one is answered, one answer is begun; the asking side notes."""
    about = (party + 1) % len(p.cast.sides)
    first, second = [key for key, owner in _asked(p) if owner == party][:2]
    for key, done in ((first, True), (second, False)):
        cell, owner = ("question sent", party) if done else ("answer begun", about)
        edit_questions.answer_question(
            p.house,
            actor=p.cast.member(about),
            question_id=key,
            text=p.word(cell, owner),
            seen=edit_questions.token_of(""),
            done=done,
            real_now=p.cast.now,
            **p.common,
        )
    edit_questions.note_on_question(
        p.house,
        actor=p.cast.member(party),
        question_id=first,
        text=p.word("question note", party),
        seen=edit_questions.token_of(""),
        real_now=p.cast.now,
        **p.common,
    )


def _asked(p: Planted) -> list[tuple[int, int]]:
    with p.house.db.read() as session:
        query = select(Question).where(Question.review_id == p.review_id, Question.removed_at.is_(None))
        return [(row.id, row.party) for row in session.scalars(query.order_by(Question.id))]


def _presented(p: Planted) -> None:
    do(p.house, p.cast, p.cast.lead, "present", "second_meeting")
    p.recell("report draft", "report presented")
    p.cast.now += timedelta(hours=1)
    for party in p.cast.parties:
        about = (party + 1) % len(p.cast.sides)
        body = p.word("report comment", party)
        edit_report.comment_on_report(
            p.house, actor=p.cast.member(about), key=str(party), body=body, **p.common
        )
        _report(p, party, "report after presenting")


def _cancelled(p: Planted) -> None:
    do(p.house, p.cast, p.cast.lead, "cancel", reason=p.word("reason"))
    p.recell("answer begun", "answer begun, ended")


def _closing(p: Planted) -> None:
    do(p.house, p.cast, p.cast.lead, "held", "second_meeting")
    for party in p.cast.parties:
        do(p.house, p.cast, p.cast.coordinator(party), "finish", "final_report")
    _meeting(p, "closing_meeting")
    do(p.house, p.cast, p.cast.coordinator(0), "hand_over", "closing_meeting")
    p.recell("report after presenting", "report handed over", 0)


def _evaluation(p: Planted) -> None:
    for party in list(p.cast.parties)[1:]:
        do(p.house, p.cast, p.cast.coordinator(party), "hand_over", "closing_meeting")
    p.recell("report after presenting", "report handed over")
    for party in p.cast.parties:
        do(p.house, p.cast, p.cast.coordinator(party), "acknowledge", "closing_meeting")
    do(p.house, p.cast, p.cast.lead, "held", "closing_meeting")
    _evaluate(p, p.cast.member(0), 0)
    _evaluate(p, p.cast.contact(1), 1)
    _evaluate(p, p.cast.coordinator(0), 0, hand_in=False)


def _evaluate(p: Planted, who: Account, party: int, hand_in: bool = True) -> None:
    cell = "evaluation handed in" if hand_in else "evaluation begun"
    answers = {"worth": "4", "clarity": "4", "balance": "3", "hours": "40"}
    answers |= {key: p.word(cell, party, person=who.person_id) for key in ("best", "better")}
    answer_evaluation.save_evaluation(
        p.house, actor=who, answers=answers, token=save_tokens.token_of(0), hand_in=hand_in, **p.common
    )


def _follow_up(p: Planted) -> None:
    _evaluate(p, p.cast.member(1, 1), 1)
    p.recell("evaluation handed in", "evaluation, three and more")
    fixtures._open_follow_up(p.house, p.cast)
    for party in p.cast.parties:
        words = [p.word("follow-up", party) for _ in range(2)]
        form = edit_follow_ups.FollowUpForm(finding=words[0], change=words[1], status="done")
        edit_follow_ups.add_follow_up(p.house, actor=p.cast.member(party), form=form, **p.common)
    do(p.house, p.cast, p.cast.coordinator(0), "report_back", "follow_up")


def _closed(p: Planted) -> None:
    for party in list(p.cast.parties)[1:]:
        do(p.house, p.cast, p.cast.coordinator(party), "report_back", "follow_up")
    p.recell("answer begun", "answer begun, ended")
