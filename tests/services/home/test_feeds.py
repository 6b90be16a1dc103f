"""A private calendar address: what is in it, for whom, and that it ends."""

from __future__ import annotations

import pytest
from icalendar import Calendar

from peerreview.errors import NotFound
from peerreview.services.base.house import Account, House
from peerreview.services.home import calendar_feed
from peerreview.services.people import accounts

from ..review_fixtures import Cast, advance, do, make_review, plan_meeting


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="first_meeting")


def events(house: House, cast: Cast, token: str) -> dict[str, str]:
    """By their title, the day on which they begin."""
    calendar = Calendar.from_ical(calendar_feed.feed(house, token=token, now=cast.now))
    return {str(e["summary"]): e["dtstart"].dt.isoformat()[:10] for e in calendar.walk("VEVENT")}


def address(house: House, cast: Cast, who: Account) -> str:
    return calendar_feed.make_feed(house, actor=who, real_now=cast.now)


def test_meetings_and_what_is_due_to_oneself(house: House, cast: Cast) -> None:
    plan_meeting(house, cast, "first_meeting")
    own = events(house, cast, address(house, cast, cast.coordinator(0)))
    assert any(title.startswith("Första mötet") for title in own)
    assert len(own) == 2, "the meeting, and what the coordinator has to do"
    member = events(house, cast, address(house, cast, cast.member(0)))
    assert [title.partition(" – ")[0] for title in member] == ["Första mötet"]
    assert events(house, cast, address(house, cast, cast.outsider)) == {}
    # The lead is called to the meetings of all, and has to do what the lead has to do, not what the sides have.
    lead = events(house, cast, address(house, cast, cast.lead))
    assert [title.partition(" – ")[0] for title in lead] == ["Första mötet"]


def test_what_has_been_done_is_gone_and_what_has_moved_keeps_its_name(house: House) -> None:
    cast = make_review(house)
    token = address(house, cast, cast.coordinator(0))

    def uids() -> set[str]:
        calendar = Calendar.from_ical(calendar_feed.feed(house, token=token, now=cast.now))
        return {str(e["uid"]) for e in calendar.walk("VEVENT")}

    before = uids()
    assert len(before) == 1
    do(house, cast, cast.lead, "hold", reason="Semester")
    assert uids() == set(), "nothing is due while it rests"
    do(house, cast, cast.lead, "resume", reason="Tillbaka")
    assert uids() == before
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    assert uids() == set()


def test_a_new_address_ends_the_old_and_an_ended_one_is_nobodys(house: House, cast: Cast) -> None:
    who = cast.coordinator(0)
    assert calendar_feed.feed_since(house, actor=who) is None
    first = address(house, cast, who)
    second = address(house, cast, who)
    assert calendar_feed.feed_since(house, actor=who) == cast.now
    assert calendar_feed.feed(house, token=second, now=cast.now)
    with pytest.raises(NotFound):
        calendar_feed.feed(house, token=first, now=cast.now)
    calendar_feed.end_feed(house, actor=who)
    calendar_feed.end_feed(house, actor=who)
    for token in (second, "", "å" * 500):
        with pytest.raises(NotFound):
            calendar_feed.feed(house, token=token, now=cast.now)


def test_a_closed_account_has_no_calendar(house: House, cast: Cast) -> None:
    token = address(house, cast, cast.member(0))
    accounts.close_account(
        house, actor=cast.lead, person_id=cast.member(0).person_id, now=cast.now, real_now=cast.now
    )
    with pytest.raises(NotFound):
        calendar_feed.feed(house, token=token, now=cast.now)


def test_the_last_day_for_something_says_so_as_a_request_and_takes_nobody_s_time(house: House) -> None:
    cast = advance(house, make_review(house), to="second_meeting")

    def titles(who: Account) -> list[str]:
        calendar = Calendar.from_ical(
            calendar_feed.feed(house, token=address(house, cast, who), now=cast.now)
        )
        due = [event for event in calendar.walk("VEVENT") if event.get("TRANSP") == "TRANSPARENT"]
        return [str(event["summary"]) for event in due]

    whole = "håll det andra mötet och gå igenom frågorna"
    assert titles(cast.coordinator(0)) == [f"Senast: {whole} – Kalmar län – Gävleborg"]
    plan_meeting(house, cast, "second_meeting")
    # When the drafts are presented the meeting alone is left.
    do(house, cast, cast.coordinator(0), "present", "second_meeting")
    assert titles(cast.coordinator(0)) == ["Senast: håll andra mötet – Kalmar län – Gävleborg"]
