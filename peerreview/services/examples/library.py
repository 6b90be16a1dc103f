"""What the network has learnt: the published examples, for everybody who is signed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...errors import N_, Message, NotFound, Text
from ...store.artefacts import examples as store
from ...store.artefacts.examples import Example
from ...store.case import cases
from ...store.review.reviews import Review
from ..base.checks import searchable
from ..base.house import Account, House
from .examples_page import Typed, typed_of

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
class Perspective:
    """Of the workflows whose reviews have it under this `key`. `id`: what the search is asked with; `words`: as it is
    told from another of the same key."""

    id: str
    key: str
    title: Text
    words: Message | Text
    workflows: tuple[str, ...]


@dataclass(frozen=True)
class LibraryView:
    rows: tuple[Published, ...]
    count: int
    page: int
    pages: int
    perspectives: Mapping[str, Message | Text]


def library(
    house: House, *, actor: Account, search: str = "", perspective: str = "", page: int = 1
) -> LibraryView:
    """Published examples with a word that begins with each of those searched for, however they are bent; words that
    tell most first."""
    known = _perspectives(house)
    shelf = {one.id: one.words for one in known}
    words = store.stems_of(searchable(search))[:WORDS]
    with house.db.read() as session:
        if search.strip() and not words:
            return LibraryView((), 0, 1, 1, shelf)
        wanted = next((one for one in known if one.id == perspective), None)
        page = max(page, 1)
        count, rows = store.published(
            session,
            words=words,
            of=(wanted.key, wanted.workflows) if wanted else None,
            limit=PAGE,
            offset=(min(page, 10_000) - 1) * PAGE,
        )
    pages = max(1, -(-count // PAGE))
    shown = tuple(_published(known, example, name, workflow) for example, name, workflow in rows)
    return LibraryView(shown, count, min(page, pages), pages, shelf)


def example(house: House, *, actor: Account, example_id: int, now: datetime) -> Published:
    """One of them; NotFound for what is not published."""
    with house.db.read() as session:
        found = store.published_by_id(session, example_id)
        if found is None:
            raise NotFound(f"example {example_id}")
        row, name = found
        review = session.get_one(Review, row.review_id)
        takes_part = actor.is_lead or review.id in cases.reviews_of(session, actor.person_id, now)
        own = review.id if takes_part else None
        return _published(_perspectives(house), row, name, review.workflow, own)


def _published(
    known: Sequence[Perspective], row: Example, organisation: str, workflow: str, review_id: int | None = None
) -> Published:
    assert row.published_at is not None
    titles = tuple(one.title for one in known if one.key in row.perspectives and workflow in one.workflows)
    return Published(row.id, organisation, typed_of(row), titles, row.published_at, review_id)


def _perspectives(house: House) -> list[Perspective]:
    """Of the definitions whose reviews bring examples: a round, say, has perspectives of its own. What two call by one
    key is one perspective where it has one title, else each is its own workflow's."""
    found: dict[tuple[str, Text], list[str]] = {}
    for name, workflow in sorted(house.workflows.items()):
        if any(one.kind.name == "example" for one in workflow.artefacts.values()):
            for key, title in workflow.perspectives.items():
                found.setdefault((key, title), []).append(name)
    keys = Counter(key for key, _ in found)
    return [
        Perspective(
            id=key if keys[key] == 1 else f"{key}@{names[0]}",
            key=key,
            title=title,
            words=title
            if keys[key] == 1
            else N_(
                "%(perspective)s (%(workflow)s)", perspective=title, workflow=house.workflows[names[0]].title
            ),
            workflows=tuple(names),
        )
        for (key, title), names in found.items()
    ]
