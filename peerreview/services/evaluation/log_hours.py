"""Hours: each logs their own, the team sees its rows, the lead sums by step and function."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from ...errors import N_, NotFound
from ...store.artefacts import evaluations as store
from ...store.artefacts.evaluations import Hours
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..deeds.change import changing
from .hours_page import artefact_of, steps_of

# Preparations may have begun before the lead wrote the review down.
BEFORE = timedelta(days=90)
MOST_A_DAY = 24


def log_hours(
    house: House, *, actor: Account, review_id: int, day: str, step: str, spent: str, now: datetime
) -> float:
    """Note own hours on one day; gives them as a number. Raises Refused, Invalid (day, step, hours)."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        own = _own_side(case)
        checks = Checks()
        on = checks.day("day", day, missing=N_("Write the day, such as 2026-03-06."))
        if on is not None:
            _check_day(case, checks, on)
        checks.one_of("step", step, tuple(key for key, _ in steps_of(case)))
        amount = hours_typed(checks, "hours", spent, most=MOST_A_DAY)
        if amount is None or amount == 0:
            checks.faults.setdefault("hours", N_("Write how many hours, such as 2 or 1.5."))
        checks.stop()
        assert amount is not None
        case.session.add(
            Hours(
                review_id=review_id,
                person_id=actor.person_id,
                party=own,
                function=function_of(case, actor.person_id),
                step=step,
                day=on,
                hours=amount,
                noted_at=now,
            )
        )
        return amount


def strike_hours(house: House, *, actor: Account, review_id: int, row_id: int, now: datetime) -> None:
    """Strike out a row of one's own. NotFound for anybody else's."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        own = _own_side(case)
        row = store.hours_row(case.session, review_id, row_id)
        if row is None or (row.person_id, row.party) != (actor.person_id, own):
            raise NotFound(f"hours {row_id}")
        row.struck_at = row.struck_at or now


def hours_typed(checks: Checks, field: str, text: str, *, most: int) -> float | None:
    """Hours as people type them ("1,5", "1.5"), to the hundredth; None where empty, or wrong."""
    typed = "".join(text.split()).replace(",", ".")
    if not typed:
        return None
    try:
        amount = Decimal(typed) if len(typed) < 12 and typed.isascii() else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= most:
        checks.faults[field] = N_(
            "Write the hours as a number from 0 to %(most)s, such as 2 or 1.5.", most=most
        )
        return None
    return float(round(amount, 2))


def _own_side(case: OpenCase) -> int:
    key, own = artefact_of(case).key, case.own_party()
    case.require(key, "write", own)
    assert own is not None
    return own


def _check_day(case: OpenCase, checks: Checks, on: date) -> None:
    today = case.house.calendar.day(case.now)
    first = case.house.calendar.day(case.review.created_at) - BEFORE
    if on > today:
        checks.faults["day"] = N_("Write a day that has been: today or earlier.")
    elif on < first:
        checks.faults["day"] = N_(
            "That is long before the review began. Write a day from %(first)s on.", first=first
        )


def function_of(case: OpenCase, person_id: int) -> str:
    """The function of the seat that somebody sits on, as a deputy too."""
    own = case.own_party()
    for seat in case.rows.seats:
        if seat.party == own and person_id in (seat.person_id, seat.deputy_id):
            return seat.function
    return ""
