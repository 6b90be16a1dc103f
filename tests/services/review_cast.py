"""Who is in a review that tests play (see review_fixtures): two or three sides, the lead, somebody who is not in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from peerreview.services.base.house import Account, House
from peerreview.services.deeds.begin_reviews import begin_review
from peerreview.store.case.cases import all_reviews
from peerreview.store.review.reviews import Seat
from tests.people import make_organisation, make_person

from . import played

START = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
# For tests of pages, which read the real clock: one instant a process, or no played review could be put back.
TODAY = datetime.now(UTC)
ORGANISATIONS = (("Region Kalmar län", "08"), ("Region Gävleborg", "21"), ("Region Dalarna", "20"))
FUNCTIONS = ("medical", "hr")


@dataclass(frozen=True)
class Side:
    organisation: int
    name: str
    coordinator: Account
    members: tuple[Account, ...]
    contact: Account


@dataclass
class Cast:
    """Who is who in one review; `now` is the method's time, `step` where `advance` has brought it."""

    review_id: int
    lead: Account
    outsider: Account
    sides: tuple[Side, ...]
    now: datetime = START
    step: str = "acceptance"
    agreement: dict[str, Any] = field(default_factory=dict)

    @property
    def parties(self) -> range:
        return range(len(self.sides))

    @property
    def organisations(self) -> tuple[int, ...]:
        return tuple(side.organisation for side in self.sides)

    def coordinator(self, party: int = 0) -> Account:
        return self.sides[party].coordinator

    def member(self, party: int = 0, number: int = 0) -> Account:
        return self.sides[party].members[number]

    def contact(self, party: int = 0) -> Account:
        return self.sides[party].contact

    def everyone(self) -> dict[str, Account]:
        """All by a name that says who it is: "lead", "coordinator 0", "member 1.0", "outsider"."""
        found = {"lead": self.lead, "outsider": self.outsider}
        for party in self.parties:
            found[f"coordinator {party}"] = self.coordinator(party)
            found[f"contact {party}"] = self.contact(party)
            for number, member in enumerate(self.sides[party].members):
                found[f"member {party}.{number}"] = member
        return found


def make_review(
    house: House, parties: int = 2, *, lead: Account | None = None, now: datetime = START
) -> Cast:
    """A review that the lead has just proposed, and everybody in it. A second one in the same house: give
    the first one's lead; it then has organisations of its own."""
    key = played.key_of(house, parties, lead, now)
    if played.known(key):
        found: Cast = played.put_back(key, house)
        return found
    cast = _made(house, parties, lead, now)
    played.remember(key, house, cast)
    return cast


def _made(house: House, parties: int, lead: Account | None, now: datetime) -> Cast:
    nth = 0 if lead is None else _reviews(house)
    lead = lead or make_person(house, "Projektledare", "lead@example.org", is_lead=True)
    mark = f"{nth + 1}" if nth else ""
    sides = tuple(_side(house, *ORGANISATIONS[party], mark) for party in range(parties))
    elsewhere = make_organisation(house, f"Region Halland{mark and ' ' + mark}", f"13{mark}")
    outsider = make_person(
        house,
        "Processledare, Halland",
        f"coordinator.halland{mark}@example.org",
        in_organisation=elsewhere,
        role="coordinator",
    )
    review_id = begin_review(house, actor=lead, organisations=[side.organisation for side in sides], now=now)
    cast = Cast(review_id, lead, outsider, sides, now)
    _seat_members(house, cast)
    return cast


def _reviews(house: House) -> int:
    with house.db.read() as session:
        return len(all_reviews(session))


def _side(house: House, name: str, code: str, mark: str) -> Side:
    name, code = f"{name}{mark and ' ' + mark}", f"{code}{mark}"
    organisation = make_organisation(house, name, code)
    short = name.removeprefix("Region ")

    def person(what: str, role: str, key: str) -> Account:
        return make_person(
            house, f"{what}, {short}", f"{key}.{code}@example.org", in_organisation=organisation, role=role
        )

    return Side(
        organisation,
        name,
        coordinator=person("Processledare", "coordinator", "coordinator"),
        members=(
            person("Överläkare", "member", "medical"),
            person("HR-strateg", "member", "hr"),
        ),
        contact=person("Hälso- och sjukvårdsdirektör", "contact", "contact"),
    )


def _seat_members(house: House, cast: Cast) -> None:
    with house.db.write() as session:
        for party, side in enumerate(cast.sides):
            for member, function in zip(side.members, FUNCTIONS, strict=True):
                session.add(
                    Seat(
                        review_id=cast.review_id,
                        party=party,
                        person_id=member.person_id,
                        role="member",
                        function=function,
                        added_at=cast.now,
                    )
                )
