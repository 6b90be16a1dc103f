"""Dates: working days, weeks and months from a point (engine.md 25), and when a mail of a day goes."""

from __future__ import annotations

import calendar as months
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ...errors import N_, Message, RoughDay, Text


@dataclass(frozen=True)
class Fuzzy:
    """A date that is no day: a month (`part` 1 to 12), a term (1 spring, 2 autumn) or a year. Written "2027-03",
    "2027-vt", "2027-ht", "2027"."""

    year: int
    unit: str = "year"
    part: int = 0

    @property
    def first(self) -> date:
        if self.unit == "term":
            return date(self.year, 1 if self.part == 1 else 7, 1)
        return date(self.year, self.part or 1, 1)

    @property
    def last(self) -> date:
        """The last day of it; it is due on the last that is worked (engine.md 25)."""
        months_long = {"month": 1, "term": 6, "year": 12}[self.unit]
        return add_months(self.first, months_long) - timedelta(days=1)

    def isoformat(self) -> str:
        if self.unit == "month":
            return f"{self.year}-{self.part:02}"
        return f"{self.year}-{('vt', 'ht')[self.part - 1]}" if self.unit == "term" else str(self.year)


_MONTHS = (
    ("januari", "January"), ("februari", "February"), ("mars", "March"), ("april", "April"), ("maj", "May"),
    ("juni", "June"), ("juli", "July"), ("augusti", "August"), ("september", "September"),
    ("oktober", "October"), ("november", "November"), ("december", "December"),
)  # fmt: skip
MONTHS = tuple(Text.of({"sv": sv, "en": en}) for sv, en in _MONTHS)


def by_the_end(at: Fuzzy) -> Message:
    """As a day by which something is due."""
    if at.unit == "month":
        return N_("the end of %(month)s %(year)s", month=MONTHS[at.part - 1], year=at.year)
    if at.unit == "term":
        term = (
            N_("the end of the spring term %(year)s")
            if at.part == 1
            else N_("the end of the autumn term %(year)s")
        )
        return Message(term.text, (("year", at.year),))
    return N_("the end of %(year)s", year=at.year)


def roughly(day: date, kept: str) -> date:
    """A day by which something is due, with what it was agreed as ("" for a day)."""
    at = when(kept) if kept else day
    return RoughDay.of(day, by_the_end(at), kept) if isinstance(at, Fuzzy) else day


def when(text: str) -> date | Fuzzy:
    """A date as it is kept: a day (2027-03-31), or one that is no day. Raises ValueError."""
    found = _FUZZY.fullmatch(text)
    if found is None:
        return date.fromisoformat(text)
    year, part = int(found[1]), found[2]
    if part is None:
        return Fuzzy(year)
    if part in ("vt", "ht"):
        return Fuzzy(year, "term", ("vt", "ht").index(part) + 1)
    if not 1 <= int(part) <= 12:
        raise ValueError(text)
    return Fuzzy(year, "month", int(part))


# The local hour from which mail goes that the clock brings about.
OPENS = 7
_FUZZY = re.compile(r"([0-9]{4})(?:-(vt|ht|[0-9]{2}))?")


@dataclass(frozen=True)
class Calendar:
    """Which days are worked, and the zone in which a day begins.

    `holidays`: public and de facto ones. `stop_weeks`: ISO weeks of the summer stop (none is worked).
    `mail_hour`: local hour at which reminders of a day go. `late`: how many working days late people are reminded
    again, and then weekly until `late_weeks` have gone (engine.md 53)."""

    holidays: frozenset[date] = frozenset()
    stop_weeks: frozenset[int] = frozenset()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Stockholm"))
    mail_hour: int = 8
    late: tuple[int, ...] = ()
    late_weeks: int = 12

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

    def due(self, at: date | Fuzzy) -> date:
        """The day by which something is due: itself, or the last that is worked of a month, a term or a year."""
        return roughly(self.on_or_before(at.last), at.isoformat()) if isinstance(at, Fuzzy) else at

    def day(self, instant: datetime) -> date:
        """The local day of an instant."""
        return instant.astimezone(self.zone).date()

    def start(self, day: date) -> datetime:
        """The instant at which the local day begins."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def end(self, day: date) -> datetime:
        """The instant at which the local day is over."""
        return self.start(day + timedelta(days=1))

    def opens(self, now: datetime) -> datetime:
        """From when on mail goes that nobody's deed but the clock has brought about: `now` on a working day from seven
        o'clock, else seven o'clock on the next (engine.md 28)."""
        day = self.day(now)
        then = datetime.combine(self.on_or_after(day), time(OPENS), self.zone).astimezone(UTC)
        return max(now, then)

    def mail_at(self, day: date) -> datetime:
        """When mails of `day` go; a day that is not worked passes them on to the next that is."""
        return datetime.combine(self.on_or_after(day), time(self.mail_hour), self.zone).astimezone(UTC)


def add_months(day: date, count: int) -> date:
    """The same day of the month `count` months on, or that month's last: 31 January + 1 = 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))
