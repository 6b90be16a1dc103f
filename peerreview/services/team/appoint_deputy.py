"""Deputies: whoever is away names somebody who sits in for them, with all that the seat sees and may do."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ...errors import N_, PartyName, Refused
from ...store.people.people import person_by_id
from ..base.checks import Checks
from ..base.house import Account, House
from ..base.odd_days import ask_day
from ..case.belonging import team_key
from ..case.opening import OpenCase
from ..deeds.change import changing
from .seat_rules import deputies_of, is_mine, note, seat_of_mine, tell_deputy

LONGEST_ABSENCE = timedelta(days=366)


def name_deputy(
    house: House,
    *,
    actor: Account,
    review_id: int,
    seat_id: int,
    person_id: int | None,
    since: str,
    until: str,
    meant: str = "",
    now: datetime,
    real_now: datetime,
) -> str:
    """Somebody of one's organisation stands in for one's own seat, on the days from `since` to `until`."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        seat = seat_of_mine(case, seat_id)
        if not is_mine(case, seat):
            raise Refused(N_("everyone names the deputy for their own seat"))
        _still_running(case, seat.party)
        known = dict(deputies_of(case, seat))
        checks = Checks(meant)
        if person_id not in known:
            checks.faults["person"] = N_("Choose somebody from the list.")
        days = _days(case, checks, since, until)
        checks.stop()
        assert days is not None
        assert person_id is not None
        seat.deputy = person_by_id(case.session, person_id)
        seat.deputy_id = person_id
        seat.deputy_from = case.house.calendar.start(days[0])
        seat.deputy_until = case.house.calendar.end(days[1]) - timedelta(seconds=1)
        note(
            case, "deputy_named", seat, deputy=person_id, since=days[0].isoformat(), until=days[1].isoformat()
        )
        tell_deputy(case, seat, days, real_now)
        return known[person_id]


def end_deputy(house: House, *, actor: Account, review_id: int, seat_id: int, now: datetime) -> None:
    """The deputy stands in no longer: the seat's own person says so, or the side's coordinator."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        seat = seat_of_mine(case, seat_id)
        if not is_mine(case, seat):
            case.require(team_key(case), "write", seat.party)
        _still_running(case, seat.party)
        if seat.deputy_id is not None:
            note(case, "deputy_ended", seat, deputy=seat.deputy_id)
            seat.deputy = None
            seat.deputy_id = seat.deputy_from = seat.deputy_until = None


def _days(case: OpenCase, checks: Checks, since: str, until: str) -> tuple[date, date] | None:
    first = checks.day("since", since, missing=N_("Write the first day."))
    last = checks.day("until", until, missing=N_("Write the last day."))
    if first is None or last is None:
        return None
    if last < case.house.calendar.day(case.now):
        checks.faults["until"] = N_("This day has been. Write a day that lies ahead.")
    elif last < first:
        checks.faults["until"] = N_("The last day comes before the first.")
    elif last - first > LONGEST_ABSENCE:
        checks.faults["until"] = N_("A deputy stands in for a year at most.")
    else:
        calendar = case.house.calendar
        ask_day(checks, "since", first, calendar, calendar.day(case.now), worked=False)
    return first, last


def _still_running(case: OpenCase, party: int) -> None:
    if case.standing.ended:
        raise Refused(N_("the review has ended"))
    if party in case.standing.withdrawn:
        raise Refused(N_("%(party)s has withdrawn", party=PartyName(party)))
