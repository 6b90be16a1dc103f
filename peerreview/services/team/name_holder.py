"""The lead names somebody of a side's organisation for a role that nobody with an open account holds.

A side seats its own people; where the last who could is gone, nobody of it can. This opens then, and not before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...engine.turns.whose_turn import Vacancy, vacancies
from ...errors import N_, NotFound, Text
from ...store.review.reviews import Seat
from ..base.access import found_in
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.facts import TEAM_ROLES
from ..case.opening import OpenCase, looking
from ..deeds.change import changing
from ..frame.review_head import ReviewHead, head_of
from ..mail.deputy_mails import waits_for
from .seat_rules import known_people, of_other_sides, tell_seated

# What a seat is called in the team where its role has a function of its own.
COORDINATOR = "coordinator"


@dataclass(frozen=True)
class NamingForm:
    """`people`: (id, name and title) of those who can be named. (What is wanting stands in the head.)"""

    head: ReviewHead
    party: int
    organisation: str
    organisation_id: int
    roles: tuple[tuple[str, Text], ...]
    functions: tuple[tuple[str, Text], ...]
    people: tuple[tuple[int, str], ...]


def naming_form(house: House, *, actor: Account, review_id: int, party: int, now: datetime) -> NamingForm:
    """For the lead, where there is somebody to name; NotFound for others, and where nothing is wanting."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        wanting = _wanting(case, party)
        return NamingForm(
            head=head_of(case),
            party=party,
            organisation=case.names[party],
            organisation_id=case.rows.parties[party].organisation_id,
            roles=tuple((key, case.workflow.roles[key].title) for key in _roles(wanting)),
            functions=tuple(case.workflow.functions.items()),
            people=known_people(case, party, but=of_other_sides(case, party)),
        )


def name(
    house: House,
    *,
    actor: Account,
    review_id: int,
    party: int,
    person_id: int | None,
    role: str,
    function: str,
    now: datetime,
    real_now: datetime,
) -> str:
    """Seat somebody, and tell them; gives their name. Whoever is on the team already gets the role on their own seat.
    Raises Invalid (person, role, function), and NotFound as the form does."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        roles = _roles(_wanting(case, party))
        checks = Checks()
        checks.one_of("role", role, roles)
        function = _function(case, checks, role, function)
        known = dict(known_people(case, party, but=of_other_sides(case, party)))
        if person_id not in known:
            checks.faults["person"] = N_("Choose somebody from the list.")
        checks.stop()
        assert person_id is not None
        seat = _seated(case, party, person_id, role) or _new(case, party, person_id, role, function)
        _note(case, seat)
        if seat.person.password_hash is not None:
            case.session.flush()
            case.refresh()
            tell_seated(case, seat, real_now, waits_for(case, seat.id))
        return seat.person.name


def _wanting(case: OpenCase, party: int) -> list[Vacancy]:
    if ("lead", None) not in case.actor.roles:
        raise NotFound("only the lead names people for a side")
    found = [one for one in vacancies(case.case) if one.party == party and one.roles]
    if not found:
        raise NotFound(f"nothing is wanting on side {party}")
    return found


def _roles(wanting: list[Vacancy]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for one in wanting for key in one.roles))


def _function(case: OpenCase, checks: Checks, role: str, function: str) -> str:
    """Who leads a side is there for that; others on the team are there for something else."""
    functions = case.workflow.functions
    if role not in TEAM_ROLES or not functions:
        return ""
    if role == COORDINATOR and COORDINATOR in functions:
        return COORDINATOR
    return checks.one_of("function", function, tuple(functions))


def _seated(case: OpenCase, party: int, person_id: int, role: str) -> Seat | None:
    """The person's seat on the team, which now has the role; None where they have none of that sort."""
    for seat in case.rows.seats:
        same = (seat.role in TEAM_ROLES) == (role in TEAM_ROLES)
        if (seat.party, seat.person_id) == (party, person_id) and same:
            # What they are on the team for stays: the teams are compared by it.
            seat.role = role
            return seat
    return None


def _new(case: OpenCase, party: int, person_id: int, role: str, function: str) -> Seat:
    person = found_in(case.session, person_id, lock=True)
    seat = Seat(
        review_id=case.review.id,
        party=party,
        person_id=person_id,
        role=role,
        function=function,
        added_at=case.now,
        person=person,
    )
    seats = case.rows.all_seats
    case.session.add(seat)
    case.session.flush()
    seats.append(seat)
    return seat


def _note(case: OpenCase, seat: Seat) -> None:
    team = next(iter(case.artefacts_of("team")), None)
    case.note(
        "seated",
        artefact=team.key if team else "",
        party=seat.party,
        about_party=seat.party,
        state=case.state(team.key, seat.party) if team else "",
        data={"seat": seat.id, "person": seat.person_id, "role": seat.role, "function": seat.function},
    )
