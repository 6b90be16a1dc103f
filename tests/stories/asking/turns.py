"""Scenes beside the gallery's: what the rights table speaks of and a usual review does not come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from peerreview.services.agreement import edit_agreement
from peerreview.services.questions import edit_questions
from peerreview.services.report import edit_report
from peerreview.store.artefacts.questions import Question
from tests.services.review_fixtures import do, put_agreement

from ..stage.beginnings import _meeting
from ..stage.endings import _asked
from ..stage.plot import Planted

LEAD_READS = {"lead_reads_materials": True, "lead_reads_reports": True}


def _all_answered(p: Planted) -> None:
    for key, party in _asked(p):
        with p.house.db.read() as session:
            row = session.scalars(select(Question).where(Question.id == key)).one()
        edit_questions.answer_question(
            p.house,
            actor=p.cast.member((party + 1) % len(p.cast.sides)),
            question_id=key,
            text=row.answer or "Så här.",
            seen=edit_questions.token_of(row.answer),
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
    _agreed(p, **LEAD_READS)


def _agreed(p: Planted, **changes: Any) -> None:
    number = put_agreement(p.house, p.cast, **changes)
    for party in p.cast.parties:
        edit_agreement.confirm_agreement(p.house, actor=p.cast.coordinator(party), version=number, **p.common)


def _on_hold(p: Planted) -> None:
    do(p.house, p.cast, p.cast.lead, "hold", reason="Sommaren kommer emellan.")


def _joint(p: Planted) -> None:
    """All teams write one report."""
    _agreed(p, report="joint")
    do(p.house, p.cast, p.cast.lead, "held", "second_meeting")
    edit_report.save_report(
        p.house,
        actor=p.cast.member(0),
        key="joint",
        started_from="0",
        body=f"## {p.word('joint report')}\n\nVi ser samma sak: {p.word('joint report')}.\n",
        **p.common,
    )


def _joint_finished(p: Planted) -> None:
    _joint(p)
    for party in p.cast.parties:
        do(p.house, p.cast, p.cast.coordinator(party), "finish", "joint_report")
    _meeting(p, "closing_meeting")


def _joint_handed_over(p: Planted) -> None:
    _joint_finished(p)
    do(p.house, p.cast, p.cast.coordinator(0), "hand_over_joint", "closing_meeting")


def _joint_acknowledged(p: Planted) -> None:
    """Acknowledged by all, and the agreement is changed: the lead reads reports."""
    _joint_handed_over(p)
    for party in p.cast.parties:
        do(p.house, p.cast, p.cast.coordinator(party), "acknowledge_joint", "closing_meeting")
    _agreed(p, report="joint", **LEAD_READS)


# By name: the scene of the gallery that it goes on from, and what happens then.
TURNS: Mapping[str, tuple[str, Callable[[Planted], None]]] = {
    "answered": ("second_meeting", _all_answered),
    "final_report": ("presented", _home),
    "amending": ("opened", _amending),
    "lead_reads": ("presented", _lead_reads),
    "lead_reads_handed_over": ("closing", _lead_reads),
    "joint": ("second_meeting", _joint),
    "joint_finished": ("second_meeting", _joint_finished),
    "joint_handed_over": ("second_meeting", _joint_handed_over),
    "lead_reads_joint": ("second_meeting", _joint_acknowledged),
    "on_hold": ("opened", _on_hold),
}
