"""Reviews: one pair's or ring's case, its parties, its people, where it stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from ..connection.database import Base, UTCDateTime
from ..people.organisations import Organisation
from ..people.people import Person


class Definition(Base):
    """The text of a workflow as it was when a review began with it, found by its hash."""

    __tablename__ = "definition"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), index=True)
    text: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Review(Base):
    """A case. `standing` is the engine's tree as JSON; `version` counts its moves (one wins, the
    other gets Conflict); `wake_at` is the next instant at which time alone can move it, `due_on` the first day
    by which something under way is due (the lead's board begins with those). `round_id`: the round that the
    review is a child of (itself a row here, and in store.review.rounds). `more_time`: what was asked for and answered,
    the oldest first, as services.review.ask_more_time writes it (the reasons stand in the history alone). `vacant`:
    something is, or will be, to do that nobody with an open account could; `leads_turn`: something is the lead's to
    do now. `left`: by side that has withdrawn, the review as it was when it did (services.case.departures)."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(primary_key=True)
    workflow: Mapped[str] = mapped_column(String(100))
    definition_hash: Mapped[str] = mapped_column(ForeignKey("definition.hash"))
    title: Mapped[str] = mapped_column(String(200), default="")
    lead_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    standing: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=0)
    ended: Mapped[str | None] = mapped_column(String(50), index=True)
    wake_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    due_on: Mapped[date | None] = mapped_column(Date, index=True)
    more_time: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    history_count: Mapped[int] = mapped_column(default=0)
    history_head: Mapped[str] = mapped_column(String(64), default="")
    vacant: Mapped[bool] = mapped_column(default=False, server_default=false(), index=True)
    leads_turn: Mapped[bool] = mapped_column(default=False, server_default=false(), index=True)
    left: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default=text("'{}'"))

    parties: Mapped[list[Party]] = relationship(order_by="Party.position", lazy="raise")
    seats: Mapped[list[Seat]] = relationship(order_by="Seat.id", lazy="raise")
    lead: Mapped[Person] = relationship(lazy="raise")


class Party(Base):
    """An organisation in a review; `position` (0, 1, 2) is its place in the ring and its name in the engine."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("review_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    position: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)

    organisation: Mapped[Organisation] = relationship(lazy="raise")


class Seat(Base):
    """A person's place at a party's side. `role`: coordinator, member, contact; `function`: one of the
    definition's list. A deputy holds the seat's roles from `deputy_from` to `deputy_until` (both included)."""

    __tablename__ = "seat"
    __table_args__ = (Index("ix_seat_review_person", "review_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    party: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    function: Mapped[str] = mapped_column(String(50), default="")
    conflict: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_from: Mapped[datetime | None] = mapped_column(UTCDateTime)
    deputy_until: Mapped[datetime | None] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="raise")
    deputy: Mapped[Person | None] = relationship(foreign_keys=[deputy_id], lazy="raise")


class ArtefactState(Base):
    """The state of an artefact as a whole (a decision, a team, a set of documents or questions, a text,
    a meeting): one row for each (name, party); `party` is -1 for what the review shares.

    `data` is the kind's own little record: a decision's reason and declaration, a meeting's date,
    place and minutes, when and by whom a set was handed in and opened."""

    __tablename__ = "artefact_state"
    __table_args__ = (UniqueConstraint("review_id", "name", "party"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    name: Mapped[str] = mapped_column(String(50))
    party: Mapped[int]
    state: Mapped[str] = mapped_column(String(30))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class LastVisit(Base):
    """When a person last looked at a review, for "what changed since your last visit"."""

    __tablename__ = "last_visit"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


def organisations_sat_for(session: Session, person_id: int) -> set[int]:
    """The organisations for which a person sits, or is to stand in, in any review."""
    query = (
        select(Party.organisation_id)
        .join(Seat, and_(Seat.review_id == Party.review_id, Seat.party == Party.position))
        .where(Seat.removed_at.is_(None), or_(Seat.person_id == person_id, Seat.deputy_id == person_id))
    )
    return set(session.scalars(query))
