"""Examples to learn from: written from a review, published to the network, found by their words.

Only what is published has words here, so that nothing else can be found or counted by them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Select, String, Text, case, delete, func, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...letters import composed
from ..connection.collation import sort_key
from ..connection.database import Base, UTCDateTime
from ..people.organisations import Organisation
from ..review.reviews import Party, Review

LONGEST_WORD = 60
# Folded words are plain ASCII; so their prefixes are found by the same index on both databases.
WORD = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")
# The parts of an example, and how much a word in each tells (a title more than a text).
PARTS: Mapping[str, int] = {
    "title": 8,
    "summary": 4,
    "background": 1,
    "did": 1,
    "result": 1,
    "lessons": 2,
    "contact": 1,
}


class Example(Base):
    """`state`: draft, asked (the sides in `about` are asked to consent) or published. `consents`: by party, who and
    when. `answer`: why one refused, or it was taken down, for those who wrote it."""

    __tablename__ = "example"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    artefact: Mapped[str] = mapped_column(String(50), default="example")
    party: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default="draft")
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    background: Mapped[str] = mapped_column(Text, default="")
    did: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[str] = mapped_column(Text, default="")
    lessons: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(String(300), default="")
    perspectives: Mapped[list[str]] = mapped_column(JSON, default=list)
    about: Mapped[list[int]] = mapped_column(JSON, default=list)
    consents: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    answer: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    saved_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)


class ExampleWord(Base):
    """A word of a published example, folded as names are for sorting (å is z1, é is e), and once more without rings and
    dots."""

    __tablename__ = "example_word"

    example_id: Mapped[int] = mapped_column(ForeignKey("example.id"), primary_key=True)
    word: Mapped[str] = mapped_column(WORD, primary_key=True, index=True)
    weight: Mapped[int]


class ExamplePerspective(Base):
    """A perspective of a published example."""

    __tablename__ = "example_perspective"

    example_id: Mapped[int] = mapped_column(ForeignKey("example.id"), primary_key=True)
    perspective: Mapped[str] = mapped_column(String(50), primary_key=True, index=True)


# Endings that Swedish words are bent by, the longest first; what stands before them is found as a beginning.
ENDINGS = (
    *(
        "heterna",
        "ningarna",
        "ningen",
        "ningar",
        "arnas",
        "ernas",
        "ornas",
        "andes",
        "aren",
        "arna",
        "erna",
        "orna",
    ),
    *(
        "ades",
        "arens",
        "ande",
        "ades",
        "ade",
        "are",
        "ens",
        "ets",
        "ast",
        "ar",
        "er",
        "or",
        "en",
        "et",
        "na",
        "de",
    ),
    *("te", "an", "as", "es", "at", "a", "e", "n", "s", "t"),
)
SHORTEST, INSIDE = 4, 5
# Letters that a foreign keyboard has not.
PLAIN = str.maketrans("åäöæø", "aaoao")


def tokens_of(text: str) -> list[str]:
    """The words of a text in small letters."""
    return re.findall(r"[^\W_]+", composed(text).casefold())


def words_of(text: str) -> list[str]:
    """The words of a text, folded."""
    return [word for one in tokens_of(text) if (word := sort_key(one)[:LONGEST_WORD])]


def stems_of(search: str) -> list[str]:
    """What to look for as beginnings: each word without its ending, folded; "möten" finds "mötet"."""
    return [word for one in tokens_of(search) if (word := sort_key(_stem(one))[:LONGEST_WORD])]


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word.removesuffix(ending)
    return word


def examples_of(session: Session, review_id: int) -> Sequence[Example]:
    query = select(Example).where(Example.review_id == review_id).order_by(Example.id)
    return session.scalars(query).all()


def index(session: Session, example: Example) -> None:
    """Let the example be found by its words and perspectives."""
    unindex(session, example)
    weights: dict[str, int] = {}
    for part, weight in PARTS.items():
        text = getattr(example, part)
        for word in words_of(text):
            weights[word] = max(weight, weights.get(word, 0))
        # So that "halsa" finds "hälsa", after what is spelt so.
        for word in words_of(text.casefold().translate(PLAIN)):
            weights.setdefault(word, 1)
    session.add_all(
        ExampleWord(example_id=example.id, word=word, weight=weight) for word, weight in weights.items()
    )
    session.add_all(
        ExamplePerspective(example_id=example.id, perspective=one) for one in example.perspectives
    )


def unindex(session: Session, example: Example) -> None:
    session.execute(delete(ExampleWord).where(ExampleWord.example_id == example.id))
    session.execute(delete(ExamplePerspective).where(ExamplePerspective.example_id == example.id))


def published(
    session: Session,
    *,
    words: Sequence[str],
    of: tuple[str, Sequence[str]] | None,
    limit: int,
    offset: int,
) -> tuple[int, Sequence[tuple[Example, str, str]]]:
    """How many are published that have a word beginning with each of `words`, or (longer ones) a word made with it, and
    some of them with their organisations' names and their reviews' workflows: those where the words tell most first,
    then the newest. `of`: a perspective, and the workflows that it is of."""
    found = _found(words, of).subquery()
    count = session.scalar(select(func.count()).select_from(found)) or 0
    query = (
        select(Example, Organisation.name, Review.workflow)
        .join(found, found.c.id == Example.id)
        .join(Review, Review.id == Example.review_id)
        .join(Party, (Party.review_id == Example.review_id) & (Party.position == Example.party))
        .join(Organisation, Organisation.id == Party.organisation_id)
        .order_by(found.c.tells.desc(), Example.published_at.desc(), Example.id.desc())
    )
    rows = session.execute(query.limit(limit).offset(offset))
    return count, [(example, name, workflow) for example, name, workflow in rows]


def _found(words: Sequence[str], of: tuple[str, Sequence[str]] | None) -> Select[Any]:
    query = select(Example.id).where(Example.state == "published")
    tells: Any = literal(0)
    for word in words:
        begins = ExampleWord.word.startswith(word, autoescape=True)
        # "samtal" finds "hälsosamtal" too, after all that begins with it.
        found = begins if len(word) < INSIDE else ExampleWord.word.contains(word, autoescape=True)
        tells_of_it = func.max(case((begins, ExampleWord.weight), else_=0)).label("weight")
        hit = (
            select(ExampleWord.example_id, tells_of_it)
            .where(found)
            .group_by(ExampleWord.example_id)
            .subquery()
        )
        query = query.join(hit, hit.c.example_id == Example.id)
        tells = tells + hit.c.weight
    if of is not None:
        perspective, workflows = of
        query = query.join(
            ExamplePerspective,
            (ExamplePerspective.example_id == Example.id) & (ExamplePerspective.perspective == perspective),
        )
        query = query.join(Review, Review.id == Example.review_id).where(Review.workflow.in_(workflows))
    return query.add_columns(tells.label("tells"))


def published_by_id(session: Session, example_id: int) -> tuple[Example, str] | None:
    query = (
        select(Example, Organisation.name)
        .join(Party, (Party.review_id == Example.review_id) & (Party.position == Example.party))
        .join(Organisation, Organisation.id == Party.organisation_id)
        .where(Example.id == example_id, Example.state == "published")
    )
    row = session.execute(query).first()
    return (row[0], row[1]) if row else None
