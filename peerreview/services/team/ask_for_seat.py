"""Asking somebody who belongs to another organisation to sit for a side: they and their organisation say yes or no.

Until all have said yes the person has no part in the review and sees nothing of it; nobody's team counts them. Who
knows that they are asked: the side that asks, the lead, and those who are asked.
"""

from __future__ import annotations

from datetime import datetime

from ...errors import N_, Conflict, Invalid, NotFound
from ...store.people.people import Person, person_by_id
from ...store.review import seat_requests as store
from ...store.review.reviews import Seat
from ...store.review.seat_requests import WAITING, SeatAnswer, SeatRequest
from ..base.clock import real_time
from ..base.house import Account, House
from ..case import belonging
from ..case.belonging import Fit, team_key
from ..case.opening import OpenCase
from ..deeds.change import changing
from ..people.edit_people import leave_in
from . import seat_request_mails as mails
from .seat_rules import give_seat, join, note

# How long those who are asked have, in working days.
DAYS = 10
ANSWERED = N_("somebody has answered already, or the question has been taken back; look at how it stands")


def ask(
    case: OpenCase, party: int, person: Person, *, role: str, function: str, fit: Fit, field: str
) -> None:
    """Ask the person, and the organisations that they belong to, whether they may sit for `party`."""
    waiting = store.of_review(case.session, case.review.id, (party,))
    if any(one.person_id == person.id and one.state == WAITING for one in waiting):
        raise Invalid(
            {field: N_("%(name)s has been asked already, and has not answered yet.", name=person.name)}
        )
    assert case.account is not None
    calendar = case.house.calendar
    last = calendar.add(calendar.day(case.now), DAYS)
    request = SeatRequest(
        review_id=case.review.id,
        party=party,
        person_id=person.id,
        role=role,
        function=function,
        state=WAITING,
        asked_at=case.now,
        asked_by=case.account.person_id,
        expires_at=calendar.end(last),
        person=person,
    )
    request.answers = [SeatAnswer(organisation_id=one) for one in (None, *fit.organisations)]
    case.session.add(request)
    case.session.flush()
    _note(case, "seat_asked", request)
    mails.tell_asked(case, request, chooses=fit.how == "chooses")


def answer(house: House, *, actor: Account, request_id: int, yes: bool, now: datetime) -> None:
    """Say yes or no: for oneself, for the organisation that one speaks for, or for both where one is both. Raises
    NotFound for whoever is not asked, Conflict where it has been answered meanwhile."""
    with house.db.read() as session:
        found = store.request_by_id(session, request_id)
    if found is None:
        raise NotFound(f"request {request_id}")
    with changing(house, review_id=found.review_id, actor=None, now=now) as case:
        request = store.request_by_id(case.session, request_id)
        assert request is not None
        theirs = answerable(case, request, actor)
        if not theirs:
            raise NotFound(f"request {request_id}")
        mine = [one for one in theirs if one.said is None]
        if not is_open(request, now) or not mine or is_pointless(case, request):
            raise Conflict(ANSWERED)
        for one in mine:
            one.said, one.by, one.at = yes, actor.person_id, now
        _note(case, "seat_agreed" if yes else "seat_declined", request)
        if not yes:
            _end(case, request, "declined")
            mails.tell_declined(case, request, by_person=any(one.organisation_id is None for one in mine))
        elif all(one.said for one in request.answers):
            _accept(case, request, actor)


def withdraw(house: House, *, actor: Account, review_id: int, request_id: int, now: datetime) -> None:
    """Those who asked take the question back."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        request = store.request_by_id(case.session, request_id)
        own = case.actor.parties()
        if request is None or request.review_id != review_id or request.party not in own:
            raise NotFound(f"request {request_id}")
        case.require(team_key(case), "write", request.party)
        if not is_open(request, now):
            raise Conflict(ANSWERED)
        _note(case, "seat_unasked", request)
        _end(case, request, "withdrawn")
        mails.tell_withdrawn(case, request)


def run_out(house: House, *, now: datetime) -> None:
    """Questions that nobody has answered in time, and those of reviews that have ended and of sides that have left,
    are over."""
    with house.db.read() as session:
        due = store.run_out(session, now)
    for request_id, review_id in due:
        with changing(house, review_id=review_id, actor=None, now=now) as case:
            request = store.request_by_id(case.session, request_id)
            if request is None or request.state != WAITING:
                continue
            if is_pointless(case, request):
                _end(case, request, "void")
                mails.tell_void(case, request)
                continue
            _note(case, "seat_expired", request)
            _end(case, request, "expired")
            mails.tell_expired(case, request)


def is_pointless(case: OpenCase, request: SeatRequest) -> bool:
    """Whether there is no team any more that somebody could sit on."""
    return case.standing.ended is not None or request.party in case.standing.withdrawn


def is_open(request: SeatRequest, now: datetime) -> bool:
    return request.state == WAITING and request.expires_at > now


def answerable(case: OpenCase, request: SeatRequest, actor: Account) -> list[SeatAnswer]:
    """The answers that are this person's to give, those that have been given too."""
    asked = [one.organisation_id for one in request.answers if one.organisation_id is not None]
    speaking = store.speaks_for(case.session, asked)
    return [
        one
        for one in request.answers
        if (
            request.person_id == actor.person_id
            if one.organisation_id is None
            else actor.person_id in {person.id for person in speaking[one.organisation_id]}
            or (actor.is_lead and not speaking[one.organisation_id])
        )
    ]


# ---- what comes of it


def _accept(case: OpenCase, request: SeatRequest, last: Account) -> None:
    """All have said yes: the seat is given, if it still can be."""
    person = person_by_id(case.session, request.person_id, lock=True)
    assert person is not None
    fit = belonging.fit(case, request.party, person)
    sits = any(s.party == request.party and s.person_id == person.id for s in case.rows.seats)
    if fit.how == "never" or sits or person.closed_at is not None:
        _end(case, request, "void")
        if not sits:
            mails.tell_impossible(case, request)
        return
    leave(case, person, fit.held, by=last)
    if fit.how == "chooses":
        join(case, request.party, person, request.role, by=last)
    give_seat(case, request.party, person, role=request.role, function=request.function)
    _end(case, request, "accepted")
    for other in store.of_review(case.session, case.review.id, case.standing.parties):
        if other.person_id == person.id and other.state == WAITING:
            _end(case, other, "void")
            if other.party != request.party:
                mails.tell_impossible(case, other)
    mails.tell_accepted(case, request)


def leave(case: OpenCase, person: Person, held: tuple[Seat, ...], *, by: Account) -> None:
    """Give up the places of other sides that somebody had without belonging there; those sides are told."""
    for seat in held:
        if seat.person_id == person.id:
            seat.removed_at = case.now
            note(case, "unseated", seat)
        else:
            note(case, "deputy_ended", seat, deputy=seat.deputy_id)
            seat.deputy = None
            seat.deputy_id = seat.deputy_from = seat.deputy_until = None
    organisations = {case.rows.parties[seat.party].organisation_id for seat in held}
    for one in [m for m in person.memberships if m.by_seat and m.organisation_id in organisations]:
        leave_in(case.session, person, one, by=by, at=real_time(case.session, case.now))
        person.memberships.remove(one)
    case.session.flush()
    for party in sorted({seat.party for seat in held}):
        mails.tell_moved(case, party, person)


def _end(case: OpenCase, request: SeatRequest, state: str) -> None:
    request.state, request.ended_at = state, case.now
    case.session.flush()


def _note(case: OpenCase, deed: str, request: SeatRequest) -> None:
    """A line for the side that asks; the others learn no more than of any team that is not confirmed."""
    key = team_key(case)
    case.note(
        deed,
        artefact=key,
        party=request.party,
        about_party=request.party,
        state=case.artefact(key).kind.states[0],
        data={
            "request": request.id,
            "person": request.person_id,
            "role": request.role,
            "function": request.function,
        },
    )
