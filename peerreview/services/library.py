"""What the network has learnt: the published examples, for everybody who is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..errors import NotFound, Text
from ..store import cases
from ..store import examples as store
from ..store.examples import Example
from ..store.reviews import Review
from .checks import searchable
from .examples import Typed, typed_of
from .house import Account, House

PAGE, WORDS = 20, 8


@dataclass(frozen=True)
class Published:
    """`review_id`: for those alone who take part in the review that it comes from."""

    id: int
    organisation: str
    typed: Typed
    perspectives: tuple[Text, ...]
    published_at: datetime
    review_id: int | None = None


@dataclass(frozen=True)
class LibraryView:
    rows: tuple[Published, ...]
    count: int
    page: int
    pages: int
    perspectives: Mapping[str, Text]


def library(
    house: House, *, actor: Account, search: str = "", perspective: str = "", page: int = 1
) -> LibraryView:
    """Published examples with a word that begins with each of those searched for, however they are bent; words that
    tell most first."""
    known = _perspectives(house)
    words = store.stems_of(searchable(search))[:WORDS]
    with house.db.read() as session:
        if search.strip() and not words:
            return LibraryView((), 0, 1, 1, known)
        wanted = perspective if perspective in known else ""
        page = max(page, 1)
        count, rows = store.published(
            session, words=words, perspective=wanted, limit=PAGE, offset=(min(page, 10_000) - 1) * PAGE
        )
    pages = max(1, -(-count // PAGE))
    shown = tuple(_published(known, example, name) for example, name in rows)
    return LibraryView(shown, count, min(page, pages), pages, known)


def example(house: House, *, actor: Account, example_id: int, now: datetime) -> Published:
    """One of them; NotFound for what is not published."""
    with house.db.read() as session:
        found = store.published_by_id(session, example_id)
        if found is None:
            raise NotFound(f"example {example_id}")
        row, name = found
        review = session.get_one(Review, row.review_id)
        takes_part = actor.is_lead or review.id in cases.reviews_of(session, actor.person_id, now)
        return _published(_perspectives(house), row, name, review.id if takes_part else None)


def _published(
    known: Mapping[str, Text], row: Example, organisation: str, review_id: int | None = None
) -> Published:
    assert row.published_at is not None
    titles = tuple(known[one] for one in row.perspectives if one in known)
    return Published(row.id, organisation, typed_of(row), titles, row.published_at, review_id)


def _perspectives(house: House) -> Mapping[str, Text]:
    """Of the definitions whose reviews bring examples: a round, say, has perspectives of its own."""
    return {
        key: text
        for workflow in house.workflows.values()
        if any(one.kind.name == "example" for one in workflow.artefacts.values())
        for key, text in workflow.perspectives.items()
    }
