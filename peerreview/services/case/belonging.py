"""To whom somebody belongs, and whether they can sit for a side: asked of people and organisations, not of seats.

The register says where somebody belongs. Whoever came into it by a seat alone (a team appointed them by their address)
belongs there for want of anything better, until the register says otherwise. So nobody is anybody's because that one
was first: an organisation's own people are its own, others' are asked, with their organisation, and whom nobody
knows better says for themselves where they belong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...errors import N_, Message, NotFound
from ...store.people import organisations
from ...store.people import people as store
from ...store.people.people import Person
from ...store.review.reviews import Seat
from .opening import OpenCase

How = Literal["direct", "moves", "asked", "chooses", "never"]


@dataclass(frozen=True)
class Fit:
    """How somebody comes to sit for a side. `direct`: at once; `moves`: at once, and leaves `held`, the places of
    another side that they had without belonging there; `asked`: when they and the `organisations` that they belong to
    have said yes; `chooses`: when they have said that they belong here; `never`: not in this review."""

    how: How
    organisations: tuple[int, ...] = ()
    held: tuple[Seat, ...] = ()


def fit(case: OpenCase, party: int, person: Person) -> Fit:
    """Whether, and how, the person can sit for `party`."""
    if person.is_lead:
        return Fit("never")
    parties = case.rows.parties
    own = parties[party].organisation_id
    homes = store.homes(person.memberships)
    registered = any(not one.by_seat for one in person.memberships)
    held = held_elsewhere(case, party, person.id)
    if own in homes:
        if not held:
            return Fit("direct")
        belongs_there = homes & {parties[seat.party].organisation_id for seat in held}
        return Fit("chooses" if belongs_there or not registered else "moves", held=held)
    if held:
        return Fit("never") if registered else Fit("chooses", held=held)
    if homes & {one.organisation_id for one in parties}:
        return Fit("never")
    return Fit("asked", tuple(sorted(homes))) if homes else Fit("direct")


def guests_of(case: OpenCase, party: int) -> dict[int, Message]:
    """By person, from where they are, of those who sit for a side and belong to another organisation."""
    parties = case.rows.parties
    own, seated = parties[party].organisation_id, {s.person_id for s in case.rows.seats if s.party == party}
    elsewhere = {
        person: homes
        for person, homes in store.homes_of(case.session, seated).items()
        if homes and own not in homes
    }
    if not elsewhere:
        return {}
    names = organisations.names_of(case.session, {one for homes in elsewhere.values() for one in homes})
    others = {one.organisation_id for one in parties}
    found = {}
    for person, homes in elsewhere.items():
        where = tuple(names[one] for one in sorted(homes, key=lambda one: names[one]))
        # Seated before the register knew it: that side can take its own person back, and the lead can help.
        found[person] = (
            N_(
                "belongs to %(organisations)s, another side of this review, by the register",
                organisations=where,
            )
            if homes & others
            else N_("from %(organisations)s", organisations=where)
        )
    return found


def held_elsewhere(case: OpenCase, party: int, person_id: int) -> tuple[Seat, ...]:
    """The seats of other sides that somebody has, or stands in for."""
    return tuple(
        seat
        for seat in case.rows.seats
        if seat.party != party and person_id in (seat.person_id, seat.deputy_id)
    )


def team_key(case: OpenCase) -> str:
    """The artefact that is the team, by its key; NotFound in a workflow without teams."""
    found = case.artefacts_of("team")
    if not found:
        raise NotFound("team")
    return found[0].key
