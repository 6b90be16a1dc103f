"""Examples to learn from, as their review's page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...errors import N_, Message, NotFound, Text
from ...store.artefacts import examples as store
from ...store.artefacts.examples import PARTS, Example
from ..base.house import Account, House
from ..case import review_pages
from ..case.form_drafts import Draft, draft_of
from ..case.opening import OpenCase, looking
from ..frame.review_head import ReviewHead, head_of

DRAFT, ASKED, PUBLISHED = "draft", "asked", "published"


HANDED_OVER = ("handed_over", "acknowledged")


LONGEST, MOST, REASON = 4000, 20, 2000


@dataclass(frozen=True)
class Typed:
    """What was typed. `about`: the sides that it is about besides the own."""

    title: str = ""
    summary: str = ""
    background: str = ""
    did: str = ""
    result: str = ""
    lessons: str = ""
    contact: str = ""
    perspectives: tuple[str, ...] = ()
    about: tuple[int, ...] = ()


@dataclass(frozen=True)
class ExampleView:
    """`consented`: the sides of `about` that have. What one may do with it now: `may_*`."""

    id: int
    party: int
    state: str
    typed: Typed
    version: int
    saved_at: datetime
    published_at: datetime | None
    consented: tuple[int, ...]
    answer: str
    own: bool
    may_write: bool
    may_publish: bool
    may_consent: bool
    may_unpublish: bool


@dataclass(frozen=True)
class ExamplesPage:
    """`why_not`: why no example can be written now; None where one can. `drafts`: what was typed and not saved, by the
    example, 0 for a new one."""

    head: ReviewHead
    examples: tuple[ExampleView, ...]
    why_not: Message | None
    perspectives: Mapping[str, Text]
    drafts: Mapping[int, Draft]


def examples(house: House, *, actor: Account, review_id: int, now: datetime) -> ExamplesPage:
    """Those that the actor may see. NotFound for outsiders."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        review_pages.enter(case, "examples")
        return _page(case)


def reads(case: OpenCase, row: Example) -> bool:
    """What waits for consent is read by those alone who are asked."""
    if not case.sees(row.artefact, "read", row.party, row.state):
        return False
    own = case.own_party()
    return own == row.party or row.state == PUBLISHED or own in row.about


def artefact_of(case: OpenCase) -> str:
    found = case.artefacts_of("example")
    if not found:
        raise NotFound("example")
    return found[0].key


def why_not_of(case: OpenCase) -> Message | None:
    """An example comes from a report that has been handed over."""
    party = case.own_party()
    for artefact in case.artefacts_of("text"):
        owner = None if artefact.per == "review" else party
        if case.state(artefact.key, owner) in HANDED_OVER:
            break
    else:
        return N_("an example is written from a report that has been handed over; yours has not been yet")
    if len([row for row in store.examples_of(case.session, case.review.id) if row.party == party]) >= MOST:
        return N_("there are %(most)s examples from this review already", most=MOST)
    return None


def _page(case: OpenCase) -> ExamplesPage:
    artefact, own = artefact_of(case), case.own_party()
    rows = [row for row in store.examples_of(case.session, case.review.id) if reads(case, row)]
    writes = own is not None and case.sees(artefact, "write", own, DRAFT)
    return ExamplesPage(
        head=head_of(case),
        examples=tuple(_view(case, row) for row in rows),
        why_not=why_not_of(case)
        if writes
        else N_("examples are written by the teams when the reports are handed over"),
        perspectives=case.workflow.perspectives,
        drafts=_drafts(case, artefact, own, rows) if writes and own is not None else {},
    )


def _drafts(case: OpenCase, artefact: str, own: int, rows: Sequence[Example]) -> dict[int, Draft]:
    items = [0, *(row.id for row in rows if row.party == own)]
    found = {item: draft_of(case, artefact, own, item) for item in items}
    return {item: draft for item, draft in found.items() if draft is not None}


def _view(case: OpenCase, row: Example) -> ExampleView:
    party = case.own_party()
    own, concerned = party == row.party, party in row.about

    def may(verb: str) -> bool:
        return case.sees(row.artefact, verb, row.party, row.state)

    return ExampleView(
        id=row.id,
        party=row.party,
        state=row.state,
        typed=typed_of(row),
        version=row.version,
        saved_at=row.saved_at,
        published_at=row.published_at,
        consented=tuple(int(one) for one in row.consents),
        answer=row.answer if own else "",
        own=own,
        may_write=own and may("write"),
        may_publish=own and may("publish"),
        may_consent=concerned and str(party) not in row.consents and may("consent"),
        may_unpublish=(own or concerned or party is None) and may("unpublish"),
    )


def typed_of(row: Example) -> Typed:
    parts = {part: getattr(row, part) for part in PARTS}
    return Typed(**parts, perspectives=tuple(row.perspectives), about=tuple(row.about))
