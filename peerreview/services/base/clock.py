"""The method's time: the real clock and, in the demo alone, as far ahead of it as the lead has moved it.

Sessions, links, retries and the heartbeat stay on the real clock (`real_now`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from ...errors import N_, Invalid, NotFound, Refused
from ...store.mail import gathered_mail
from ...store.mail import outbox as store
from ...store.mail.outbox import Clock
from ...store.mail.planned import ahead
from .house import Account, House

FURTHEST = 3660
_BACK = N_("The clock has been set already, and cannot go back.")
_AHEAD = N_("Choose a day that lies ahead: the clock cannot go back.")


def method_now(house: House, real_now: datetime) -> datetime:
    """What time it is for the method. Outside of the demo the database is not even asked."""
    if not house.settings.demo:
        return real_now
    with house.db.read() as session:
        clock = store.clock(session)
    return real_now + timedelta(seconds=clock.ahead if clock else 0)


def start_at(house: House, *, at: datetime, real_now: datetime) -> None:
    """Set a new demo's clock, to the day on which its example begins. Refused once it has been set."""
    if not house.settings.demo:
        raise NotFound
    with house.db.write() as session:
        if store.clock(session, lock=True) is not None:
            raise Refused(_BACK)
        session.add(Clock(id=1, ahead=(at - real_now) // timedelta(seconds=1)))
        # While the example was made, nothing told the two clocks apart.
        store.written_at(session, real_now)


def next_due(house: House, *, now: datetime) -> datetime | None:
    """When something happens next by itself: a planned mail, or a step that time begins or ends."""
    with house.db.read() as session:
        found = (
            store.next_planned(session, now),
            gathered_mail.next_due(session, now),
            store.next_wake(session, now),
        )
    return min((at for at in found if at is not None), default=None)


def move(
    house: House,
    *,
    actor: Account,
    days: int | None = None,
    to: date | datetime | None = None,
    real_now: datetime,
) -> datetime:
    """Move the demo's clock forward, by `days` or `to` a day (when its mails go) or instant; gives the new now.

    Raises NotFound outside of the demo, Refused for anyone but the lead, Invalid for what does not lie ahead:
    a clock that went back would put things that were done into the future."""
    if not house.settings.demo:
        raise NotFound
    if not actor.is_lead:
        raise Refused(N_("Only the project lead may move the clock."))
    with house.db.write() as session:
        clock = store.clock(session, lock=True)
        if clock is None:
            clock = Clock(id=1, ahead=0)
            session.add(clock)
        now = real_now + timedelta(seconds=clock.ahead)
        target = _by_days(now, days) if days is not None else _to(house, now, to)
        # Whole seconds, rounded up: what is due at the target's very instant is due then.
        clock.ahead -= -(target - now) // timedelta(seconds=1)
    return real_now + timedelta(seconds=clock.ahead)


def _by_days(now: datetime, days: int) -> datetime:
    _check("days", days)
    return now + timedelta(days=days)


def _to(house: House, now: datetime, to: date | datetime | None) -> datetime:
    calendar = house.calendar
    if to is None:
        raise Invalid(to=_AHEAD)
    if isinstance(to, datetime):
        target = to
    else:
        _check("to", (to - calendar.day(now)).days + 1)
        # In the middle of the night nothing would be seen to happen.
        target = calendar.start(to) + timedelta(hours=calendar.mail_hour, minutes=1)
    _check("to", -(-(target - now) // timedelta(days=1)))
    return target


def _check(field: str, days: int) -> None:
    """`days` ahead, a begun day counting as one."""
    if days <= 0:
        raise Invalid({field: _AHEAD})
    if days > FURTHEST:
        raise Invalid({field: N_("Choose at most %(days)s days ahead.", days=FURTHEST)})


def real_time(session: Session, now: datetime) -> datetime:
    """The real clock's instant for an instant of the method's time (they differ in the demo alone)."""
    return now - timedelta(seconds=ahead(session))
