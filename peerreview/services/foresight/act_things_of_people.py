"""What the page of an act on people and organisations lists, thing by thing and by version (see acts.py)."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import N_, NotFound
from ...store.lists import accounts as accounts_store
from ...store.people import people as people_store
from ...store.people.organisations import Organisation, SelfAssessment
from ...store.people.people import Membership, Person
from ...store.review.reviews import Seat
from ..base.fingerprint import Thing
from ..case import round_members
from ..register.register_notes import told_of
from .act_things import Asked


def results(asked: Asked) -> Iterator[Thing]:
    if not asked.path.get("number") and asked.actor.is_lead:
        yield Thing("results", "", N_("Results that are added"))
        return
    row = asked.session.get(SelfAssessment, asked.number("number"))
    if row is None or not asked.actor.is_lead:
        raise NotFound("results")
    said = repr((row.instrument, row.year, row.rows))
    yield Thing(f"results:{row.id}", said, f"{row.instrument} {row.year}")


def about_person(asked: Asked) -> Iterator[Thing]:
    row = asked.session.get(Person, asked.number("person_id"))
    if row is None or not asked.actor.is_lead:
        raise NotFound("person")
    yield Thing("about", repr((row.name, row.phone, row.language)), row.name)


def organisation(asked: Asked) -> Iterator[Thing]:
    row = asked.session.get(Organisation, asked.number("organisation_id"))
    if row is None or not asked.actor.is_lead:
        raise NotFound("organisation")
    told = {name: value for name, value in told_of(asked.session, row).items() if name != "results"}
    yield Thing("about", repr(sorted(told.items())), row.name)


def person(asked: Asked) -> list[Thing]:
    """The account, and what it is used for."""
    id = asked.number("person_id")
    found: list[Thing] = asked.once(f"person {id}", lambda: list(_person(asked, id)))
    return found


def _person(asked: Asked, id: int) -> Iterator[Thing]:
    person = asked.session.get(Person, id)
    if person is None or not asked.actor.is_lead:
        raise NotFound("person")
    used = person.password_hash is not None
    yield Thing("person", f"{person.email}.{person.closed_at}.{used}", person.name)
    for one in asked.session.query(Membership).filter_by(person_id=person.id):
        where = asked.session.get_one(Organisation, one.organisation_id).name
        words = N_("A function in %(organisation)s", organisation=where)
        yield Thing(f"membership:{one.id}", one.role, words)
    for seat in asked.session.query(Seat).filter_by(person_id=person.id, removed_at=None):
        yield Thing(f"seat:{seat.id}", f"{seat.role}.{seat.function}", N_("A place in a review"))


def uninvited(asked: Asked) -> Iterator[Thing]:
    """All who have never been invited."""
    if not asked.actor.is_lead:
        raise NotFound("uninvited")
    for one in people_store.uninvited(asked.session):
        yield Thing(f"person:{one.id}", one.email, one.name)


def pending_address(asked: Asked) -> Iterator[Thing]:
    yield from person(asked)
    link = accounts_store.last_link(asked.session, asked.number("person_id"), "address")
    waits = link is not None and link.used_at is None
    yield Thing("pending", f"{link.id if link and waits else 0}", N_("The new address"))


def seat(asked: Asked) -> Iterator[Thing]:
    case = asked.case()
    for seat in case.rows.all_seats:
        if seat.id == asked.number("seat_id") and seat.removed_at is None:
            who = f"{seat.person_id}.{seat.person.email}.{seat.role}.{seat.function}.{seat.deputy_id}"
            yield Thing(f"seat:{seat.id}", f"{who}.{seat.deputy_until}", seat.person.name)
            return
    raise NotFound("seat")


def register(asked: Asked) -> Iterator[Thing]:
    case, party = asked.case(), asked.number("party")
    if party not in case.standing.parties:
        raise NotFound("party")
    for (id, role), person in round_members.wanted_of(case, party).items():
        yield Thing(f"person:{id}:{role}", person.email, person.name)
    seated = sorted((s.person_id, s.role) for s in case.rows.seats if s.party == party)
    yield Thing("seated", f"{seated}", N_("Who takes part now"))
