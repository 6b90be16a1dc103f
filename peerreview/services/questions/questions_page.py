"""What each reader sees of the questions: their own team's, and those that have been sent to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from ...engine.running.case import ACTIVE
from ...errors import Message, PartyName, Text
from ...store.artefacts import questions as store
from ...store.artefacts.materials import Material
from ...store.artefacts.questions import Question
from ..base.house import Account, House
from ..case import document_sets, review_pages
from ..case.document_sets import OPENED, Shelf
from ..case.opening import OpenCase, looking
from ..frame import review_head
from ..frame.review_head import ReviewHead
from ..turns import waiting
from ..turns.offers import Offer, offers
from .edit_questions import (
    ANSWERED,
    DRAFT,
    GENERAL,
    SENT,
    concerned,
    documents_to_ask_about,
    questions_artefact,
    text_token,
    token_of,
    why_not_write,
)


@dataclass(frozen=True)
class PointedAt:
    """The document that a question is about; `href`: "" where the reader cannot fetch it."""

    id: int
    title: str
    href: str


@dataclass(frozen=True)
class QuestionView:
    """`answer`: "" where it is not the reader's to see; `note`: None likewise. `may`: change, answer, note.

    Tokens name the texts as they are shown, for `seen` of a save."""

    id: int
    number: int
    perspective: str
    document: PointedAt | None
    page: str
    text: str
    state: str
    answer: str
    answered_at: datetime | None
    answered_by: str
    note: str | None
    may: frozenset[str]
    text_token: str
    answer_token: str
    note_token: str

    @property
    def chosen(self) -> str:
        """The document as the form's select knows it."""
        return str(self.document.id) if self.document else GENERAL


@dataclass(frozen=True)
class GroupView:
    key: str
    title: Text | None
    questions: tuple[QuestionView, ...]


@dataclass(frozen=True)
class QuestionSet:
    """The questions of `party` about the sides `about`. `side`: own, about_us, or other (their number alone).

    `sent`, `answered`, `drafts`: how many; None where the reader may not know. `documents`: (id, title) to
    choose from when writing."""

    artefact: str
    party: int
    about: tuple[int, ...]
    side: str
    groups: tuple[GroupView, ...] = ()
    removed: tuple[QuestionView, ...] = ()
    sent: int | None = None
    answered: int | None = None
    drafts: int | None = None
    sent_at: datetime | None = None
    due: date | None = None
    may_write: bool = False
    why_not: Message | None = None
    documents: tuple[tuple[int, str], ...] = ()
    offers: tuple[Offer, ...] = ()

    @property
    def about_named(self) -> tuple[PartyName, ...]:
        return tuple(PartyName(party) for party in self.about)

    @property
    def questions(self) -> tuple[QuestionView, ...]:
        return tuple(question for group in self.groups for question in group.questions)


@dataclass(frozen=True)
class QuestionsView:
    """`live`: a meeting is under way, and the cursor belongs in the next empty answer."""

    head: ReviewHead
    perspectives: tuple[tuple[str, Text], ...]
    sets: tuple[QuestionSet, ...]
    live: bool


def questions_page(house: House, *, actor: Account, review_id: int, now: datetime) -> QuestionsView:
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        review_pages.enter(case, "questions")
        reader = _Reader(case)
        sets = [
            reader.set_of(artefact.key, party)
            for artefact in case.artefacts_of("questions")
            for party in case.standing.parties
        ]
        order = {"own": 1, "about_us": 0 if _live(case) else 2, "other": 3}
        return QuestionsView(
            review_head.head_of(case),
            tuple(case.workflow.perspectives.items()),
            tuple(sorted((each for each in sets if each is not None), key=lambda each: order[each.side])),
            _live(case),
        )


def preview_send(case: OpenCase, artefact: str = "") -> tuple[QuestionView, ...]:
    """The drafts that sending would send now; () for those who may not read them."""
    artefact, party = questions_artefact(case, artefact), case.own_party()
    found = _Reader(case).set_of(artefact, party) if party is not None else None
    return tuple(q for q in found.questions if q.state == DRAFT) if found else ()


def _live(case: OpenCase) -> bool:
    return any(
        mark.state == ACTIVE and case.workflow.by_path[path].page == "meetings"
        for (path, _), mark in case.standing.marks.items()
    )


@dataclass
class _Reader:
    """One look at all sets: the rows are fetched once."""

    case: OpenCase
    shelf: Shelf = field(init=False)
    rows: list[tuple[Question, str | None]] = field(init=False)

    def __post_init__(self) -> None:
        self.shelf = document_sets.shelf_of(self.case)
        self.rows = store.questions_of(self.case.session, self.case.review.id, self.case.until)

    def set_of(self, artefact: str, party: int) -> QuestionSet | None:
        """None where the reader may know nothing of this side's questions."""
        case, actor = self.case, self.case.actor.parties()
        readable = {s for s in (DRAFT, SENT, ANSWERED) if case.sees(artefact, "read", party, s)}
        about = concerned(case, artefact, party)
        rows = [(q, name) for q, name in self.rows if (q.artefact, q.party) == (artefact, party)]
        live = [(q, name) for q, name in rows if q.removed_at is None]
        side = "own" if party in actor else "about_us" if actor & set(about) else "other"
        given = [q for q, _ in live if q.state != DRAFT]
        found = QuestionSet(artefact, party, about, side, due=waiting.due_of(case, artefact, "send", party))
        if not readable:
            if not case.sees(artefact, "notice", party, SENT):
                return None
            return replace(_counted(found, given), answered=None)
        shown = [self._question(q, name, readable) for q, name in live if q.state in readable]
        found = _counted(replace(found, groups=_grouped(case, shown)), given)
        if side != "own" or DRAFT not in readable:
            return found
        removed = [self._question(q, name, readable) for q, name in rows if q.removed_at is not None]
        return self._own(replace(found, removed=tuple(removed), drafts=len(live) - len(given)))

    def _own(self, found: QuestionSet) -> QuestionSet:
        """The own team's questions, with what it can do."""
        case = self.case
        why_not = why_not_write(case, found.artefact, found.party)
        does = f"{found.artefact}.send"
        return replace(
            found,
            may_write=why_not is None,
            why_not=why_not,
            documents=tuple(documents_to_ask_about(case, found.artefact, found.party, self.shelf)),
            offers=tuple(o for o in offers(case, does=does) if o.party == found.party and not o.done),
        )

    def _question(self, question: Question, name: str | None, readable: set[str]) -> QuestionView:
        case, artefact, party = self.case, question.artefact, question.party
        own, drafts = party in case.actor.parties(), DRAFT in readable
        asked = bool(case.actor.parties() & set(concerned(case, artefact, party)))
        may_answer = question.state != DRAFT and case.sees(artefact, "answer", party, question.state)
        may = set()
        if question.state == DRAFT and why_not_write(case, artefact, party) is None:
            may.add("change")
        if may_answer:
            may |= {"note"} if own else {"answer"} if asked else set()
        # An answer that is not given yet is a draft of the side that writes it, and stays so when its time is over.
        theirs = "answer" in may or _writes(case, artefact, concerned(case, artefact, party))
        answer = question.answer if question.state == ANSWERED or theirs else ""
        note = question.note if own and drafts else None
        return QuestionView(
            id=question.id,
            number=question.number,
            perspective=question.perspective,
            document=self._pointed_at(question.material_id),
            page=question.page,
            text=question.text,
            state=question.state,
            answer=answer,
            answered_at=question.answered_at,
            answered_by=name or "" if question.state == ANSWERED else "",
            note=note,
            may=frozenset(may),
            text_token=text_token(question),
            answer_token=token_of(answer),
            note_token=token_of(note),
        )

    def _pointed_at(self, material_id: int | None) -> PointedAt | None:
        material: Material | None = next((m for m in self.shelf.materials if m.id == material_id), None)
        if material is None:
            return None
        seen = [v for v in document_sets.seen(self.case, self.shelf, material) if v.state == OPENED]
        fetched = seen[-1] if seen and seen[-1].kind != "absent" else None
        href = f"/materials/{material.id}/{fetched.number}" if fetched else ""
        return PointedAt(material.id, material.title, href)


def _writes(case: OpenCase, artefact: str, parties: Iterable[int]) -> bool:
    """Whether the reader is of those who answer for one of these sides in some step, whether or not it is under way."""
    workflow = case.workflow
    allowed = (workflow.allow, *(step.allow for step in workflow.walk()))
    roles = {ref.role for allow in allowed for ref, _ in allow.of(artefact, "answer")}
    return any((role, party) in case.actor.roles for role in roles for party in parties)


def _grouped(case: OpenCase, questions: Iterable[QuestionView]) -> tuple[GroupView, ...]:
    """By perspective, in the definition's order; what has none (or one that is gone) comes last."""
    left = list(questions)
    groups = []
    for key, title in case.workflow.perspectives.items():
        inside = tuple(question for question in left if question.perspective == key)
        left = [question for question in left if question.perspective != key]
        if inside:
            groups.append(GroupView(key, title, inside))
    return (*groups, GroupView("", None, tuple(left))) if left else tuple(groups)


def _counted(found: QuestionSet, given: list[Question]) -> QuestionSet:
    return replace(
        found,
        sent=len(given),
        answered=sum(1 for question in given if question.state == ANSWERED),
        sent_at=max((q.sent_at for q in given if q.sent_at), default=None),
    )
