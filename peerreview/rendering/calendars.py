"""A meeting as a file that calendars take (iCalendar, RFC 5545)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar
from icalendar import Event as Entry


@dataclass(frozen=True)
class Event:
    """One meeting. `uid` stays when it is moved, `sequence` grows, so that calendars move it too. Without a time
    of day it takes the whole day; without an end, an hour. `page`: where more is said, by those who may see it."""

    uid: str
    sequence: int
    stamp: datetime
    title: str
    day: date
    start: time | None
    until: time | None
    place: str
    link: str
    page: str


def calendar_file(event: Event, zone: str) -> bytes:
    """The file's bytes. `zone`: the name of the zone whose clock the times are read on."""
    return _file([event], zone)


def feed_file(name: str, events: Sequence[Event], zone: str) -> bytes:
    """A calendar that others fetch again and again: all of somebody's events under a name."""
    return _file(events, zone, {"name": name, "x-wr-calname": name, "refresh-interval": timedelta(hours=6)})


def _file(events: Sequence[Event], zone: str, more: Mapping[str, Any] | None = None) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Peerreview//Peerreview//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for key, value in (more or {}).items():
        calendar.add(key, value)
    for event in events:
        calendar.add_component(_entry(event, ZoneInfo(zone)))
    timed = [event.day for event in events if event.start]
    if timed:
        year = timedelta(days=366)
        calendar.add_missing_timezones(first_date=min(timed) - year, last_date=max(timed) + year)
    return bytes(calendar.to_ical())


def _entry(event: Event, zone: ZoneInfo) -> Entry:
    entry = Entry()
    entry.add("uid", event.uid)
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", event.stamp)
    entry.add("last-modified", event.stamp)
    entry.add("summary", event.title)
    if event.start:
        begins = datetime.combine(event.day, event.start, zone)
        ends = datetime.combine(event.day, event.until, zone) if event.until else begins + timedelta(hours=1)
        entry.add("dtstart", begins)
        entry.add("dtend", ends)
    else:
        entry.add("dtstart", event.day)
        entry.add("dtend", event.day + timedelta(days=1))
    if event.place or event.link:
        entry.add("location", event.place or event.link)
    entry.add("description", "\n".join(text for text in (event.link, event.page) if text))
    entry.add("url", event.page)
    return entry
