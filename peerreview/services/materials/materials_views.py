"""What the pages of materials are given: each document as far as its reader may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ...errors import Message, PartyName
from ..frame.review_head import ReviewHead
from ..turns.offers import Offer
from .download import LogView
from .hand_in import HandIn


@dataclass(frozen=True)
class VersionView:
    """`kind`: file, link or absent. `added_by`: "" for readers of other sides. `href`: "" where there is
    nothing to fetch."""

    number: int
    kind: str
    filename: str
    size: int
    sha256: str
    url: str
    reason: str
    marking: str
    state: str
    added_at: datetime
    added_by: str
    opened_at: datetime | None
    href: str


@dataclass(frozen=True)
class CommentView:
    party: int
    name: str
    at: datetime
    body: str


@dataclass(frozen=True)
class DocumentView:
    """A document as far as it may be read; `may`: version, describe, share, end_sharing, withdraw, comment."""

    id: int
    title: str
    state: str
    listed: bool
    newest: VersionView
    earlier: tuple[VersionView, ...]
    comments: tuple[CommentView, ...]
    may: frozenset[str]


@dataclass(frozen=True)
class RowView:
    """A wish of the agreed list. `there`: whether something answers it; None: not for this reader to know."""

    wish: str
    title: str
    note: str
    there: bool | None
    documents: tuple[DocumentView, ...]


@dataclass(frozen=True)
class SetView:
    """One side's materials. `relation`: own, reviews (we read them) or other. `state`: of the set as a whole, None
    where the reader may not know. `more`: documents beside the list, where only their number is shown.
    `locked`: why nothing can be read yet. `later`: how many wait to be handed in after the opening."""

    artefact: str
    party: int
    relation: str
    state: str | None
    due: date | None
    handed_in_at: datetime | None
    opened_at: datetime | None
    rows: tuple[RowView, ...]
    extras: tuple[DocumentView, ...] = ()
    withdrawn: tuple[DocumentView, ...] = ()
    there: int | None = None
    more: int | None = None
    locked: Message | None = None
    readers: tuple[int, ...] = ()
    may_add: bool = False
    why_not: Message | None = None
    later: int = 0
    may_hand_in_later: bool = False
    offers: tuple[Offer, ...] = ()
    log: LogView | None = None

    @property
    def readers_named(self) -> tuple[PartyName, ...]:
        return tuple(PartyName(party) for party in self.readers)

    @property
    def readable(self) -> bool:
        return bool(self.extras or any(row.documents for row in self.rows))


@dataclass(frozen=True)
class MaterialsView:
    head: ReviewHead
    opening: str
    sets: tuple[SetView, ...]


@dataclass(frozen=True)
class AddingView:
    """The page on which something is added: to a document, to a wish of the agreed list, or beside it.

    `title`: of the wish or the document, "" beside the list. `absent`: whether "does not exist" can be said."""

    head: ReviewHead
    artefact: str
    party: int
    wish: str
    material: int | None
    title: str
    note: str
    marking: str
    absent: bool
    again: bool
    limit: int


@dataclass(frozen=True)
class DocumentPage:
    """One document, for the pages that ask before they do something with it."""

    head: ReviewHead
    document: DocumentView
    party: int
    readers: tuple[PartyName, ...]


@dataclass(frozen=True)
class LaterView:
    """What was added after the opening and can be handed in now."""

    head: ReviewHead
    hand_in: HandIn
    may: bool


@dataclass(frozen=True)
class ReceiptView:
    """What has been handed in and is open, with its hashes; `at`: when it was last handed in."""

    head: ReviewHead
    hand_in: HandIn
    at: datetime | None
    opened_at: datetime | None
