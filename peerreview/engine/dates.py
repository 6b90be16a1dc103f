"""Dates: working days, weeks and months from a point (engine.md 25), and when a mail of a day goes."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Calendar:
    """Which days are worked, and the zone in which a day begins.

    `holidays`: public and de facto ones. `stop_weeks`: ISO weeks of the summer stop (none is worked).
    `mail_hour`: local hour at which reminders of a day go."""

    holidays: frozenset[date] = frozenset()
    stop_weeks: frozenset[int] = frozenset()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Stockholm"))
    mail_hour: int = 8

    @classmethod
    def of(cls, holidays: Iterable[date], stop_weeks: Iterable[int] = (), **more: object) -> Calendar:
        return cls(frozenset(holidays), frozenset(stop_weeks), **more)  # type: ignore[arg-type]

    def works(self, day: date) -> bool:
        return (
            day.weekday() < 5
            and day not in self.holidays
            and (not self.stop_weeks or day.isocalendar().week not in self.stop_weeks)
        )

    def add(self, day: date, working_days: int) -> date:
        """The `working_days`-th working day after `day` (before, if negative); 0 is the first worked on or after it."""
        step = timedelta(days=-1 if working_days < 0 else 1)
        if working_days == 0:
            return self.on_or_after(day)
        left = abs(working_days)
        while left:
            day += step
            if self.works(day):
                left -= 1
        return day

    def on_or_after(self, day: date) -> date:
        while not self.works(day):
            day += timedelta(days=1)
        return day

    def on_or_before(self, day: date) -> date:
        while not self.works(day):
            day -= timedelta(days=1)
        return day

    def day(self, instant: datetime) -> date:
        """The local day of an instant."""
        return instant.astimezone(self.zone).date()

    def start(self, day: date) -> datetime:
        """The instant at which the local day begins."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def end(self, day: date) -> datetime:
        """The instant at which the local day is over."""
        return self.start(day + timedelta(days=1))

    def mail_at(self, day: date) -> datetime:
        """When mails of `day` go; a day that is not worked passes them on to the next that is."""
        return datetime.combine(self.on_or_after(day), time(self.mail_hour), self.zone).astimezone(UTC)


def add_months(day: date, count: int) -> date:
    """The same day of the month `count` months on, or that month's last: 31 January + 1 = 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))
