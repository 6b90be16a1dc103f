"""The rows that a deed reads and writes, as plain values: what the ORM would make of them takes longer than the deed.

Those that cannot be changed are named tuples; the others remember how they were read, and `changes` says what is to
be written (whoever loads them sees to it: store.case.cases, store.mail.planned).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple


class PartyRow(NamedTuple):
    """An organisation in a review, at its place in the ring."""

    position: int
    organisation_id: int
    name: str


class SeatRow(NamedTuple):
    """A seat that somebody sits on: as the engine wants to know it. `closed`, `deputy_closed`: whose account is."""

    id: int
    person_id: int
    party: int
    role: str
    function: str
    deputy_id: int | None
    deputy_from: datetime | None
    deputy_until: datetime | None
    closed: bool
    deputy_closed: bool


class StateRow(NamedTuple):
    """An artefact as a whole: store.review.reviews.ArtefactState."""

    name: str
    party: int
    state: str
    data: Mapping[str, Any]
    version: int


class AgreementRow(NamedTuple):
    """One version of the agreement: store.artefacts.agreements.Agreement."""

    id: int
    version: int
    fields: Mapping[str, Any]
    created_at: datetime
    created_by: int


class TextRow(NamedTuple):
    """What stands in a text now, but for its words: store.artefacts.reports.TextVersion."""

    number: int
    saves: int
    saved_at: datetime
    saved_by: int

    @property
    def name(self) -> str:
        """Names exactly this text: a version that is written on keeps its number."""
        return f"{self.number}.{self.saves}"


class FormRow(NamedTuple):
    """A person's answers to a form: store.artefacts.evaluations.FormAnswer."""

    id: int
    artefact: str
    person_id: int
    party: int
    answers: Mapping[str, Any]
    version: int
    saved_at: datetime
    submitted_at: datetime | None
    function: str


@dataclass
class Remembering:
    """A row that knows how it was read."""

    was: dict[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.read()

    def read(self) -> None:
        """What it holds now is what stands in the database."""
        self.was = {name: value for name, value in self.__dict__.items() if name != "was"}

    def become(self, other: Remembering) -> None:
        """Hold what has just been read of the same row."""
        self.__dict__.update(other.__dict__)

    def values(self) -> dict[str, Any]:
        """All of it, for a row that is new."""
        return {name: value for name, value in self.__dict__.items() if name not in ("was", "id")}

    def changes(self) -> dict[str, Any]:
        """What differs from what was read, by column. A value is put in the place of another, never changed itself."""
        was = self.was
        return {name: now for name, now in self.__dict__.items() if name != "was" and now != was[name]}


@dataclass
class ReviewRow(Remembering):
    """A review: store.review.reviews.Review. Whatever is changed of it is written before its transaction ends."""

    id: int
    workflow: str
    definition_hash: str
    title: str
    lead_id: int
    round_id: int | None
    created_at: datetime
    standing: dict[str, Any]
    version: int
    ended: str | None
    wake_at: datetime | None
    due_on: date | None
    vacant: bool
    leads_turn: bool
    more_time: list[dict[str, Any]]
    history_count: int
    history_head: str
    left: dict[str, Any]


class Otherwise(NamedTuple):
    """A person who wants their mail otherwise than at once and all of it."""

    id: int
    rhythm: str
    declined: str
    away_until: date | None


@dataclass
class PlannedRow(Remembering):
    """A planned mail of a review: store.mail.outbox.PlannedMail. `id` None: one that is to be added."""

    id: int | None
    party: int
    step: str
    visit: int
    rule: str
    occurrence: int
    seat_id: int
    person_id: int
    data: dict[str, Any]
    state: str
    why_not: str
    outgoing_id: int | None
    nameless: bool
    due_at: datetime


PLANNED_COLUMNS = tuple(PlannedRow.__dataclass_fields__)[1:]
