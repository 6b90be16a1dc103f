"""Away until a day: somebody stands in on all my seats, and no mail comes to me that can wait.

Each seat's deputy is a deed in its review, in a transaction of its own; the pause itself comes last. Who is stopped
in between has deputies and no pause, and does it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from ...errors import N_, Message
from ...store.case import cases as case_store
from ...store.lists import overview
from ...store.people.people import Person
from ...store.review.reviews import Seat
from ..base.access import found_in
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.opening import OpenCase, opened_many
from ..mail.digests import reschedule
from ..turns.wording import review_title
from . import appoint_deputy
from .seat_rules import known_people


@dataclass(frozen=True)
class _Mine:
    """A seat of mine in a review that runs: who could stand in, and until when somebody does."""

    review_id: int
    seat_id: int
    review: str
    known: tuple[tuple[int, str], ...]
    covered: tuple[datetime, datetime] | None


def stand_ins(house: House, *, actor: Account, now: datetime) -> tuple[tuple[int, str], ...] | None:
    """Who could stand in for me everywhere, in Swedish order; None where I have no seat that needs it."""
    with house.db.read() as session:
        mine = list(_mine(house, session, actor, now))
    if not mine:
        return None
    everywhere = set.intersection(*({person for person, _ in one.known} for one in mine))
    return tuple((person, name) for person, name in mine[0].known if person in everywhere)


def go_away(
    house: House, *, actor: Account, until: str, person_id: int | None, now: datetime, real_now: datetime
) -> date:
    """From today `until` that day mail waits for me, and the person stands in on each seat of mine that has no
    deputy for those days. Raises Invalid (until, person). Gives the last day."""
    checks, today = Checks(), house.calendar.day(now)
    last = checks.day("until", until, missing=N_("Write the last day."))
    if last is not None and last < today:
        checks.faults["until"] = N_("This day has been. Write a day that lies ahead.")
    elif last is not None and last - today > appoint_deputy.LONGEST_ABSENCE:
        checks.faults["until"] = N_("A deputy stands in for a year at most.")
    checks.stop()
    assert last is not None
    with house.db.read() as session:
        without = [one for one in _mine(house, session, actor, now) if not _covers(house, one, last, now)]
        if fault := _fault(session, without, person_id, today):
            checks.faults["person"] = fault
    checks.stop()
    for one in without:
        appoint_deputy.name_deputy(
            house,
            actor=actor,
            review_id=one.review_id,
            seat_id=one.seat_id,
            person_id=person_id,
            since=today.isoformat(),
            until=last.isoformat(),
            now=now,
            real_now=real_now,
        )
    _set(house, actor, last, now)
    return last


def come_back(house: House, *, actor: Account, now: datetime) -> None:
    """I am here again: mail comes, and those who stood in for as long as I was to be away do so no longer."""
    with house.db.read() as session:
        away = found_in(session, actor.person_id).away_until
        mine = list(_mine(house, session, actor, now)) if away is not None else []
    for one in mine:
        if away is not None and one.covered and one.covered[1] == _last_second(house, away):
            appoint_deputy.end_deputy(
                house, actor=actor, review_id=one.review_id, seat_id=one.seat_id, now=now
            )
    _set(house, actor, None, now)


def _set(house: House, actor: Account, last: date | None, now: datetime) -> None:
    with house.db.write() as session:
        person = found_in(session, actor.person_id, lock=True)
        person.away_until = last
        reschedule(session, house, person, now)


def _mine(house: House, session: Session, actor: Account, now: datetime) -> Iterator[_Mine]:
    ids = overview.running(session, case_store.reviews_of(session, actor.person_id, now))
    for case in opened_many(house, session, ids, account=actor, now=now):
        for seat in case.rows.seats:
            if seat.person_id == actor.person_id:
                yield _of(case, seat)


def _of(case: OpenCase, seat: Seat) -> _Mine:
    covered = None
    if seat.deputy_id is not None and seat.deputy_from is not None and seat.deputy_until is not None:
        covered = seat.deputy_from, seat.deputy_until
    known = known_people(case, seat.party, but={seat.person_id})
    return _Mine(case.review.id, seat.id, review_title(case.names), known, covered)


def _covers(house: House, one: _Mine, last: date, now: datetime) -> bool:
    return one.covered is not None and one.covered[0] <= now and one.covered[1] >= _last_second(house, last)


def _last_second(house: House, day: date) -> datetime:
    return house.calendar.end(day) - timedelta(seconds=1)


def _fault(session: Session, seats: list[_Mine], person_id: int | None, today: date) -> Message | None:
    if not seats:
        return None
    found = session.get(Person, person_id) if person_id is not None else None
    for one in seats:
        if found is None or found.id not in dict(one.known):
            if found is None or not any(found.id in dict(other.known) for other in seats):
                return N_("Choose who stands in for you.")
            return N_(
                "%(name)s cannot stand in for you in the review %(review)s. Choose somebody else, "
                "or name a deputy there first.",
                name=found.name,
                review=one.review,
            )
    assert found is not None
    if found.away_until is not None and found.away_until >= today:
        return N_("%(name)s is away too. Choose somebody else.", name=found.name)
    return None
