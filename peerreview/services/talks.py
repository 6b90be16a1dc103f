"""The lead's talk with each interested organisation: a note that stays the lead's own, and the expectations agreed,
which the organisation reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ..errors import N_, Conflict, NotFound, Text
from ..store import rounds as store
from ..store.rounds import Dialogue
from . import round_people, turns
from .cases import OpenCase
from .checks import Checks
from .deeds import fire
from .house import Account, House
from .interests import WantedView, answer_of
from .panels import Button
from .round_heads import RoundHead, changing_in, do_of, head_of_round, looking_in, place_of
from .round_time import time_button

MOST = 8000


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


def save_talk(
    house: House,
    *,
    actor: Account,
    round_id: int,
    party: int,
    note: str,
    expectations: str,
    seen: int,
    held: bool = False,
    now: datetime,
) -> None:
    """Keep the note and the expectations; `held`: and say that the talk is done. Raises Invalid, Refused, Conflict."""
    checks = Checks()
    note = checks.text("note", note, most=MOST)
    expectations = checks.text("expectations", expectations, most=MOST)
    checks.stop()
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        if party not in case.standing.parties:
            raise NotFound(f"party {party}")
        case.require("notes", "write", party)
        row = store.dialogues(case.session, round_id).get(party)
        if (row.number if row else 0) != seen:
            raise Conflict(
                N_("another text was saved since you began"), theirs=row.note if row else "", mine=note
            )
        if row is None or (row.note, row.expectations) != (note, expectations):
            _add(case, party, row, note, expectations)
        if held:
            fire(case, do_of(case, "held", party))


def close(house: House, *, actor: Account, round_id: int, parties: tuple[int, ...], now: datetime) -> int:
    """The round waits no longer for the answers of these; gives how many it waited for. Raises Refused."""
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        waited = [party for party in parties if place_of(case, "close", party) is not None]
        for party in waited:
            fire(case, do_of(case, "close", party))
        return len(waited)


def expectations_of(case: OpenCase, party: int) -> str | None:
    """What was agreed with a party, for whoever may read it; None where there is nothing for them."""
    if not case.sees("dialogue", "read", party):
        return None
    row = store.dialogues(case.session, case.review.id).get(party)
    return row.expectations if row else ""


def _people(case: OpenCase, party: int) -> tuple[Person, ...]:
    return tuple(
        Person(seat.person.name, case.workflow.roles[seat.role].title, seat.person.email, seat.person.phone)
        for seat in case.rows.seats
        if seat.party == party
    )


def _add(case: OpenCase, party: int, row: Dialogue | None, note: str, expectations: str) -> None:
    """A line of history for each of the two that changed: the lead's note is nobody else's."""
    assert case.account is not None
    case.session.add(
        Dialogue(
            review_id=case.review.id,
            party=party,
            number=(row.number if row else 0) + 1,
            note=note,
            expectations=expectations,
            saved_at=case.now,
            saved_by=case.account.person_id,
        )
    )
    if note != (row.note if row else ""):
        case.note("notes_kept", artefact="notes", party=party, about_party=party, state="open")
    if expectations != (row.expectations if row else ""):
        state = case.state("dialogue", party)
        case.note("talk_saved", artefact="dialogue", party=party, about_party=party, state=state)
