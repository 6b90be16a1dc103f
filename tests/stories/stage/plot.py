"""What is planted: words by the cell of the table that they belong to, and the ids that addresses can name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from peerreview.services.base.house import Account, House
from peerreview.services.review import receipts
from peerreview.store.artefacts.evaluations import FollowUp, Hours
from peerreview.store.artefacts.materials import Material
from peerreview.store.artefacts.questions import Question
from peerreview.store.review import history
from peerreview.store.review.reviews import Seat
from tests.services.review_fixtures import Cast

SCENES = (
    "proposed",
    "teams",
    "first_meeting",
    "collect",
    "opened",
    "second_meeting",
    "presented",
    "closing",
    "evaluation",
    "follow_up",
    "closed",
)
# How else it can end, and from where.
ENDS = {"declined": "proposed", "cancelled": "presented"}


@dataclass(frozen=True)
class Word:
    """`cell`: a row of the table; `party`: whose; `person`: of a thing that is one person's; `shown`: some page
    must show it to those who may see it (a mail address need not be shown)."""

    cell: str
    party: int | None
    shown: bool = True
    person: int | None = None


@dataclass
class Planted:
    """`versions`: (document, number) by word, for downloads; `rows`: ids of things by a name, for addresses."""

    house: House
    cast: Cast
    words: dict[str, Word] = field(default_factory=dict)
    versions: dict[tuple[int, int], str] = field(default_factory=dict)
    rows: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    first: int = 0
    deputy: Account | None = None
    removed: Account | None = None
    conflicted: Account | None = None

    @property
    def review_id(self) -> int:
        return self.cast.review_id

    @property
    def common(self) -> dict[str, Any]:
        return {"review_id": self.review_id, "now": self.cast.now}

    def word(
        self, cell: str, party: int | None = None, *, shown: bool = True, person: int | None = None
    ) -> str:
        made = f"zq{self.first + len(self.words)}z"
        self.words[made] = Word(cell, party, shown, person)
        return made

    def recell(self, old: str, new: str, party: int | None = None) -> None:
        """Things of a cell have come to another state."""
        for key, word in self.words.items():
            if word.cell == old and party in (None, word.party):
                self.words[key] = replace(word, cell=new)


@dataclass(frozen=True)
class Ids:
    """What addresses can name: (id, party) of each, by kind."""

    seats: list[tuple[int, int]]
    people: list[tuple[int, int]]
    materials: list[tuple[int, int]]
    questions: list[tuple[int, int]]
    follow_ups: list[tuple[int, int]]
    hours: list[tuple[int, int]]
    receipts: list[str]


def ids_of(p: Planted) -> Ids:
    with p.house.db.read() as session:

        def rows(table: Any) -> list[tuple[int, int]]:
            query = select(table).where(table.review_id == p.review_id).order_by(table.id)
            return [(row.id, row.party) for row in session.scalars(query)]

        seats = session.scalars(select(Seat).where(Seat.review_id == p.review_id).order_by(Seat.id)).all()
        return Ids(
            seats=[(seat.id, seat.party) for seat in seats],
            people=[(seat.person_id, seat.party) for seat in seats],
            materials=rows(Material),
            questions=rows(Question),
            follow_ups=rows(FollowUp),
            hours=rows(Hours),
            receipts=[receipts.key_of(row) for row in history.of_deed(session, p.review_id, "action")],
        )
