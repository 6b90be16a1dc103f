"""Meetings: planned ahead or recorded as held, moved with a mail and a calendar file, noted by version."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import icalendar
import pytest
from sqlalchemy import select

from peerreview.errors import Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.case.meeting_times import Plan
from peerreview.services.meetings import edit_meetings, meetings_page
from peerreview.services.meetings.edit_meetings import PlanClash
from peerreview.services.meetings.meetings_page import MeetingView
from peerreview.services.report import edit_report
from peerreview.services.review import overview
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.review.history import HistoryRow

from ..review_fixtures import Cast, advance, do, make_review, plan_meeting


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="first_meeting")


def view(house: House, cast: Cast, who: Account, key: str = "first_meeting") -> MeetingView:
    found = meetings_page.meetings(house, actor=who, review_id=cast.review_id, now=cast.now)
    return next(meeting for meeting in found.meetings if meeting.key == key)


def day(cast: Cast, days: int) -> str:
    return (cast.now.date() + timedelta(days=days)).isoformat()


def plan(house: House, cast: Cast, who: Account, key: str = "first_meeting", **typed: Any) -> Plan:
    given = {
        "day": day(cast, 7), "start": "09:00", "until": "12:00", "place": "Regionens hus", "link": "",
        "already_held": False, "seen": 0,
    }  # fmt: skip
    return edit_meetings.plan_meeting(
        house, actor=who, review_id=cast.review_id, key=key, now=cast.now, **{**given, **typed}
    )


def mails(house: House) -> list[tuple[str, str]]:
    with house.db.read() as session:
        query = select(Outgoing.recipient, Outgoing.subject).where(Outgoing.kind == "meeting")
        return sorted((recipient, subject) for recipient, subject in session.execute(query))


def note(
    house: House, cast: Cast, who: Account, body: str, started_from: str, **more: Any
) -> edit_report.Saved:
    return edit_meetings.save_notes(
        house,
        actor=who,
        review_id=cast.review_id,
        key="first_meeting",
        body=body,
        started_from=started_from,
        now=cast.now,
        **more,
    )


def test_planning_tells_those_concerned_and_all_sides_see_it(house: House, cast: Cast) -> None:
    plan(house, cast, cast.coordinator(0))
    seen = view(house, cast, cast.contact(1))
    assert (seen.state, seen.plan.date, seen.plan.time) == ("planned", date(2026, 3, 10), "09:00")
    assert not seen.may_write
    told = {recipient for recipient, _ in mails(house)}
    # The one who plans too: it shall come into their own calendar as well.
    side = {
        cast.coordinator(0).email,
        cast.coordinator(1).email,
        cast.member(0).email,
        cast.member(0, 1).email,
    }
    assert told == side | {cast.member(1).email, cast.member(1, 1).email, cast.lead.email}
    # What and when; place, link and notes stay behind the login.
    assert mails(house)[0][1] == "Första mötet, tis 10 mars kl. 09.00 – Kalmar län – Gävleborg"


def test_a_moved_meeting_is_the_same_one_in_a_calendar(house: House, cast: Cast) -> None:
    plan(house, cast, cast.coordinator(0))
    before = part(house, cast)
    plan(house, cast, cast.lead, day=day(cast, 8), seen=1, link="https://example.org/rum")
    after = part(house, cast)
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after.decoded("DTSTART").isoformat() == "2026-03-11T09:00:00+01:00"
    assert after["DTSTART"].params["TZID"] == "Europe/Stockholm"


def part(house: House, cast: Cast) -> icalendar.Event:
    name, content = meetings_page.calendar_part(
        house, actor=cast.member(1), review_id=cast.review_id, key="first_meeting", now=cast.now
    )
    assert name.endswith(".ics")
    calendar = icalendar.Calendar.from_ical(content)
    assert "METHOD" not in calendar
    return calendar.walk("VEVENT")[0]


def test_a_meeting_without_a_time_takes_the_whole_day(house: House, cast: Cast) -> None:
    plan(house, cast, cast.coordinator(0), start="", until="")
    assert part(house, cast).decoded("DTSTART") == date(2026, 3, 10)


def test_no_calendar_file_before_there_is_a_date(house: House, cast: Cast) -> None:
    with pytest.raises(NotFound):
        part(house, cast)


def test_the_same_plan_again_tells_nobody(house: House, cast: Cast) -> None:
    plan(house, cast, cast.coordinator(0))
    number = len(mails(house))
    plan(house, cast, cast.coordinator(1), seen=0)
    assert len(mails(house)) == number


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"day": ""}, {"date"}),
        ({"day": "7 mars"}, {"date"}),
        ({"day": "2026-03-02"}, {"date"}),
        ({"day": "2027-03-02", "already_held": True}, {"date"}),
        ({"start": "25:00", "until": "x"}, {"time", "until"}),
        ({"start": "", "until": "12:00"}, {"time"}),
        ({"start": "12.00", "until": "9.00"}, {"until"}),
        ({"place": "x" * 301}, {"place"}),
        ({"place": "a\nb"}, {"place"}),
        ({"link": "javascript:alert(1)"}, {"link"}),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    house: House, cast: Cast, typed: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(Invalid) as error:
        plan(house, cast, cast.coordinator(0), **typed)
    assert set(error.value.errors) == fields
    assert view(house, cast, cast.lead).state == "unplanned"


def test_a_meeting_already_held_is_recorded_and_told_to_nobody(house: House, cast: Cast) -> None:
    plan(house, cast, cast.coordinator(0), day=day(cast, -1), already_held=True)
    assert mails(house) == []
    seen = view(house, cast, cast.lead)
    assert (seen.state, seen.late) == ("planned", True)
    assert [(offer.key, offer.why_not) for offer in seen.offers] == [("held", None)]
    do(house, cast, cast.lead, "held", "first_meeting")
    assert view(house, cast, cast.lead).state == "held"
    # Its day can still be mended, but not be put ahead.
    plan(house, cast, cast.coordinator(0), day=day(cast, -5), seen=1)
    with pytest.raises(Invalid):
        plan(house, cast, cast.coordinator(0), day=day(cast, 2), seen=2)
    assert view(house, cast, cast.lead).state == "held"


def test_two_at_once_the_second_sees_both_plans(house: House, cast: Cast) -> None:
    plan(house, cast, cast.coordinator(0))
    with pytest.raises(PlanClash) as error:
        plan(house, cast, cast.coordinator(1), day=day(cast, 9), seen=0)
    assert (error.value.stands.date, error.value.seen) == (date(2026, 3, 10), 1)


@pytest.mark.parametrize("who", ["contact 0", "member 1.0"])
def test_who_may_read_may_not_plan_or_note(house: House, cast: Cast, who: str) -> None:
    actor = cast.everyone()[who]
    with pytest.raises(Refused):
        plan(house, cast, actor)
    with pytest.raises(Refused):
        note(house, cast, actor, "Hej", "0")
    with pytest.raises(Refused):
        meetings_page.meeting(house, actor=actor, review_id=cast.review_id, key="first_meeting", now=cast.now)


def test_for_an_outsider_there_is_no_meeting_and_for_nobody_an_unknown_one(house: House, cast: Cast) -> None:
    for deed in (plan, view):
        with pytest.raises(NotFound):
            deed(house, cast, cast.outsider)
    with pytest.raises(NotFound):
        plan(house, cast, cast.coordinator(0), key="third_meeting")
    with pytest.raises(NotFound):
        plan(house, cast, cast.coordinator(0), key="agreement")


def test_the_agreement_gives_the_day_of_the_second_meeting(house: House, cast: Cast) -> None:
    assert view(house, cast, cast.lead, "second_meeting").agreed is None
    advance(house, cast, to="collect")
    assert view(house, cast, cast.lead, "second_meeting").agreed == date(2026, 5, 26)


def test_notes_are_kept_by_version_and_nobody_overwrites_them(house: House, cast: Cast) -> None:
    first = note(house, cast, cast.coordinator(0), "Vi började.", "0")
    seen = view(house, cast, cast.contact(1))
    assert (seen.notes, seen.notes_by, seen.token) == ("Vi började.", cast.coordinator(0).name, first.token)
    note(house, cast, cast.lead, "Vi började. Alla var med.", first.token)
    with pytest.raises(edit_report.Clash) as error:
        note(house, cast, cast.coordinator(1), "Vi började sent.", first.token)
    assert (error.value.theirs, error.value.mine) == ("Vi började. Alla var med.", "Vi började sent.")
    assert view(house, cast, cast.lead).notes == "Vi började. Alla var med."
    with house.db.read() as session:
        lines = session.scalars(select(HistoryRow).where(HistoryRow.deed == "notes_saved")).all()
        assert [(line.artefact, line.state) for line in lines] == [("first_meeting", "unplanned")] * 2


def test_notes_that_save_themselves_leave_no_line_each(house: House, cast: Cast) -> None:
    saved = note(house, cast, cast.coordinator(0), "Vi", "0", quietly=True)
    note(house, cast, cast.coordinator(0), "Vi började", saved.token, quietly=True)
    with house.db.read() as session:
        assert session.scalars(select(HistoryRow).where(HistoryRow.deed == "notes_saved")).all() == []
    with pytest.raises(Invalid):
        note(house, cast, cast.coordinator(0), "x" * (edit_report.MAX_TEXT + 1), saved.token)


def test_after_the_end_meetings_are_read_only(house: House, cast: Cast) -> None:
    advance(house, cast, to="closed")
    assert view(house, cast, cast.contact(0), "closing_meeting").state == "held"
    with pytest.raises(Refused):
        plan(house, cast, cast.lead)


@pytest.mark.parametrize("key", ["second_meeting", "closing_meeting"])
def test_meeting_is_done_on_the_day_it_was_held_wherever_that_is_told(house: House, key: str) -> None:
    """However many days later somebody says so: the lanes, the drawing's stops and the dates."""
    cast = advance(house, make_review(house), to=key)
    day_held = house.calendar.day(cast.now)
    if key == "second_meeting":
        do(house, cast, cast.lead, "present", key)
    else:
        for party in cast.parties:
            do(house, cast, cast.coordinator(party), "hand_over", key)
        for party in cast.parties:
            do(house, cast, cast.contact(party), "acknowledge", key)
    plan_meeting(house, cast, key)
    cast.now += timedelta(days=6)
    do(house, cast, cast.lead, "held", key)
    seen = overview.overview(house, actor=cast.lead, review_id=cast.review_id, now=cast.now)
    assert {column.done for column in seen.lanes.columns if column.path == key} == {day_held}
    dates = {say(one.title, "en").lower(): one.done for one in seen.dates}
    assert dates[key.replace("_", " ")] == day_held
