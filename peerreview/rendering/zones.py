"""A zone's clock for calendars (VTIMEZONE, RFC 5545 3.6.5): two rules that hold for years, not a list of instants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Timezone, TimezoneDaylight, TimezoneStandard, vDatetime

# The rules of the European Union hold since then; a zone of another continent has had its own since before.
FIRST = 1997
YEARS = 40
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class _Change:
    """When the clock is put to another offset: by the wall clock that stood until then."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool

    @property
    def rule(self) -> tuple[int, int, int]:
        """Its month, which of the weekday in that month (-1 the last), and the weekday."""
        day = self.at.date()
        last = (day + timedelta(days=7)).month != day.month
        return day.month, -1 if last else (day.day - 1) // 7 + 1, day.weekday()


def add_zone(calendar: Calendar, name: str, first: date, last: date) -> None:
    """Say in `calendar` what the zone's clock is; by rules where it has the same two each year, else instant by instant
    from `first` to `last`."""
    found = _by_rules(name)
    if found is not None:
        calendar.subcomponents.insert(0, found)
    else:
        calendar.add_missing_timezones(first_date=first, last_date=last)


@lru_cache(maxsize=4)
def _by_rules(name: str) -> Timezone | None:
    zone = ZoneInfo(name)
    by_year = [tuple(_changes(zone, year)) for year in range(FIRST, FIRST + YEARS)]
    firsts = by_year[0]
    if len(firsts) not in (0, 2) or any(_rules(changes) != _rules(firsts) for changes in by_year):
        return None
    found = Timezone()
    found.add("tzid", name)
    if not firsts:
        start = datetime(FIRST, 1, 1, tzinfo=zone)
        offset = start.utcoffset() or timedelta()
        firsts = (_Change(start.replace(tzinfo=None), offset, offset, start.tzname() or name, False),)
    for change in firsts:
        found.add_component(_observance(change, repeats=len(firsts) == 2))
    return found


def _rules(changes: tuple[_Change, ...]) -> list[object]:
    return [(one.rule, one.at.time(), one.before, one.after) for one in changes]


def _observance(change: _Change, *, repeats: bool) -> TimezoneDaylight | TimezoneStandard:
    found = TimezoneDaylight() if change.summer else TimezoneStandard()
    # The wall clock that stood until then, without a zone: "02:00", when it becomes 03:00.
    found["DTSTART"] = vDatetime(change.at)
    found.add("tzoffsetfrom", change.before)
    found.add("tzoffsetto", change.after)
    found.add("tzname", change.name)
    if repeats:
        month, which, day = change.rule
        found.add("rrule", {"freq": "yearly", "bymonth": month, "byday": f"{which}{DAYS[day]}"})
    return found


def _changes(zone: ZoneInfo, year: int) -> Iterator[_Change]:
    """The changes of a year, to the hour: no clock is put at another minute."""
    at = datetime(year, 1, 1, tzinfo=UTC)
    before = _offset(at, zone)
    while at.year == year:
        day = at + timedelta(days=1)
        if _offset(day, zone) != before:
            while _offset(at, zone) == before:
                at += timedelta(minutes=30)
            local = at.astimezone(zone)
            wall = (at + before).replace(tzinfo=None)
            summer = bool(local.dst())
            yield _Change(wall, before, _offset(at, zone), local.tzname() or zone.key, summer)
            before = _offset(at, zone)
        at = day if at < day else at + timedelta(days=1)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
