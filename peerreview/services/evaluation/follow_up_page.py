"""Follow-up as it is read: what a side has changed since it was reviewed, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ...engine.language.definition import Artefact
from ...engine.running.case import See
from ...engine.running.decide import No
from ...errors import N_, Message, NotFound
from ...store.artefacts import evaluations as store
from ...store.artefacts.evaluations import FollowUp
from ...store.artefacts.questions import Question
from ...store.artefacts.reports import questions_of
from ..base import save_tokens
from ..base.house import Account, House
from ..case import review_pages, texts
from ..case.opening import OpenCase, looking
from ..frame.review_head import ReviewHead, head_of
from ..turns.offers import Offer, offers

PAGE = "follow-up"


MAX_FINDING, MAX_CHANGE = 2000, 10_000


FIELDS = {"finding": MAX_FINDING, "change": MAX_CHANGE}


@dataclass(frozen=True)
class QuestionRef:
    """A question that a row answers to; `text` and `answer` empty for whoever may not read it."""

    id: int
    number: int
    text: str
    answer: str


@dataclass(frozen=True)
class FollowUpRow:
    """`token`: of the row; `tokens`: of its texts, which save themselves."""

    id: int
    question: QuestionRef | None
    finding: str
    change: str
    status: str
    saved_at: datetime
    saved_by: str | None
    token: str
    tokens: dict[str, str]


@dataclass(frozen=True)
class FollowUpSection:
    """One side's follow-up as the actor may read it."""

    party: int
    own: bool
    handed_in: datetime | None
    rows: tuple[FollowUpRow, ...]


@dataclass(frozen=True)
class FollowUpView:
    """`sections`: own side's first. `choices`: answered questions about the own side; `report`: the key of the
    report about it, where it can be read."""

    head: ReviewHead
    sections: tuple[FollowUpSection, ...]
    may_write: bool
    why_not: Message | None
    choices: tuple[QuestionRef, ...]
    report: str | None
    offers: tuple[Offer, ...]


def follow_up(house: House, *, review_id: int, actor: Account, now: datetime) -> FollowUpView:
    """Raises Refused for whoever may read none of it."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        review_pages.enter(case, "follow-up")
        artefact = artefact_of(case)
        sections = tuple(_sections(case, artefact))
        why_not = why_not_of(case, artefact)
        return FollowUpView(
            head=head_of(case),
            sections=sections,
            may_write=why_not is None,
            why_not=why_not,
            choices=tuple(_ref(case, q) for q in answered(case)) if why_not is None else (),
            report=_report_about(case),
            offers=tuple(o for o in offers(case, does=f"{artefact.key}.submit") if not o.done),
        )


def artefact_of(case: OpenCase) -> Artefact:
    """The form of a party that concerns another side."""
    for artefact in case.artefacts_of("form"):
        if artefact.per == "party" and artefact.concerns:
            return artefact
    raise NotFound(PAGE)


def _sections(case: OpenCase, artefact: Artefact) -> Iterator[FollowUpSection]:
    own = case.own_party()
    for party in sorted(case.standing.parties, key=lambda p: (p != own, p)):
        if not case.sees(artefact.key, "read", party):
            continue
        handed_in = case.state(artefact.key, party) == "submitted"
        at = case.data(artefact.key, party).get("submitted", {}).get("at")
        rows = store.follow_ups_of(case.session, case.review.id, artefact.key, party)
        if case.until is not None:
            rows = [(row, name) for row, name in rows if row.saved_at <= case.until]
        asked = {q.id: q for q in _about(case, party)}
        yield FollowUpSection(
            party=party,
            own=party == own,
            handed_in=datetime.fromisoformat(at) if handed_in and at else None,
            rows=tuple(
                _row(case, row, asked.get(row.question_id or 0), name if party == own else None)
                for row, name in rows
            ),
        )


def _row(case: OpenCase, row: FollowUp, question: Question | None, name: str | None) -> FollowUpRow:
    return FollowUpRow(
        id=row.id,
        question=_ref(case, question) if question else None,
        finding=row.finding,
        change=row.change,
        status=row.status,
        saved_at=row.saved_at,
        saved_by=name,
        token=save_tokens.token_of(row.version),
        tokens={field: save_tokens.token_of(row.version, getattr(row, field)) for field in FIELDS},
    )


def _about(case: OpenCase, party: int) -> Iterator[Question]:
    """The questions that were asked about a side."""
    for artefact in case.artefacts_of("questions"):
        if artefact.concerns:
            for asker in case.standing.parties:
                if party in case.standing.related(artefact.concerns, asker):
                    for question, _ in questions_of(
                        case.session, case.review.id, artefact.key, asker, case.until
                    ):
                        yield question


def answered(case: OpenCase) -> list[Question]:
    """The questions about the actor's side that have an answer and that the actor may read."""
    own = case.own_party()
    if own is None:
        return []
    return [q for q in _about(case, own) if q.state == "answered" and _reads(case, q)]


def _reads(case: OpenCase, question: Question) -> bool:
    return case.sees(question.artefact, "read", question.party, question.state)


def _ref(case: OpenCase, question: Question) -> QuestionRef:
    reads = _reads(case, question)
    return QuestionRef(
        question.id, question.number, question.text if reads else "", question.answer if reads else ""
    )


def _report_about(case: OpenCase) -> str | None:
    """The key of the text about the actor's side that they may read: the handed-over report."""
    own = case.own_party()
    for one in texts.texts_of(case):
        about = case.standing.related(one.artefact.concerns, one.owner) if one.owner is not None else (own,)
        if own is not None and own in about and "handed_over" in texts.milestones_seen(case, one):
            return one.key
    return None


def why_not_of(case: OpenCase, artefact: Artefact) -> Message | None:
    own = case.own_party()
    state = case.state(artefact.key, own) if own is not None else "open"
    answer = case.may(See(artefact.key, "write", own, state))
    if not isinstance(answer, No):
        return None
    if state == "submitted":
        return N_("The follow-up has been handed in and can no longer be changed.")
    return answer.reason
