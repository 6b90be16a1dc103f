"""Scenes beside the gallery's: what the rights table speaks of and a usual review does not come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import select

from peerreview.services import agreeing, questions
from peerreview.store.questions import Question
from tests.services.review_fixtures import do, put_agreement

from .endings import _asked
from .plot import Planted

LEAD_READS = {"lead_reads_materials": True, "lead_reads_reports": True}


def _all_answered(p: Planted) -> None:
    for key, party in _asked(p):
        with p.house.db.read() as session:
            row = session.scalars(select(Question).where(Question.id == key)).one()
        questions.answer_question(
            p.house,
            actor=p.cast.member((party + 1) % len(p.cast.sides)),
            question_id=key,
            text=row.answer or "Så här.",
            seen=questions.token_of(row.answer),
            done=True,
            real_now=p.cast.now,
            **p.common,
        )
    p.recell("question sent", "question answered")
    p.recell("answer begun", "answer")


def _home(p: Planted) -> None:
    do(p.house, p.cast, p.cast.lead, "held", "second_meeting")


def _amending(p: Planted) -> None:
    put_agreement(p.house, p.cast, **LEAD_READS)


def _lead_reads(p: Planted) -> None:
    number = put_agreement(p.house, p.cast, **LEAD_READS)
    for party in p.cast.parties:
        agreeing.confirm_agreement(p.house, actor=p.cast.coordinator(party), version=number, **p.common)


def _on_hold(p: Planted) -> None:
    do(p.house, p.cast, p.cast.lead, "hold", reason="Sommaren kommer emellan.")


# By name: the scene of the gallery that it goes on from, and what happens then.
TURNS: Mapping[str, tuple[str, Callable[[Planted], None]]] = {
    "answered": ("second_meeting", _all_answered),
    "final_report": ("presented", _home),
    "amending": ("opened", _amending),
    "lead_reads": ("presented", _lead_reads),
    "lead_reads_handed_over": ("closing", _lead_reads),
    "on_hold": ("opened", _on_hold),
}
