"""Whoever sits in for somebody hears at once what waits for them: when they are named, or when their days begin."""

from __future__ import annotations

from datetime import datetime, timedelta

from ...engine.running.case import ACTIVE
from ...engine.running.flow import active
from ...engine.running.timing import due_date
from ...engine.turns.whose_turn import whose_turn
from ...errors import N_, Message
from ...rendering.mails import MailWords
from ...store.review.reviews import Seat
from ..base import clock
from ..case.opening import OpenCase, deputy_of
from ..turns import wording
from .put_in_outbox import enqueue

# Days are kept with their end: who sits in does so at that very instant too.
AN_INSTANT = timedelta(microseconds=1)


def waits_for(case: OpenCase, seat_id: int) -> tuple[Message, ...]:
    """What is the seat's turn now, with its date; without what its own person alone can do."""
    found: dict[Message, None] = {}
    for place in active(case.case):
        step = case.case.step(place)
        if case.standing.marks[place].state != ACTIVE or step.children or place[1].person is not None:
            continue
        if any(seat.id == seat_id for seat in whose_turn(case.case, place)):
            due = due_date(case.case, place)
            passed = due is not None and due < case.house.calendar.day(case.now)
            gone = N_("Yours to do: %(step)s. It should have been done %(due)s.", step=step.title, due=due)
            words = gone if passed else N_("Yours to do: %(step)s, by %(due)s.", step=step.title, due=due)
            found[words if due else N_("Yours to do: %(step)s.", step=step.title)] = None
    return tuple(found)


def next_change(case: OpenCase) -> datetime | None:
    """When the days of somebody who sits in begin next; or are over, where nobody with an open account has the seat
    then. None while the review rests, or has ended."""
    if case.standing.ended or case.standing.on_hold:
        return None
    found: list[datetime] = []
    for seat in case.rows.seated:
        deputy = None if seat.deputy_closed else deputy_of(seat)
        if deputy is not None and seat.party not in case.standing.withdrawn:
            found += (deputy.since, deputy.until + AN_INSTANT) if seat.closed else (deputy.since,)
    return min((at for at in found if at > case.now), default=None)


def tell_begun(case: OpenCase) -> None:
    """Tell those whose days have begun since the review was last looked at: it is woken for them."""
    woken = case.review.wake_at
    if woken is None or case.standing.ended or case.standing.on_hold:
        return
    actor = case.account.person_id if case.account else None
    for seat in case.case.seats:
        deputy = seat.deputy
        # Who has just been named has been told by that.
        begun = deputy is not None and woken <= deputy.since and deputy.sits_in(case.now)
        begun = begun and seat.party not in case.standing.withdrawn
        if begun and seat.person != actor:
            _tell(case, next(row for row in case.rows.seats if row.id == seat.id))


def _tell(case: OpenCase, seat: Seat) -> None:
    assert seat.deputy is not None
    if seat.deputy.closed_at is not None:
        return
    title = wording.title_of(case)
    enqueue(
        case.session,
        case.house,
        person=seat.deputy,
        kind="team",
        words=MailWords(
            subject=N_(
                "From today you stand in for %(name)s – %(review)s", name=seat.person.name, review=title
            ),
            why=wording.why(case, seat.deputy.id, seat.party),
            ask=waits_for(case, seat.id) or (N_("Nothing waits to be done just now."),),
            link=f"/reviews/{case.review.id}",
            button=N_("Open the review"),
            names=case.names,
        ),
        review_id=case.review.id,
        now=case.now,
        real_now=clock.real_time(case.session, case.now),
        # Nobody has done it but the clock (engine.md 28); who is named for today hears by that.
        wait=case.house.calendar.opens(case.now) - case.now,
    )
