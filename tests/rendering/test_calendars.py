"""Calendar files as strict readers want them: no METHOD without an organiser, a zone by its two rules, whole days that
take nobody's time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from icalendar import Calendar

from peerreview.rendering.calendars import Event, calendar_file, feed_file, invitation_file

MEETING = Event(
    uid="review-1-second_meeting@example.org",
    sequence=0,
    stamp=datetime(2026, 3, 1, 8, tzinfo=UTC),
    title="Andra mötet – Kalmar län – Gävleborg",
    day=date(2027, 3, 26),
    start=time(9),
    until=time(11, 30),
    place="Regionens hus, sal 3; plan 2",
    link="https://video.example.org/1",
    page="https://granskning.example.org/reviews/1/meetings",
)
LAST_DAY = replace(
    MEETING, uid="due@example.org", title="Senast: lämna in underlaget", start=None, until=None, busy=False
)
STOCKHOLM = "Europe/Stockholm"


def lines(content: bytes) -> list[str]:
    """Unfolded, each as RFC 5545 wants it."""
    text = content.decode()
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.replace("\r\n ", "").split("\r\n")


def test_what_is_fetched_is_no_message() -> None:
    for content in (
        calendar_file(MEETING, STOCKHOLM),
        feed_file("Granskning", [MEETING, LAST_DAY], STOCKHOLM),
    ):
        names = [re.split("[:;]", line)[0] for line in lines(content)]
        assert not {"METHOD", "ORGANIZER", "ATTENDEE"} & set(names)
        assert names.count("PRODID") == names.count("VERSION") == 1
        events = Calendar.from_ical(content).walk("VEVENT")
        assert all({"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= set(event) for event in events)
        assert not [error for part in Calendar.from_ical(content).walk() for error in part.errors]


def test_what_is_mailed_is_one_with_who_sends_it() -> None:
    content = invitation_file(
        MEETING,
        STOCKHOLM,
        method="REQUEST",
        organizer=("Nätverket", "a@example.org"),
        attendee=("B", "b@example.org"),
    )
    found = lines(content)
    assert "METHOD:REQUEST" in found
    assert any(line.startswith("ORGANIZER") for line in found)


def test_a_feed_says_how_often_it_is_worth_fetching() -> None:
    found = lines(feed_file("Granskning", [MEETING], STOCKHOLM))
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in found
    assert "X-PUBLISHED-TTL:PT6H" in found


def test_a_day_by_which_something_is_due_takes_nobody_s_time() -> None:
    meeting, due = Calendar.from_ical(feed_file("Granskning", [MEETING, LAST_DAY], STOCKHOLM)).walk("VEVENT")
    assert due["TRANSP"] == "TRANSPARENT"
    assert "TRANSP" not in meeting
    assert due["DTSTART"].params["VALUE"] == "DATE"
    assert due.decoded("DTEND") - due.decoded("DTSTART") == timedelta(days=1)


def test_the_room_is_the_place_and_the_link_stands_beside_it() -> None:
    [event] = Calendar.from_ical(calendar_file(MEETING, STOCKHOLM)).walk("VEVENT")
    assert event["LOCATION"] == MEETING.place
    assert MEETING.link in event["DESCRIPTION"]
    [event] = Calendar.from_ical(calendar_file(replace(MEETING, place=""), STOCKHOLM)).walk("VEVENT")
    assert event["LOCATION"] == MEETING.link


def test_the_zone_is_told_by_two_rules_from_the_wall_clock_that_stood_until_then() -> None:
    found = lines(calendar_file(MEETING, STOCKHOLM))
    zone = found[found.index("BEGIN:VTIMEZONE") : found.index("END:VTIMEZONE") + 1]
    assert zone == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Stockholm",
        "BEGIN:DAYLIGHT",
        "DTSTART:19970330T020000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:19971026T030000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


@pytest.mark.parametrize(
    "name", [STOCKHOLM, "Europe/London", "UTC", "Asia/Tokyo", "America/New_York", "Africa/Casablanca"]
)
def test_whatever_the_zone_its_clock_is_what_it_was(name: str) -> None:
    for day in (
        date(2027, 1, 15),
        date(2027, 3, 28),
        date(2027, 7, 1),
        date(2027, 10, 31),
        date(2027, 11, 1),
    ):
        content = calendar_file(replace(MEETING, day=day, start=time(12)), name)
        [event] = Calendar.from_ical(content).walk("VEVENT")
        [zone] = Calendar.from_ical(content).walk("VTIMEZONE") if name != "UTC" else [None]
        read = event.decoded("DTSTART")
        assert read.replace(tzinfo=None) == datetime.combine(day, time(12))
        if zone is not None:
            wanted = datetime.combine(day, time(12), read.tzinfo).utcoffset()
            told = zone.to_tz(lookup_tzid=False)
            assert datetime.combine(day, time(12)).replace(tzinfo=told).utcoffset() == wanted


def test_the_same_calendar_is_the_same_bytes() -> None:
    assert feed_file("A", [MEETING, LAST_DAY], STOCKHOLM) == feed_file("A", [MEETING, LAST_DAY], STOCKHOLM)
