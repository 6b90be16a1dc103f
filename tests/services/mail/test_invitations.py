"""Meetings in other people's calendars: asked, moved and called off by mail, each time for those whose is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from icalendar import Calendar, Event
from sqlalchemy import select

from peerreview.services.base.house import Account, House
from peerreview.services.home import calendar_feed
from peerreview.services.mail.still_true import ask_again
from peerreview.services.meetings import edit_meetings, meetings_page
from peerreview.services.people import accounts
from peerreview.services.team import appoint_deputy, appoint_members
from peerreview.services.worker.deliver import deliver
from peerreview.store.mail.outbox import Outgoing

from ...mail.post import Post
from ..review_fixtures import Cast, advance, do, make_review
from ..team_play import appoint, seat_of

KEY = "first_meeting"


@dataclass(frozen=True)
class Got:
    """One message about a meeting, as its reader's calendar takes it."""

    to: str
    method: str
    sequence: int
    day: str
    subject: str
    event: Event
    row: Outgoing


@pytest.fixture
def cast(house: House) -> Cast:
    cast = advance(house, make_review(house), to=KEY)
    plan(house, cast, 7)
    return cast


def plan(
    house: House, cast: Cast, days: int, seen: int = 0, who: Account | None = None, **typed: Any
) -> None:
    given = {"start": "09:00", "until": "12:00", "place": "Regionens hus", "link": "", "already_held": False}
    edit_meetings.plan_meeting(
        house, actor=who or cast.coordinator(0), review_id=cast.review_id, key=KEY, seen=seen, now=cast.now,
        day=(cast.now.date() + timedelta(days=days)).isoformat(), **{**given, **typed},
    )  # fmt: skip


def got(house: House, since: int = 0) -> list[Got]:
    with house.db.read() as session:
        query = select(Outgoing).where(Outgoing.kind == "meeting", Outgoing.id > since).order_by(Outgoing.id)
        return list(map(_read, session.scalars(query)))


def _read(row: Outgoing) -> Got:
    mail = message_from_bytes(row.message, policy=policy.default)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    part = list(mail.walk())[-1]
    calendar = Calendar.from_ical(part.get_content())
    assert part.get_content_type() == "text/calendar"
    assert part["Content-Type"].params["method"] == calendar["METHOD"]
    [event] = calendar.walk("VEVENT")
    assert event["ATTENDEE"] == f"mailto:{row.recipient}"
    day = event.decoded("DTSTART").isoformat()[:10]
    return Got(row.recipient, str(calendar["METHOD"]), event["SEQUENCE"], day, row.subject, event, row)


def last(house: House) -> int:
    return max(mail.row.id for mail in got(house))


def team(cast: Cast) -> set[str]:
    return {cast.lead.email} | {
        who.email for p in (0, 1) for who in (cast.coordinator(p), cast.member(p), cast.member(p, 1))
    }


def test_everybody_on_the_teams_is_asked_once_the_one_who_plans_too(house: House, cast: Cast) -> None:
    asked = got(house)
    assert sorted(mail.to for mail in asked) == sorted(team(cast))
    assert {(mail.method, mail.sequence, mail.day) for mail in asked} == {("REQUEST", 0, "2026-03-10")}
    assert len({mail.row.message_id for mail in asked}) == len(asked)
    event = asked[0].event
    assert event["DTSTART"].params["TZID"] == "Europe/Stockholm"
    assert str(event["ORGANIZER"]) == "mailto:granskning@example.org"
    assert (event["STATUS"], event["ATTENDEE"].params["RSVP"]) == ("CONFIRMED", "FALSE")
    # Where it is stays behind the login.
    assert all("Regionens hus" not in message_from_bytes(m.row.message).as_string() for m in asked)
    assert event["LOCATION"] == f"http://127.0.0.1:5000/reviews/{cast.review_id}/meetings"

    since = last(house)
    plan(house, cast, 7, seen=1)
    edit_meetings.save_notes(
        house,
        actor=cast.lead,
        review_id=cast.review_id,
        key=KEY,
        body="Dagordning",
        started_from="",
        now=cast.now,
    )
    assert got(house, since) == [], "nothing has changed in anybody's calendar"


def test_a_move_before_anybody_has_heard_of_it(house: House, cast: Cast) -> None:
    before, since = got(house), last(house)
    other = replace(house, settings=house.settings.model_copy(update={"mail_from": "ny@example.com"}))
    plan(other, cast, 8, seen=1, who=cast.lead)
    moved = got(house, since)
    assert sorted(mail.to for mail in moved) == sorted(team(cast))
    assert {(mail.method, mail.sequence, mail.day) for mail in moved} == {("REQUEST", 1, "2026-03-11")}
    assert {mail.event["UID"] for mail in moved} == {before[0].event["UID"]}, "whoever sends it now"
    # The first ones had not gone: nobody is told the old day, nor that anything has changed.
    assert {m.row.state for m in got(house) if m.row.id <= since} == {"void"}
    assert not any(mail.subject.startswith(("Ändrat", "Changed")) for mail in moved)
    # The private calendar and the file to load know it by the same name.
    who = cast.coordinator(1)
    mailed = next(mail for mail in reversed(got(house)) if mail.to == who.email).event
    token = calendar_feed.make_feed(house, actor=who, real_now=cast.now)
    fed = Calendar.from_ical(calendar_feed.feed(house, token=token, now=cast.now)).walk("VEVENT")
    _, file = meetings_page.calendar_part(house, actor=who, review_id=cast.review_id, key=KEY, now=cast.now)
    [loaded] = Calendar.from_ical(file).walk("VEVENT")
    [same] = [event for event in fed if event["UID"] == mailed["UID"]]
    for other in (same, loaded):
        assert [other[key] for key in ("UID", "SEQUENCE")] == [mailed["UID"], 1]
        assert other.decoded("DTSTART") == mailed.decoded("DTSTART")
    # And who leaves before they have heard of it hears nothing.
    since, leaver = last(house), cast.member(0)
    remove(house, cast, leaver)
    assert got(house, since) == []
    assert {mail.row.state for mail in got(house) if mail.to == leaver.email} == {"void"}


def test_what_has_been_sent_is_changed_and_who_leaves_or_joins_is_told(
    house: House, cast: Cast, smtp: Post
) -> None:
    house, since = sending(house, cast, smtp), last(house)
    plan(house, cast, 8, seen=1)
    moved = got(house, since)
    assert sorted(mail.to for mail in moved) == sorted(team(cast))
    assert {mail.subject.partition(": ")[0] for mail in moved} == {"Ändrat"}


def sending(house: House, cast: Cast, smtp: Post) -> House:
    """The house with a mail server, and everything in the outbox sent."""
    house = replace(house, settings=house.settings.model_copy(update={"mail_port": smtp.port}))
    deliver(house, real_now=cast.now + timedelta(minutes=1))
    return house
    deliver(house, real_now=cast.now + timedelta(minutes=1))
    since, leaver = last(house), cast.member(0)
    remove(house, cast, leaver)
    [off] = got(house, since)
    assert (off.to, off.method, off.sequence, off.day) == (leaver.email, "CANCEL", 2, "2026-03-11")
    assert off.event["STATUS"] == "CANCELLED"
    assert "/reviews/" not in off.row.message.decode().partition("BEGIN:VCALENDAR")[0], "they have no way in"
    since = last(house)
    appoint(house, cast, cast.coordinator(0), person_id=leaver.person_id, role="member")
    [again] = got(house, since)
    assert (again.to, again.method, again.sequence) == (leaver.email, "REQUEST", 3), (
        "not older than the word before"
    )


def remove(house: House, cast: Cast, who: Account) -> None:
    appoint_members.remove(
        house, actor=cast.coordinator(0), review_id=cast.review_id, seat_id=seat_of(house, cast, who),
        now=cast.now, real_now=cast.now,
    )  # fmt: skip


def test_a_rest_that_ends_before_anybody_has_heard_of_it_is_no_news(
    house: House, cast: Cast, smtp: Post
) -> None:
    house, since = sending(house, cast, smtp), last(house)
    do(house, cast, cast.lead, "hold", reason="Omorganisation")
    do(house, cast, cast.lead, "resume", reason="Klart")
    assert {mail.row.state for mail in got(house, since)} == {"void"}


def test_saves_of_a_meeting_gather_and_say_from_what_to_what(house: House, cast: Cast, smtp: Post) -> None:
    house = sending(house, cast, smtp)
    house = replace(house, settings=house.settings.model_copy(update={"mail_gather": 600}))
    since = last(house)
    for seen, days in enumerate((8, 9, 10, 13, 14, 15, 16, 8, 9, 17), start=1):
        plan(house, cast, days, seen=seen)
    waiting = [mail for mail in got(house, since) if mail.row.state == "waiting"]
    assert sorted(mail.to for mail in waiting) == sorted(team(cast)), "each once"
    assert {mail.row.next_at for mail in waiting} == {cast.now + timedelta(minutes=10)}
    said = message_from_bytes(waiting[0].row.message, policy=policy.default).get_body(("plain",))
    assert said is not None
    words = " ".join(said.get_content().split())
    assert re.search(r"Mötet har flyttats från tis 10 mars .{5,20} till fre 20 mars .{5,20}\.", words), words
    # Changed back before anybody has heard: nothing is sent.
    plan(house, cast, 7, seen=11)
    assert [mail for mail in got(house, since) if mail.row.state == "waiting"] == []
    # The first save counts: who saves every minute does not keep the others waiting.
    plan(house, cast, 8, seen=12)
    later = replace(cast, now=cast.now + timedelta(minutes=6))
    plan(house, later, 9, seen=13)
    assert {m.row.next_at for m in got(house, since) if m.row.state == "waiting"} == {
        cast.now + timedelta(minutes=10)
    }
    deliver(house, real_now=cast.now + timedelta(minutes=9))
    assert len([m for m in got(house, since) if m.row.state == "sent"]) == 0
    deliver(house, real_now=cast.now + timedelta(minutes=10))
    assert len([m for m in got(house, since) if m.row.state == "sent"]) == len(team(cast))


def test_a_rest_calls_it_off_and_going_on_asks_again(house: House, cast: Cast, smtp: Post) -> None:
    house, since = sending(house, cast, smtp), last(house)
    do(house, cast, cast.lead, "hold", reason="Omorganisation")
    off = got(house, since)
    assert {(mail.method, mail.sequence, mail.day) for mail in off} == {("CANCEL", 1, "2026-03-10")}
    assert sorted(mail.to for mail in off) == sorted(team(cast))
    assert not any("Omorganisation" in message_from_bytes(m.row.message).as_string() for m in off)
    deliver(house, real_now=cast.now + timedelta(minutes=1))
    since = last(house)
    do(house, cast, cast.lead, "resume", reason="Klart")
    again = got(house, since)
    assert sorted(mail.to for mail in again) == sorted(team(cast))
    assert {(mail.method, mail.sequence) for mail in again} == {("REQUEST", 2)}
    deliver(house, real_now=cast.now + timedelta(minutes=1))
    since = last(house)
    edit_meetings.take_date_away(
        house, actor=cast.coordinator(1), review_id=cast.review_id, key=KEY, seen=1, now=cast.now
    )
    off = got(house, since)
    assert sorted(mail.to for mail in off) == sorted(team(cast))
    assert {(mail.method, mail.sequence, mail.day) for mail in off} == {("CANCEL", 3, "2026-03-10")}
    plan(house, cast, 9, seen=2)
    deliver(house, real_now=cast.now + timedelta(minutes=2))
    since = last(house)
    do(house, cast, cast.lead, "cancel", reason="Ny tid")
    assert {(mail.method, mail.sequence, mail.day) for mail in got(house, since)} == {
        ("CANCEL", 5, "2026-03-12")
    }


def test_what_is_written_down_as_held_asks_nobody_and_a_day_that_was_given_up_is_called_off(
    house: House, cast: Cast, smtp: Post
) -> None:
    house, since = sending(house, cast, smtp), last(house)
    plan(house, cast, 0, seen=1, already_held=True)
    assert {(mail.method, mail.day) for mail in got(house, since)} == {("CANCEL", "2026-03-10")}
    since = last(house)
    do(house, cast, cast.lead, "held", KEY)
    assert got(house, since) == []


def test_put_off_it_is_asked_again(house: House, cast: Cast, smtp: Post) -> None:
    house = replace(house, settings=house.settings.model_copy(update={"mail_port": smtp.port}))
    smtp.to_rcpt = ["451 later"] * 100
    deliver(house, real_now=cast.now + timedelta(minutes=1))
    smtp.to_rcpt[:] = ["250 OK"] * 3 + ["451 later"] * 100
    ids, closed, later = (
        {mail.row.message_id for mail in got(house)},
        cast.member(1),
        cast.now + timedelta(minutes=30),
    )
    accounts.close_account(
        house, actor=cast.lead, person_id=closed.person_id, now=cast.now, real_now=cast.now
    )
    ask_again(house, now=later, real_now=later)
    deliver(house, real_now=later)
    states = {mail.to: mail.row.state for mail in got(house)}
    assert states.pop(closed.email) == "void"
    assert set(states.values()) <= {"waiting", "sent"}
    later = cast.now + timedelta(days=8)
    ask_again(house, now=later, real_now=later)
    assert "waiting" not in {mail.row.state for mail in got(house)}, "its day has been"
    assert {mail.row.message_id for mail in got(house)} == ids


def test_whoever_is_named_after_the_invitation_went_is_asked_at_once(house: House, cast: Cast) -> None:
    anna, deputy = cast.coordinator(0), cast.contact(0)
    before = got(house)[-1].row.id
    day = house.calendar.day(cast.now)
    appoint_deputy.name_deputy(
        house,
        actor=anna,
        review_id=cast.review_id,
        seat_id=seat_of(house, cast, anna),
        person_id=deputy.person_id,
        since=(day + timedelta(days=3)).isoformat(),
        until=(day + timedelta(days=9)).isoformat(),
        now=cast.now,
        real_now=cast.now,
    )
    [asked] = got(house, before)
    assert (asked.to, asked.method) == (deputy.email, "REQUEST")
    # On the days after the meeting nobody comes instead.
    appoint_deputy.end_deputy(
        house, actor=anna, review_id=cast.review_id, seat_id=seat_of(house, cast, anna), now=cast.now
    )
    assert [one.method for one in got(house, asked.row.id)] in ([], ["CANCEL"])
