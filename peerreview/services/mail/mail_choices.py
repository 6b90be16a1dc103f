"""How each wants their mail: at once or gathered, without what they have declined, not while they are away.

What is asked of somebody and is due before the next digest comes on its own day: no choice makes anybody late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ...engine.running.dates import Calendar
from ...errors import N_, Message
from ...store.people.people import Person
from ...store.review.rows import Otherwise

AT_ONCE, DAILY, WEEKLY = "at_once", "daily", "weekly"
RHYTHMS = (AT_ONCE, DAILY, WEEKLY)
# What may be declined: that others have done something, that others are late.
NEWS, LATE = "news", "late"
KINDS = (NEWS, LATE)
# In the key of a digest that holds both.
ALL = "all"
DECLINED = N_("the person has declined mails of this kind").text
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Choices:
    """`away_until`: the last day on which no mail is wanted."""

    rhythm: str = AT_ONCE
    declined: frozenset[str] = frozenset()
    away_until: date | None = None


PLAIN = Choices()
WITH: Mapping[str, Message] = {
    DAILY: N_("in the daily digest"),
    WEEKLY: N_("in the weekly digest"),
    "away": N_("when the person is back"),
}


def choices_of(person: Person | Otherwise) -> Choices:
    return Choices(person.rhythm, frozenset(person.declined.split()), person.away_until)


def goes_at(choices: Choices, calendar: Calendar, at: datetime, last_day: date | None) -> datetime:
    """When a mail goes that would go at `at`. `last_day`: by when what it asks for is to be done, None where it
    asks for nothing; a digest after that day would come too late."""
    then = at
    if choices.away_until is not None and calendar.day(at) <= choices.away_until:
        then = calendar.mail_at(choices.away_until + timedelta(days=1))
    if choices.rhythm == DAILY:
        then = _next_day(calendar, then)
    elif choices.rhythm == WEEKLY:
        then = _next_week(calendar, then)
    return at if last_day is not None and calendar.day(then) > last_day else then


def _next_day(calendar: Calendar, at: datetime) -> datetime:
    """The next hour of mail on a worked day."""
    day = calendar.day(at)
    then = calendar.mail_at(day)
    return then if then >= at else calendar.mail_at(day + timedelta(days=1))


def _next_week(calendar: Calendar, at: datetime) -> datetime:
    """The hour of mail on the first worked day of a week; the week's own, where that is still to come."""
    monday = calendar.day(at) - timedelta(days=calendar.day(at).weekday())
    then = calendar.mail_at(monday)
    while then < at:
        monday += WEEK
        then = calendar.mail_at(monday)
    return then
