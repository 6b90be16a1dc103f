"""Why a day is not worked, in words: the holiday by its name, the summer stop by its weeks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

import holidays

from ...engine.running.dates import MONTHS, Calendar, Fuzzy, add_months, when
from ...errors import N_, Message, Text


def said(text: str) -> date | Message:
    """An agreed date as it is said: its day, or "i mars 2027", "vårterminen 2027", "under 2027"."""
    found = when(text)
    return fuzzy_said(found) if isinstance(found, Fuzzy) else found


def fuzzy_said(found: Fuzzy) -> Message:
    if found.unit == "month":
        return N_("during %(month)s %(year)s", month=MONTHS[found.part - 1], year=found.year)
    if found.unit == "term":
        term = N_("the spring term %(year)s") if found.part == 1 else N_("the autumn term %(year)s")
        return Message(term.text, (("year", found.year),))
    return N_("during %(year)s", year=found.year)


def fuzzy_choices(today: date, months: int = 18, terms: int = 4, years: int = 3) -> tuple[Fuzzy, ...]:
    """What can be chosen where a day is not known: the coming months, terms and years."""
    begins = [add_months(today.replace(day=1), n) for n in range(months)]
    half = 2 if today.month > 6 else 1
    halves = [(today.year + (half - 1 + n) // 2, (half - 1 + n) % 2 + 1) for n in range(terms)]
    return (
        *(Fuzzy(day.year, "month", day.month) for day in begins),
        *(Fuzzy(year, "term", part) for year, part in halves),
        *(Fuzzy(today.year + n) for n in range(years)),
    )


def fuzzy_options(today: date, kept: Iterable[str]) -> tuple[tuple[str, Message], ...]:
    """(as it is kept, as it is said) of those, and of what is kept already and is no day."""
    now = [at for text in kept if text and isinstance(at := kept_date(text), Fuzzy)]
    choices = dict.fromkeys((*now, *fuzzy_choices(today)))
    return tuple((at.isoformat(), fuzzy_said(at)) for at in choices)


def kept_date(text: str) -> date | Fuzzy | None:
    """What was typed or kept, where it is a date of either sort."""
    try:
        return when(text)
    except ValueError:
        return None


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
