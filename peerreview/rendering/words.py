"""Words to show: messages in the reader's language, dates, spans of time, sizes, lists.

Dates are written in our own words and not by Babel, whose locale `sv` counts ISO weeks wrongly on 1,869
days of 2019-2033. All functions are pure; the reader's language and today's date come as arguments.
"""

from __future__ import annotations

import gettext
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from peerreview.errors import Message, PartyName, RoughDay, Text

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"

Names = Mapping[int, str]


class Wording(NamedTuple):
    """What a language needs for dates. `units`: (one, many) for days, weeks, months, years."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    week: str
    clock: str
    today: str
    tomorrow: str
    yesterday: str
    ahead: str
    ago: str
    units: tuple[tuple[str, str], ...]
    conjunction: str
    party: str
    comma: str
    byte: str


_SWEDISH = Wording(
    weekdays=("mån", "tis", "ons", "tors", "fre", "lör", "sön"),
    months=(
        "januari", "februari", "mars", "april", "maj", "juni",
        "juli", "augusti", "september", "oktober", "november", "december",
    ),
    week="v. {}", clock="{} kl. {:%H.%M}", today="i dag", tomorrow="i morgon", yesterday="i går",
    ahead="om {} {}", ago="för {} {} sedan",
    units=(("dag", "dagar"), ("vecka", "veckor"), ("månad", "månader"), ("år", "år")),
    conjunction="och", party="part {}", comma=",", byte="byte",
)  # fmt: skip
_ENGLISH = Wording(
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=(
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    week="week {}", clock="{} at {:%H:%M}", today="today", tomorrow="tomorrow", yesterday="yesterday",
    ahead="in {} {}", ago="{} {} ago",
    units=(("day", "days"), ("week", "weeks"), ("month", "months"), ("year", "years")),
    conjunction="and", party="party {}", comma=".", byte="bytes",
)  # fmt: skip


def wording(language: str) -> Wording:
    """English for English, Swedish for all others: Swedish is the house's first language."""
    return _ENGLISH if language.startswith("en") else _SWEDISH


# --- messages ---------------------------------------------------------------------------------------


@lru_cache
def catalogue(language: str, folder: Path = TRANSLATIONS) -> gettext.NullTranslations:
    """The compiled translations of a language; English (and what is not translated) is the key itself."""
    return gettext.translation("messages", folder, [language], fallback=True)


def say(value: Any, language: str, names: Names | None = None, today: date | None = None) -> str:
    """Whatever a page or mail may be asked to print, as words in `language`.

    `names` gives the organisations' names by party number. With `today`, dates of this year lack the year; RECORD in
    its place tells them as they are kept.
    A translation whose gaps do not fit must not take a page down: then the English stands.
    """
    if not isinstance(value, Message):
        return _value(value, language, names, today)
    translate = catalogue(language).gettext
    if not value.params:
        return translate(value.text)
    params = {key: _value(given, language, names, today) for key, given in value.params}
    try:
        return translate(value.text) % params
    except (KeyError, ValueError, TypeError):
        return value.text % params


def _value(value: Any, language: str, names: Names | None, today: date | None) -> str:
    match value:
        case None:
            return ""
        case Message():
            return say(value, language, names, today)
        case Text():
            return value.get(language)
        case PartyName():
            return (names or {}).get(value.party) or wording(language).party.format(value.party + 1)
        case datetime():
            return day_time(value, language, today=today, week=False)
        case date():
            return day(value, language, today=today, week=False)
        case list() | tuple():
            return join([_value(each, language, names, today) for each in value], language)
        case _:
            return str(value)


def join(words: Sequence[str], language: str) -> str:
    """As in "a", "a och b", "a, b och c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {wording(language).conjunction} {words[-1]}"


def sentence(text: str) -> str:
    """A reason of the engine ("the report is still empty") as a sentence that stands by itself."""
    whole = capital(text)
    return whole if not whole or whole[-1] in ".!?:…" else f"{whole}."


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- dates ------------------------------------------------------------------------------------------


class _Clock:
    """The wall clock of this process: one network, one zone."""

    zone = ZoneInfo("Europe/Stockholm")


def tell_time_in(zone: str) -> None:
    """From here on pages and mails say the time of this zone (the setting `time_zone`)."""
    _Clock.zone = ZoneInfo(zone)


def local(value: datetime) -> datetime:
    """An instant on the network's wall clock. A naive datetime is taken as UTC, as the store keeps it."""
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(_Clock.zone)


def day_of(value: date) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def month(value: str, language: str) -> str:
    """A month that is kept as "2027-03", in words: "mars 2027"."""
    year, _, number = value.partition("-")
    return f"{wording(language).months[int(number) - 1]} {year}"


# In the place of today: what is told is kept, or printed, and is read in another year. Days are then told as ISO 8601
# has them, with their weekday: "tis 2026-03-03".
RECORD = date.min


def day(value: date, language: str, *, today: date | None = None, week: bool = True) -> str:
    """As in "tis 3 mars, v. 10"; the year too when it is not this year (or this year is not known). What
    is no day, but a month, a term or a year: as that."""
    if isinstance(value, RoughDay) and value.said is not None:
        return say(value.said, language)
    words, that = wording(language), day_of(value)
    text = f"{words.weekdays[that.weekday()]} {that.day} {words.months[that.month - 1]}"
    if today == RECORD:
        text = f"{words.weekdays[that.weekday()]} {that.isoformat()}"
    elif today is None or day_of(today).year != that.year:
        text += f" {that.year}"
    return f"{text}, {words.week.format(that.isocalendar().week)}" if week else text


def brief_day(value: date, language: str, *, today: date) -> str:
    """Where there is little room: "4 jan", in another year "4 jan 2027"."""
    if isinstance(value, RoughDay) and value.said is not None:
        return say(value.said, language)
    that = day_of(value)
    if today == RECORD:
        return that.isoformat()
    text = f"{that.day} {wording(language).months[that.month - 1][:3]}"
    return text if day_of(today).year == that.year else f"{text} {that.year}"


def day_time(value: datetime, language: str, *, today: date | None = None, week: bool = False) -> str:
    """As in "tis 3 mars kl. 14.32"."""
    return wording(language).clock.format(day(value, language, today=today, week=week), local(value))


def clock(value: datetime, language: str) -> str:
    """The time alone: "14.32" in Swedish, "14:32" in English."""
    return format(local(value), "%H:%M" if wording(language) is _ENGLISH else "%H.%M")


def iso(value: date) -> str:
    """For machines and for date fields: 2026-03-03, or 2026-03-03T14:32+01:00."""
    return local(value).isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()


def relative(value: date, language: str, *, today: date) -> str:
    """As in "om 3 dagar", "för 2 veckor sedan": days up to two weeks, then whole weeks, months, years."""
    words, days = wording(language), (day_of(value) - day_of(today)).days
    near = {0: words.today, 1: words.tomorrow, -1: words.yesterday}
    if days in near:
        return near[days]
    number, unit = _span(abs(days))
    one, many = words.units[unit]
    return (words.ahead if days > 0 else words.ago).format(number, one if number == 1 else many)


def _span(days: int) -> tuple[int, int]:
    """A number of days as (how many, of which unit), rounded down: nothing is nearer than it is said to be."""
    if days < 14:
        return days, 0
    if days < 70:
        return days // 7, 1
    months = math.floor(days / 30.4375)
    return (months, 2) if months < 24 else (months // 12, 3)


# --- sizes ------------------------------------------------------------------------------------------


def size(number: int, language: str) -> str:
    """As in "812 byte", "14 kB", "3,4 MB": decimal units, as file managers and mail programs count."""
    words = wording(language)
    if number < 1000:
        return f"{number} {words.byte}"
    units = ("kB", "MB", "GB", "TB")
    amount, unit = number / 1000, 0
    while amount >= 999.5 and unit < len(units) - 1:
        amount, unit = amount / 1000, unit + 1
    shown = f"{amount:.1f}" if unit > 0 and amount < 9.95 else f"{amount:.0f}"
    return f"{shown.removesuffix('.0').replace('.', words.comma)} {units[unit]}"


Say = Callable[[Any], str]


def sayer(language: str, names: Names | None = None, today: date | None = None) -> Say:
    """`say` with everything but the value fixed, for what says many things to one reader."""
    return lambda value: say(value, language, names, today)
