"""A meeting as a file that calendars take (iCalendar, RFC 5545)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Parameters, vCalAddress, vDuration
from icalendar import Event as Entry

from .headers import one_line
from .zones import add_zone

Method = Literal["REQUEST", "CANCEL"]
AGAIN = timedelta(hours=6)


@dataclass(frozen=True)
class Event:
    """One meeting, or (`busy` False) a day by which something is due, which takes nobody's time. `uid` stays when it is
    moved, `sequence` grows, so that calendars move it too. Without a time of day it takes the whole day; without an
    end, an hour. `page`: where more is said, by those who may see it; `note`: what is said beside it."""

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
    busy: bool = True
    note: str = ""


def calendar_file(event: Event, zone: str) -> bytes:
    """The file's bytes. `zone`: the name of the zone whose clock the times are read on."""
    return _file([event], zone)


def feed_file(name: str, events: Sequence[Event], zone: str) -> bytes:
    """A calendar that others fetch again and again: all of somebody's events under a name."""
    # RFC 7986 wants it said that this is a duration; the other is what Outlook looks at.
    again = vDuration(AGAIN, params=Parameters(VALUE="DURATION"))
    more = {
        "name": name,
        "x-wr-calname": name,
        "refresh-interval": again,
        "x-published-ttl": vDuration(AGAIN),
    }
    return _file(events, zone, more)


def invitation_file(
    event: Event, zone: str, *, method: Method, organizer: tuple[str, str], attendee: tuple[str, str]
) -> bytes:
    """What puts the event into the calendar of one who is asked to come, moves it there, or takes it away (iTIP,
    RFC 5546). `organizer` and `attendee` are (name, address)."""
    entry = _entry(event, ZoneInfo(zone))
    entry.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    entry.add("organizer", _party(*organizer))
    # Nobody is asked to answer: the organiser's mailbox is a machine's.
    coming = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}
    entry.add("attendee", _party(*attendee), parameters=coming)
    return _whole([entry], [event], zone, method, {})


def _party(name: str, address: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{address}")
    # A parameter can hold neither quotes nor control characters.
    found.params["CN"] = one_line(name.replace('"', "'"))
    return found


def _file(events: Sequence[Event], zone: str, more: Mapping[str, Any] | None = None) -> bytes:
    # No METHOD: that makes a message of a file, which then must say who sends it (RFC 5546), and libical refuses it.
    return _whole([_entry(event, ZoneInfo(zone)) for event in events], events, zone, None, more or {})


def _whole(
    entries: Sequence[Entry],
    events: Sequence[Event],
    zone: str,
    method: Method | None,
    more: Mapping[str, Any],
) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Peerreview//Peerreview//SV")
    calendar.add("version", "2.0")
    if method is not None:
        calendar.add("method", method)
    for key, value in more.items():
        calendar.add(key, value)
    for entry in entries:
        calendar.add_component(entry)
    timed = [event.day for event in events if event.start]
    if timed:
        year = timedelta(days=366)
        add_zone(calendar, zone, min(timed) - year, max(timed) + year)
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
    entry.add("description", "\n".join(text for text in (event.note, event.link, event.page) if text))
    entry.add("url", event.page)
    if not event.busy:
        entry.add("transp", "TRANSPARENT")
        entry.add("x-microsoft-cdo-busystatus", "FREE")
    return entry
