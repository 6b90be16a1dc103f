"""Reports as they are read: the text, and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...errors import Message, Text
from ...rendering import markdown
from ...rendering.markdown import Heading
from ...store.artefacts import reports as store
from ...store.artefacts.reports import TextVersion
from ...store.mail import planned
from ..base.house import Account, House
from ..case import review_pages, texts
from ..case.opening import OpenCase, looking
from ..case.texts import MILESTONE_WORDS, MILESTONES, Stamp, Which, sees_drafts
from ..frame.review_head import ReviewHead, head_of
from ..turns.offers import Offer, offers
from . import mark_as_ready
from .mark_as_ready import ApprovalView, ReadyView


@dataclass(frozen=True)
class ReportRow:
    """A text in the list. `by`, `about`: sides, None for a joint one. `state`: what the reader may know of it.
    `can_read`: there is something to open; else `wait` says when there will be."""

    key: str
    title: Text
    by: int | None
    about: int | None
    own: bool
    state: str | None
    since: datetime | None
    can_read: bool
    wait: Message | None = None


@dataclass(frozen=True)
class ReportList:
    head: ReviewHead
    rows: tuple[ReportRow, ...]
    mine: str | None


@dataclass(frozen=True)
class CommentView:
    party: int
    name: str
    at: datetime
    body: str
    mine: bool


@dataclass(frozen=True)
class FindingView:
    """One of the team's own questions, to build the report on."""

    id: int
    number: int
    perspective: Text | None
    document: str
    page: str
    text: str
    answer: str
    note: str


@dataclass(frozen=True)
class ReportView:
    """A text with what stands beside it. `label` names the version shown: a number to its team, an act to others.

    `token` is what a save must carry; "" where nothing may be written. `acts`: by state, when it was reached. `ready`:
    what of a draft will be shown; `approvals`: of a shared text as it stands, side by side."""

    head: ReviewHead
    rows: tuple[ReportRow, ...]
    row: ReportRow
    body: str
    headings: Sequence[Heading]
    label: int | Message | None
    saved: Stamp | None
    acts: Mapping[str, Stamp]
    receipts: tuple[Stamp, ...]
    sha256: str
    may_write: bool
    why_not: Message | None
    token: str
    has_versions: bool
    may_see_comments: bool
    may_comment: bool
    comments: tuple[CommentView, ...]
    findings: tuple[FindingView, ...]
    offers: tuple[Offer, ...]
    ready: ReadyView | None = None
    approvals: tuple[ApprovalView, ...] = ()


def row_of(case: OpenCase, one: Which) -> ReportRow | None:
    """The text's line in the list; None for whom it does not exist: a third side, or a lead before it is shown."""
    state, key = texts.state_seen(case, one), one.artefact.key
    can_read = sees_drafts(case, one) or bool(texts.milestones_seen(case, one))
    wait = None if can_read else texts.wait_for(case, one)
    if state is None and wait is None:
        return None
    since = case.data(key, one.owner).get(state or "", {}).get("at")
    concerned = case.standing.related(one.artefact.concerns, one.owner) if one.owner is not None else ()
    return ReportRow(
        key=one.key,
        title=one.artefact.title,
        by=one.owner,
        about=concerned[0] if concerned else None,
        own=one.owner is None or one.owner == case.own_party(),
        state=state,
        since=datetime.fromisoformat(since) if since else None,
        can_read=can_read,
        wait=wait,
    )


def rows_of(case: OpenCase) -> tuple[ReportRow, ...]:
    return tuple(row for one in texts.texts_of(case) if (row := row_of(case, one)))


# ---- the pages


def reports(house: House, *, review_id: int, actor: Account, now: datetime) -> ReportList:
    """The reports of a review, as far as the actor may know of them. `mine`: the text of the actor's own team."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        review_pages.enter(case, "report")
        mine = next((one.key for one in texts.texts_of(case) if sees_drafts(case, one)), None)
        return ReportList(head_of(case), rows_of(case), mine)


def report(
    house: House, *, review_id: int, actor: Account, key: str, version: str = "", now: datetime
) -> ReportView:
    """One text with what belongs to it. `version`: a number (own team) or an act; "" = what stands.

    Raises NotFound for outsiders, and Refused with the reason for those who may not read it (yet)."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        one = texts.which(case, key)
        return view_of(case, one, texts.shown_version(case, one, version), chosen=version)


def view_of(case: OpenCase, one: Which, shown: TextVersion | None, chosen: str = "") -> ReportView:
    row = row_of(case, one)
    assert row is not None
    key = one.artefact.key
    body = shown.body if shown else texts.template(case, one)
    drafts, why_not = sees_drafts(case, one), texts.why_not_write(case, one)
    may_write = drafts and why_not is None and not chosen
    comments = case.sees(key, "read", one.owner, "presented") and bool(
        texts.acts_of(case, one).get("presented")
    )
    return ReportView(
        head=head_of(case),
        rows=rows_of(case),
        row=row,
        body=body,
        headings=markdown.outline(body, prefix="text"),
        label=_label(case, one, shown, chosen),
        saved=_saved(case, shown) if shown and drafts else None,
        acts=texts.acts_of(case, one),
        receipts=_receipts(case, one),
        sha256=shown.sha256 if shown and shown.milestone in MILESTONES else "",
        may_write=may_write,
        why_not=why_not if drafts else None,
        token=texts.token_of(shown) if may_write else "",
        has_versions=drafts or len(texts.milestones_seen(case, one)) > 1,
        may_see_comments=comments,
        may_comment=comments and case.sees(key, "comment", one.owner),
        comments=_comments(case, one) if comments else (),
        findings=findings_of(case) if may_write else (),
        offers=_offers(case, one, row) if not chosen else (),
        ready=mark_as_ready.ready_of(case, one) if not chosen else None,
        approvals=mark_as_ready.approvals_of(case, one) if not chosen else (),
    )


def _receipts(case: OpenCase, one: Which) -> tuple[Stamp, ...]:
    """Which sides have acknowledged receipt; for all who may know that the text has been handed over."""
    if "handed_over" not in texts.acts_of(case, one):
        return ()
    given = case.data(one.artefact.key, one.owner).get("acknowledged", {})
    return tuple(
        Stamp(datetime.fromisoformat(stamp["at"]), party=int(party) if party.isdigit() else None)
        for party, stamp in sorted(given.items())
    )


def _offers(case: OpenCase, one: Which, row: ReportRow) -> tuple[Offer, ...]:
    """What can be done with the text in the steps under way, by its own team or by those it is about."""
    key = one.artefact.key
    found: list[Offer] = []
    if sees_drafts(case, one):
        found += offers(case, page=texts.PAGE)
        found += offers(case, does=f"{key}.present") + offers(case, does=f"{key}.hand_over")
    if one.owner is None or row.about == case.own_party():
        found += offers(case, does=f"{key}.acknowledge")
    return tuple(offer for offer in found if not offer.done)


def _saved(case: OpenCase, version: TextVersion) -> Stamp:
    writer = planned.people(case.session, [version.saved_by])[version.saved_by]
    return Stamp(version.saved_at, writer.name)


def _label(case: OpenCase, one: Which, shown: TextVersion | None, chosen: str) -> int | Message | None:
    if shown is None:
        return None
    if sees_drafts(case, one) and chosen not in MILESTONES:
        return shown.number
    data = case.data(one.artefact.key, one.owner)
    acts = [act for act in texts.milestones_seen(case, one) if data[act]["version"] == shown.number]
    return MILESTONE_WORDS[chosen if chosen in acts else acts[0]] if acts else None


def _comments(case: OpenCase, one: Which) -> tuple[CommentView, ...]:
    me = case.account.person_id if case.account else None
    found = store.comments_of(case.session, case.review.id, one.artefact.key, one.slot, case.until)
    return tuple(
        CommentView(comment.by_party, name, comment.at, comment.body, comment.person_id == me)
        for comment, name in found
    )


def findings_of(case: OpenCase) -> tuple[FindingView, ...]:
    """The actor's own side's questions, with what was answered and noted."""
    own = case.own_party()
    found = []
    for artefact in case.artefacts_of("questions"):
        if own is None or artefact.per != "party":
            continue
        asked = store.questions_of(case.session, case.review.id, artefact.key, own, case.until)
        for question, document in asked:
            if case.sees(artefact.key, "read", own, question.state):
                found.append(
                    FindingView(
                        id=question.id,
                        number=question.number,
                        perspective=case.workflow.perspectives.get(question.perspective),
                        document=document,
                        page=question.page,
                        text=question.text,
                        # Until it is given, an answer is the draft of those who write it.
                        answer=question.answer if question.state == "answered" else "",
                        note=question.note,
                    )
                )
    return tuple(found)
