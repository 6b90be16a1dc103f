"""Who sits for an organisation in a round: its coordinators and management contacts, as the register has them.

A round lasts half a year, and people come and go meanwhile: the lead lets the round follow the register."""

from __future__ import annotations

from datetime import datetime

from ...errors import N_, NotFound, Refused
from ...store.review.reviews import Seat
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..case.round_members import Place, wanted_of
from .round_case import changing_in


def follow_register(house: House, *, actor: Account, round_id: int, party: int, now: datetime) -> None:
    """Seat those that the register names now, and nobody else. Raises Refused where it names no coordinator."""
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        if party not in case.standing.parties:
            raise NotFound(f"party {party}")
        if not any(role == "coordinator" for _, role in wanted_of(case, party)):
            raise Refused(N_("the register names no coordinator of %(name)s", name=case.names[party]))
        follow(case, party)


def follow(case: OpenCase, party: int, *, told: bool = True) -> None:
    """The same within a deed; where the register names no coordinator everybody keeps their seat. `told`: the history
    has a line of it."""
    wanted, seated = wanted_of(case, party), _seated(case, party)
    if not any(role == "coordinator" for _, role in wanted) or wanted.keys() == seated.keys():
        return
    for place, seat in seated.items():
        if place not in wanted:
            seat.removed_at = case.now
    for person_id, role in wanted:
        if (person_id, role) not in seated:
            case.session.add(
                Seat(
                    review_id=case.review.id,
                    party=party,
                    person_id=person_id,
                    role=role,
                    function="coordinator" if role == "coordinator" else "",
                    added_at=case.now,
                )
            )
    if told:
        case.note("people_followed", artefact="interest", party=party, about_party=party)


def newcomers(case: OpenCase, party: int) -> tuple[str, ...]:
    """Those whom the register names and the round does not, or the other way round, by name."""
    wanted, seated = wanted_of(case, party), _seated(case, party)
    added = [person.name for place, person in wanted.items() if place not in seated]
    gone = [seat.person.name for place, seat in seated.items() if place not in wanted]
    return tuple(dict.fromkeys((*added, *gone)))


def _seated(case: OpenCase, party: int) -> dict[Place, Seat]:
    return {(seat.person_id, seat.role): seat for seat in case.rows.seats if seat.party == party}
