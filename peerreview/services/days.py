"""Why a day is not worked, in words: the holiday by its name, the summer stop by its weeks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

from ..engine.dates import Calendar
from ..errors import N_, Message, Text


def why_free(calendar: Calendar, day: date) -> Message | None:
    """What day it is that nobody works on it; None where people do, and at a weekend, which its name says."""
    if calendar.works(day) or day.weekday() >= 5:
        return None
    name = _names(day.year).get(day)
    if day in calendar.holidays and name is not None:
        return N_("%(day)s is a day off: %(name)s", day=day, name=name)
    if day.isocalendar().week in calendar.stop_weeks:
        return N_("%(day)s lies in the summer stop, %(weeks)s", day=day, weeks=stop_said(calendar))
    return None


def stop_said(calendar: Calendar) -> Message:
    return N_("weeks %(first)s to %(last)s", first=min(calendar.stop_weeks), last=max(calendar.stop_weeks))


def working_days(calendar: Calendar, first: date, last: date) -> int:
    """How many days are worked after `first` up to and with `last`."""
    days = range(first.toordinal() + 1, last.toordinal() + 1)
    return sum(calendar.works(date.fromordinal(number)) for number in days)


def stop_between(calendar: Calendar, first: date, last: date) -> bool:
    """Whether some of the summer stop lies between the two."""
    days = range(first.toordinal(), last.toordinal() + 1)
    return any(date.fromordinal(number).isocalendar().week in calendar.stop_weeks for number in days)


@lru_cache(maxsize=16)
def _names(year: int) -> Mapping[date, Text]:
    """The holidays of a year, in law and in fact, by both their names."""
    languages = {"sv": "sv", "en": "en_US"}
    called = {
        language: holidays.country_holidays(
            "SE", categories=("public", "de_facto"), years=year, language=theirs
        )
        for language, theirs in languages.items()
    }
    return {day: Text.of({"sv": _small(called["sv"][day]), "en": called["en"][day]}) for day in called["sv"]}


def _small(name: str) -> str:
    """As Swedish writes it within a sentence: midsommarafton, but Kristi himmelsfärdsdag."""
    return name if name.startswith("Kristi") else name[:1].lower() + name[1:]
