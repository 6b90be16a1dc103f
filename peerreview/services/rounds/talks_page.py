"""The lead's talk with an organisation of a round, and its people, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ...errors import NotFound, Text
from ...store.review import rounds as store
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..frame.panels import Button
from ..frame.round_head import RoundHead, head_of_round, place_of
from ..turns import turns
from . import round_people
from .interest_page import WantedView, answer_of
from .round_case import looking_in
from .round_time import time_button


@dataclass(frozen=True)
class Person:
    name: str
    role: Text
    email: str
    phone: str


@dataclass(frozen=True)
class OrganisationView:
    """One organisation of a round, for the lead. `state`: of its answer; `talk`: open or held; `number`: of the
    version that the form begins from; `newcomers`: whom the register has otherwise than the round; `to_hold`: the
    talk can be said to be done; `silent`: it has not answered; `due`: by when it is to; `more_time`: to give
    it longer."""

    head: RoundHead
    party: int
    organisation_id: int
    name: str
    state: str
    answer: WantedView | None
    people: tuple[Person, ...]
    newcomers: tuple[str, ...]
    note: str
    expectations: str
    number: int
    talk: str
    to_hold: bool
    silent: bool
    taking_part: bool
    due: date | None
    late: bool
    more_time: Button | None


def organisation(
    house: House, *, actor: Account, round_id: int, party: int, now: datetime
) -> OrganisationView:
    """For the lead; NotFound for all others, and for a party that there is not."""
    with looking_in(house, round_id=round_id, actor=actor, now=now) as case:
        if not actor.is_lead or party not in case.standing.parties:
            raise NotFound(f"party {party}")
        row = store.dialogues(case.session, round_id).get(party)
        turn = next((t for t in turns.turns(case) if t.party == party and "say" in t.step.actions), None)
        return OrganisationView(
            head=head_of_round(case),
            party=party,
            organisation_id=case.rows.parties[party].organisation_id,
            name=case.names[party],
            state=case.state("interest", party),
            answer=answer_of(case, store.interests(case.session, round_id).get(party)),
            people=_people(case, party),
            newcomers=() if case.standing.ended else round_people.newcomers(case, party),
            note=row.note if row else "",
            expectations=row.expectations if row else "",
            number=row.number if row else 0,
            talk=case.state("dialogue", party),
            to_hold=place_of(case, "held", party) is not None,
            silent=place_of(case, "close", party) is not None,
            taking_part=party in case.standing.taking_part,
            due=turn.due if turn else None,
            late=turn.late if turn else False,
            more_time=time_button(case, party),
        )


def _people(case: OpenCase, party: int) -> tuple[Person, ...]:
    return tuple(
        Person(seat.person.name, case.workflow.roles[seat.role].title, seat.person.email, seat.person.phone)
        for seat in case.rows.seats
        if seat.party == party
    )
