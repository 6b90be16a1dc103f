"""Seats: appointing people to a side, changing what they are there, inviting them again.

Each deed is one transaction with its history. A seat of another side, or of another review, does not exist for
whoever asks; who may only read is told why they may not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ...errors import N_, Conflict, Invalid, NotFound, Refused
from ...store.people.people import Person, person_by_email, person_by_id
from ...store.review.reviews import Seat
from ..base.checks import Checks
from ..base.house import Account, House
from ..case import belonging
from ..case.belonging import Fit
from ..case.facts import TEAM_ROLES
from ..case.opening import OpenCase
from ..deeds.change import changing
from ..people import accounts
from . import ask_for_seat
from .seat_rules import (
    give_seat,
    is_mine,
    join,
    known_people,
    note,
    tell_seated,
    tell_unseated,
    writable,
    writing_for,
)
from .seats_page import is_only_ours, keeps_of

ROLES = ("member", "coordinator", "contact")
# Said alike of everybody who cannot be taken, so that nobody learns more of them than that.
NOT_HERE = N_(
    "This person cannot be on your team in this review: they belong to another side of it, or have another part in it. "
    "Talk with the project lead if you think that this is wrong."
)


@dataclass(frozen=True)
class Appointed:
    """What came of an appointment. `how`: seated; invited (and seated, an account was made for them); or asked, with
    their organisation, and not seated before all have said yes."""

    name: str
    how: Literal["seated", "invited", "asked"]


# ---- appointing


def appoint(
    house: House,
    *,
    actor: Account,
    review_id: int,
    person_id: int | None,
    name: str,
    email: str,
    role: str,
    function: str,
    now: datetime,
    real_now: datetime,
) -> Appointed:
    """Give somebody a seat on the actor's side: a known person of the organisation, or one by name and address,
    invited if they are new. Who belongs to another organisation is asked first, and so is that organisation."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        party = writing_for(case)
        checks = Checks()
        checks.one_of("role", role, tuple(key for key in ROLES if key in case.workflow.roles))
        function = _function(case, checks, role, function)
        if person_id is not None and (name.strip() or email.strip()):
            checks.faults["person"] = N_("Choose somebody from the list or write a new person, not both.")
        if person_id is None:
            checks.name("name", name)
            checks.email("email", email)
        checks.stop()
        field = "email" if person_id is None else "person"
        if person_id is not None:
            person, is_new = _chosen(case, party, person_id), False
        else:
            person, is_new = accounts.invite_in(
                case.session, house, name=name, email=email, by=actor, now=now, real_now=real_now
            )
        fit = belonging.fit(case, party, person)
        _may_sit(case, party, person, role, fit, field)
        if fit.how in ("asked", "chooses"):
            ask_for_seat.ask(case, party, person, role=role, function=function, fit=fit, field=field)
            return Appointed(person.name, "asked")
        ask_for_seat.leave(case, person, fit.held, by=actor)
        join(case, party, person, role, by=actor)
        seat = give_seat(case, party, person, role=role, function=function)
        if person.password_hash is not None:
            tell_seated(case, seat, real_now)
        return Appointed(person.name, "invited" if is_new else "seated")


def _function(case: OpenCase, checks: Checks, role: str, function: str) -> str:
    """The management contact stands outside the team and has none."""
    if role == "contact":
        return ""
    if not function:
        checks.faults["function"] = N_("Choose a function: the teams are compared by it.")
    elif function not in case.workflow.functions:
        checks.faults["function"] = N_("Choose one of the alternatives.")
    return function


def _chosen(case: OpenCase, party: int, person_id: int) -> Person:
    known = dict(known_people(case, party, but=set()))
    person = person_by_id(case.session, person_id, lock=True) if person_id in known else None
    if person is None:
        raise Invalid(person=N_("Choose somebody from the list."))
    return person


def _may_sit(case: OpenCase, party: int, person: Person, role: str, fit: Fit, field: str) -> None:
    if fit.how == "never":
        raise Invalid({field: NOT_HERE})
    for seat in case.rows.seats:
        same = (seat.role in TEAM_ROLES) == (role in TEAM_ROLES)
        if seat.party == party and seat.person_id == person.id and same:
            raise Invalid({field: N_("%(name)s already has a seat here.", name=person.name)})


# ---- changing and removing


def change_seat(
    house: House,
    *,
    actor: Account,
    review_id: int,
    seat_id: int,
    role: str,
    function: str,
    seen: str,
    now: datetime,
) -> None:
    """Another function, or coordinator instead of member and back. `seen`: "role/function" as the form showed
    them; Conflict where somebody has changed them since."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        seat = writable(case, seat_id)
        if seat.role not in TEAM_ROLES:
            raise NotFound("a contact has no function")
        checks = Checks()
        checks.one_of("role", role, TEAM_ROLES)
        function = _function(case, checks, role, function)
        keeps = keeps_of(case, seat)
        if keeps and role != "coordinator":
            checks.faults["role"] = keeps
        checks.stop()
        if seen != f"{seat.role}/{seat.function}":
            raise Conflict(N_("somebody else has changed this person's function meanwhile; look again"))
        if (seat.role, seat.function) == (role, function):
            return
        before = {"role": seat.role, "function": seat.function}
        seat.role, seat.function = role, function
        note(case, "seat_changed", seat, before=before)


def remove(
    house: House, *, actor: Account, review_id: int, seat_id: int, now: datetime, real_now: datetime
) -> bool:
    """Take somebody off the side; what they have written stays. True where the actor has no part in the review
    any longer. Never the last coordinator."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        seat = writable(case, seat_id)
        keeps = keeps_of(case, seat)
        if keeps:
            raise Refused(keeps)
        seat.removed_at = case.now
        note(case, "unseated", seat)
        if seat.person.password_hash is not None and not is_mine(case, seat):
            tell_unseated(case, seat, real_now)
        return not actor.is_lead and not any(
            actor.person_id in (s.person_id, s.deputy_id) for s in case.rows.seats
        )


# ---- those who have not logged in yet


def invite_again(
    house: House, *, actor: Account, review_id: int, seat_id: int, now: datetime, real_now: datetime
) -> str:
    """Send the invitation once more; returns the address."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        person = _person_of(case, writable(case, seat_id))
        accounts.send_invitation_in(case.session, house, person=person, by=actor, now=now, real_now=real_now)
        return person.email


def correct_address(
    house: House,
    *,
    actor: Account,
    review_id: int,
    seat_id: int,
    email: str,
    now: datetime,
    real_now: datetime,
) -> None:
    """Mend the address of somebody who has not logged in yet, and invite them there.

    Only where nobody else has anything to do with them: who could turn the address of somebody whom another
    side or organisation has invited could take over what is theirs."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        seat = writable(case, seat_id)
        if not is_only_ours(case, seat):
            raise Refused(
                N_("others have to do with this account too; the project lead can correct its address")
            )
        checks = Checks()
        email = checks.email("email", email)
        checks.stop()
        person = _person_of(case, seat)
        other = person_by_email(case.session, email)
        if other is not None and other.id != person.id:
            raise Invalid(
                email=N_(
                    "Somebody already has an account with this address. "
                    "Remove this person and appoint the right one by the address."
                )
            )
        accounts.correct_address_in(
            case.session, house, person=person, email=email, by=actor, now=now, real_now=real_now
        )
        note(case, "address_corrected", seat)


def _person_of(case: OpenCase, seat: Seat) -> Person:
    person = person_by_id(case.session, seat.person_id, lock=True)
    assert person is not None
    return person
