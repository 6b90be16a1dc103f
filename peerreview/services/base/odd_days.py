"""Days and times that raise an eyebrow: one place says which, for every form in which one is typed.

They can be meant, so nothing of it is refused: the form comes back with what was typed and asks, and a tick says that
it is meant (`Checks.doubt`). What cannot be (a day that has been, an hour that there is not) is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ...engine.running.dates import Calendar
from ...errors import N_, Message
from .checks import Checks
from .free_days import why_free

# Whoever types a day this far away has often mistaken the year.
FAR = timedelta(days=548)
LONG_AGO = timedelta(days=366)
EARLY, LATE = time(7), time(20)
LONG = timedelta(hours=10)


def ask_day(
    checks: Checks,
    field: str,
    day: date,
    calendar: Calendar,
    today: date,
    *,
    worked: bool = True,
    soon: bool = False,
    long_ago: timedelta | None = LONG_AGO,
    later: bool = False,
) -> None:
    """Ask about `day` where it is odd. `worked`: a day on which nobody works is; `soon`: today and tomorrow are;
    `long_ago`: what was longer ago than this. `later`: an earlier day would not do."""
    free = nearest_worked(day, calendar, day if later else today) if worked else None
    odd = next(_odd(day, today, free, soon=soon, long_ago=long_ago), None)
    if odd is not None:
        checks.doubt(field, odd, day.isoformat())


def _odd(
    day: date, today: date, free: Message | None, *, soon: bool, long_ago: timedelta | None
) -> Iterator[Message]:
    if day > today + FAR:
        yield N_(
            "%(day)s is more than %(months)s months ahead. Is the year right?", day=day, months=FAR.days // 30
        )
    if long_ago is not None and day < today - long_ago:
        yield N_("%(day)s was more than a year ago. Is the year right?", day=day)
    if free is not None:
        yield free
    if soon and day == today:
        yield N_("That is today already. Is there time enough?")
    if soon and day == today + timedelta(days=1):
        yield N_("That is tomorrow already. Is there time enough?")


def nearest_worked(day: date, calendar: Calendar, today: date) -> Message | None:
    """Why nobody works on a day, and the nearest day from `today` on on which people do; None where they do."""
    if calendar.works(day):
        return None
    earlier, later = calendar.on_or_before(day), calendar.on_or_after(day)
    nearest = earlier if today <= earlier and day - earlier < later - day else later
    if why := why_free(calendar, day):
        return N_("%(why)s. The nearest working day is %(nearest)s.", why=why, nearest=nearest)
    return N_("%(day)s is not a working day. The nearest one is %(nearest)s.", day=day, nearest=nearest)


def check_hours(
    checks: Checks, day: date, start: time | None, until: time | None, zone: ZoneInfo, *, now: datetime | None
) -> None:
    """Refuse an hour (`time`, `until`) that the day does not have, and ask about one that it has twice, one at night,
    and a day of many hours. `now`: the meeting is to come, and its hour too."""
    for field, at in (("time", start), ("until", until)):
        if at is not None:
            _check_hour(checks, field, day, at, zone)
    if start is None or {"time", "until"} & set(checks.faults):
        return
    if now is not None and datetime.combine(day, start, zone) < now and day == now.astimezone(zone).date():
        checks.doubt("time", N_("It is past this hour already."), start.isoformat())
    if until is not None and _length(day, start, until, zone) > LONG:
        checks.doubt(
            "until", N_("That is more than %(hours)s hours.", hours=LONG.seconds // 3600), until.isoformat()
        )


def _check_hour(checks: Checks, field: str, day: date, at: time, zone: ZoneInfo) -> None:
    local = datetime.combine(day, at, zone)
    clock = f"{at:%H:%M}"
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        checks.faults[field] = N_(
            "There is no %(clock)s on %(day)s: the clocks are put forward. Write another time.",
            clock=clock,
            day=day,
        )
    elif local.utcoffset() != local.replace(fold=1).utcoffset():
        words = N_(
            "%(clock)s comes twice on %(day)s, as the clocks are put back: the first is meant.",
            clock=clock,
            day=day,
        )
        checks.doubt(field, words, clock)
    elif at < EARLY or at > LATE:
        checks.doubt(
            field, N_("%(clock)s is early in the morning, or late in the evening.", clock=clock), clock
        )


def _length(day: date, start: time, until: time, zone: ZoneInfo) -> timedelta:
    first, last = (datetime.combine(day, at, zone).astimezone(UTC) for at in (start, until))
    return last - first
