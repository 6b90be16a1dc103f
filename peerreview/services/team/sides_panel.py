"""The people of a review beside its page: each side's by function, and the reader's opposite numbers."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import N_, Message, PartyName, Text
from ...store.review.reviews import Seat
from ..case.opening import OpenCase, deputy_of
from ..conflicts.conflicts_page import Marks, marks_of


@dataclass(frozen=True)
class PersonView:
    """`title`: their function; `opposite`: the same function as the reader's, on another side."""

    name: str
    title: Text
    email: str
    phone: str
    note: Message | None
    opposite: bool
    you: bool


@dataclass(frozen=True)
class SideView:
    """`people` are empty where the reader may not see them yet: `why_not` says when. `conflicts`: who of the
    side has declared a conflict of interest, and how it is handled; None where the side has not answered, or the reader
    may not see it."""

    party: int
    name: str
    own: bool
    withdrawn: bool
    people: tuple[PersonView, ...]
    why_not: Message | None
    conflicts: Marks | None


def sides_of(case: OpenCase) -> tuple[SideView, ...]:
    """The reader's own side first, then the others in the ring's order."""
    own, marks = case.actor.parties(), marks_of(case)
    return tuple(
        _side(case, party, party in own, marks.get(party, ()))
        for party in sorted(case.standing.parties, key=lambda p: (p not in own, p))
    )


def _side(case: OpenCase, party: int, own: bool, marks: Marks) -> SideView:
    seen = own or all(case.sees(team.key, "read", party) for team in case.artefacts_of("team"))
    return SideView(
        party=party,
        name=case.names[party],
        own=own,
        withdrawn=party in case.standing.withdrawn,
        people=_people(case, party, own) if seen else (),
        why_not=None if seen else N_("Shown when %(party)s has confirmed its team.", party=PartyName(party)),
        conflicts=_conflicts(case, party, marks),
    )


def _conflicts(case: OpenCase, party: int, found: Marks) -> Marks | None:
    """() where a side has said that there is none; None where that is not the reader's to know, or not said yet."""
    answers = (d for d in case.artefacts_of("decision") if "conflict" in case.data(d.key, party))
    if found or any(case.sees(decision.key, "read", party) for decision in answers):
        return found
    return None


def _people(case: OpenCase, party: int, own: bool) -> tuple[PersonView, ...]:
    order = {key: place for place, key in enumerate(case.workflow.functions)}
    seats = [seat for seat in case.rows.seats if seat.party == party]
    seats.sort(key=lambda seat: (order.get(seat.function, len(order)), seat.person.sort_key, seat.id))
    functions = _own_functions(case)
    return tuple(_person(case, seat, own, functions) for seat in seats)


def _own_functions(case: OpenCase) -> set[str]:
    """What the reader is opposite to: a function of the team, or the role of those who stand outside it."""
    return {
        seat.function or seat.role
        for seat in case.rows.seats
        if seat.party in case.actor.parties()
        and case.actor.person in (seat.person_id, _sitting_in(case, seat))
    }


def _person(case: OpenCase, seat: Seat, own: bool, functions: set[str]) -> PersonView:
    return PersonView(
        name=seat.person.name,
        title=case.workflow.functions.get(seat.function) or case.workflow.roles[seat.role].title,
        email=seat.person.email,
        phone=seat.person.phone,
        note=_deputy(case, seat),
        opposite=not own and (seat.function or seat.role) in functions,
        you=seat.person_id == case.actor.person,
    )


def _deputy(case: OpenCase, seat: Seat) -> Message | None:
    """Who stands in; or that nobody can be reached here any more."""
    if seat.deputy is None or seat.deputy.closed_at is not None or _sitting_in(case, seat) is None:
        return N_("The account is closed.") if seat.person.closed_at is not None else None
    until = case.house.calendar.day(seat.deputy_until or case.now)
    return N_("%(name)s stands in until %(day)s", name=seat.deputy.name, day=until)


def _sitting_in(case: OpenCase, seat: Seat) -> int | None:
    """The deputy who sits in the seat now."""
    deputy = deputy_of(seat)
    return deputy.person if deputy is not None and deputy.sits_in(case.now) else None
