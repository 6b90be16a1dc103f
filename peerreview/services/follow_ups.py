"""Follow-up: what a side has changed since it was reviewed, row by row, until it is handed in.

Read by the side itself with its contact, by the side that reviewed it, and by the lead. A row may point at a
question; its words are shown to those alone who may read the question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ..engine.decide import No, See
from ..engine.definition import Artefact
from ..errors import N_, Conflict, Message, NotFound, Refused
from ..store import evaluations as store
from ..store.evaluations import FollowUp
from ..store.questions import Question
from ..store.reports import questions_of
from . import saving, texts, ways
from .cases import OpenCase, looking
from .checks import Checks
from .deeds import changing
from .heads import ReviewHead, head_of
from .house import Account, House
from .offers import Offer, offers

PAGE = "follow-up"
MAX_FINDING, MAX_CHANGE = 2000, 10_000
STATUS_WORDS: dict[str, Message] = {
    "not_begun": N_("Not begun"),
    "begun": N_("Begun"),
    "done": N_("Done"),
}
_FIELDS = {"finding": MAX_FINDING, "change": MAX_CHANGE}


@dataclass(frozen=True)
class FollowUpForm:
    """What was typed of a row, as it was typed."""

    question: str = ""
    finding: str = ""
    change: str = ""
    status: str = "not_begun"


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


class RowClash(Conflict):
    """Somebody has changed the row meanwhile."""

    def __init__(self, name: str):
        super().__init__(
            N_(
                "%(name)s has changed this row since you opened it. Nothing of yours is lost: "
                "both stand here. Save again to keep what is in the form.",
                name=name,
            )
        )


def follow_up(house: House, *, review_id: int, actor: Account, now: datetime) -> FollowUpView:
    """Raises Refused for whoever may read none of it."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        ways.enter(case, "follow-up")
        artefact = artefact_of(case)
        sections = tuple(_sections(case, artefact))
        why_not = _why_not(case, artefact)
        return FollowUpView(
            head=head_of(case),
            sections=sections,
            may_write=why_not is None,
            why_not=why_not,
            choices=tuple(_ref(case, q) for q in _answered(case)) if why_not is None else (),
            report=_report_about(case),
            offers=tuple(o for o in offers(case, does=f"{artefact.key}.submit") if not o.done),
        )


def add_follow_up(house: House, *, actor: Account, review_id: int, form: FollowUpForm, now: datetime) -> int:
    """A new row of the own side; gives its id. Raises Refused, Invalid (question, finding, change, status)."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        artefact = _writable(case)
        party = case.own_party()
        assert party is not None
        row = FollowUp(review_id=review_id, artefact=artefact.key, party=party, version=0)
        _fill(case, row, form, actor)
        case.session.add(row)
        case.session.flush()
        return row.id


def change_follow_up(
    house: House,
    *,
    actor: Account,
    review_id: int,
    row_id: int,
    token: str,
    form: FollowUpForm,
    now: datetime,
) -> None:
    """Raises Refused, NotFound, Invalid, and RowClash where somebody else has saved the row since."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row = _own_row(case, _writable(case), row_id)
        if saving.version_in(token) != row.version and not _same(row, form):
            raise RowClash(_name(case, row))
        _fill(case, row, form, actor)


def save_field(
    house: House,
    *,
    actor: Account,
    review_id: int,
    row_id: int,
    field: str,
    text: str,
    token: str,
    now: datetime,
) -> str:
    """One text of a row, saved while it is written; gives the next token. Raises as change_follow_up."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row = _own_row(case, _writable(case), row_id)
        if field not in _FIELDS:
            raise NotFound(field)
        checks = Checks()
        text = checks.text(field, text, most=_FIELDS[field])
        checks.stop()
        before = getattr(row, field)
        if text != before:
            if not saving.began_from(token, before):
                raise RowClash(_name(case, row))
            setattr(row, field, text)
            row.version, row.saved_at, row.saved_by = row.version + 1, now, actor.person_id
        return saving.token_of(row.version, text)


def remove_follow_up(
    house: House, *, actor: Account, review_id: int, row_id: int, token: str, now: datetime
) -> None:
    """The row is no longer shown; it stays in the archive. Raises as change_follow_up."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        row = _own_row(case, _writable(case), row_id)
        if saving.version_in(token) != row.version:
            raise RowClash(_name(case, row))
        row.removed_at = now


def artefact_of(case: OpenCase) -> Artefact:
    """The form of a party that concerns another side."""
    for artefact in case.artefacts_of("form"):
        if artefact.per == "party" and artefact.concerns:
            return artefact
    raise NotFound(PAGE)


# ---- reading


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
        token=saving.token_of(row.version),
        tokens={field: saving.token_of(row.version, getattr(row, field)) for field in _FIELDS},
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


def _answered(case: OpenCase) -> list[Question]:
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


# ---- writing


def _why_not(case: OpenCase, artefact: Artefact) -> Message | None:
    own = case.own_party()
    state = case.state(artefact.key, own) if own is not None else "open"
    answer = case.may(See(artefact.key, "write", own, state))
    if not isinstance(answer, No):
        return None
    if state == "submitted":
        return N_("The follow-up has been handed in and can no longer be changed.")
    return answer.reason


def _writable(case: OpenCase) -> Artefact:
    artefact = artefact_of(case)
    if why := _why_not(case, artefact):
        raise Refused(why)
    return artefact


def _own_row(case: OpenCase, artefact: Artefact, row_id: int) -> FollowUp:
    row = store.follow_up_row(case.session, case.review.id, artefact.key, row_id)
    if row is None or row.party != case.own_party():
        raise NotFound(f"follow-up {row_id}")
    return row


def _name(case: OpenCase, row: FollowUp) -> str:
    rows = store.follow_ups_of(case.session, case.review.id, row.artefact, row.party)
    return next((name for one, name in rows if one.id == row.id), "")


def _same(row: FollowUp, form: FollowUpForm) -> bool:
    checks = Checks()
    typed = tuple(checks.text(f, getattr(form, f), most=most) for f, most in _FIELDS.items())
    asked = str(row.question_id or "")
    return (asked, row.finding, row.change, row.status) == (form.question, *typed, form.status)


def _fill(case: OpenCase, row: FollowUp, form: FollowUpForm, actor: Account) -> None:
    """Check what was typed and put it into the row. Raises Invalid."""
    checks = Checks()
    asked = {str(question.id): question.id for question in _answered(case)}
    if row.question_id is not None:
        asked[str(row.question_id)] = row.question_id
    if form.question and form.question not in asked:
        checks.faults["question"] = N_("Choose a question from the list, or none.")
    missing = None if form.question else N_("Write what you follow up, or choose a question.")
    finding = checks.text("finding", form.finding, most=MAX_FINDING, missing=missing)
    begun = form.status in ("begun", "done")
    wanted = N_("Write what has changed, or say that it has not begun.") if begun else None
    change = checks.text("change", form.change, most=MAX_CHANGE, missing=wanted)
    checks.one_of("status", form.status, tuple(STATUS_WORDS))
    checks.stop()
    row.question_id, row.finding, row.change = asked.get(form.question), finding, change
    row.status, row.version = form.status, row.version + 1
    row.saved_at, row.saved_by = case.now, actor.person_id
