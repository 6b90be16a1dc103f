"""When a mail goes by what its reader has chosen: pure, over weeks, holidays and both changes of summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from peerreview.engine.running.dates import Calendar
from peerreview.services.base.house import House, swedish_holidays, weeks
from peerreview.services.mail import digests
from peerreview.services.mail.mail_choices import DAILY, PLAIN, WEEKLY, Choices, goes_at

CALENDAR = Calendar(holidays=swedish_holidays(), stop_weeks=weeks("28-31"), zone=ZoneInfo("Europe/Stockholm"))
DAILY_ONE, WEEKLY_ONE = Choices(DAILY), Choices(WEEKLY)


def at(text: str) -> datetime:
    """Local time."""
    return datetime.fromisoformat(text).replace(tzinfo=CALENDAR.zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("choices", "given", "goes"),
    [
        (PLAIN, "2026-03-03 13:37", "2026-03-03 13:37"),
        (DAILY_ONE, "2026-03-03 07:59", "2026-03-03 08:00"),
        (DAILY_ONE, "2026-03-03 08:00", "2026-03-03 08:00"),
        (DAILY_ONE, "2026-03-03 08:01", "2026-03-04 08:00"),
        (DAILY_ONE, "2026-03-06 17:00", "2026-03-09 08:00"),
        (WEEKLY_ONE, "2026-03-03 08:00", "2026-03-09 08:00"),
        (WEEKLY_ONE, "2026-03-09 08:00", "2026-03-09 08:00"),
        # Over Easter: Maundy Thursday to the Tuesday after; a week whose Monday is a holiday begins on Tuesday.
        (DAILY_ONE, "2026-04-02 12:00", "2026-04-07 08:00"),
        (WEEKLY_ONE, "2026-04-02 12:00", "2026-04-07 08:00"),
        (WEEKLY_ONE, "2026-04-06 12:00", "2026-04-07 08:00"),
        # Over the summer stop, weeks 28 to 31.
        (WEEKLY_ONE, "2026-07-02 12:00", "2026-08-03 08:00"),
        # Summer time begins on 29 March and ends on 25 October: it is eight o'clock all the same.
        (DAILY_ONE, "2026-03-27 12:00", "2026-03-30 08:00"),
        (WEEKLY_ONE, "2026-10-23 12:00", "2026-10-26 08:00"),
        (Choices(away_until=date(2026, 3, 13)), "2026-03-03 09:00", "2026-03-16 08:00"),
        (Choices(away_until=date(2026, 3, 13)), "2026-03-13 23:59", "2026-03-16 08:00"),
        (Choices(away_until=date(2026, 3, 13)), "2026-03-14 00:00", "2026-03-14 00:00"),
        (Choices(WEEKLY, away_until=date(2026, 3, 17)), "2026-03-03 09:00", "2026-03-23 08:00"),
    ],
)
def test_when_it_goes(choices: Choices, given: str, goes: str) -> None:
    assert goes_at(choices, CALENDAR, at(given), None) == at(goes)


def test_what_is_to_be_done_before_the_digest_comes_on_its_own_day() -> None:
    monday, given = date(2026, 3, 9), at("2026-03-03 08:00")
    for choices in (WEEKLY_ONE, Choices(away_until=date(2026, 3, 8))):
        assert goes_at(choices, CALENDAR, given, monday) == at("2026-03-09 08:00")
        assert goes_at(choices, CALENDAR, given, monday - timedelta(days=1)) == given


def test_no_choice_makes_a_mail_earlier_or_anybody_late() -> None:
    given, end = at("2026-01-01 00:30"), at("2027-01-10 00:00")
    while given < end:
        for choices in (PLAIN, DAILY_ONE, WEEKLY_ONE, Choices(WEEKLY, away_until=date(2026, 6, 30))):
            then = goes_at(choices, CALENDAR, given, None)
            assert then >= given
            assert goes_at(choices, CALENDAR, then, None) == then
            last = CALENDAR.day(given) + timedelta(days=4)
            assert CALENDAR.day(goes_at(choices, CALENDAR, given, last)) <= last
        given += timedelta(hours=7)


def test_a_mail_says_what_it_waits_for(house: House) -> None:
    calendar, day = house.calendar, timedelta(days=1)
    at = calendar.mail_at(date(2026, 3, 4))
    cases = [
        # How one wants it, when it would go, when it goes: with what.
        (Choices(), at, at, ""),
        (Choices(away_until=date(2026, 3, 9)), at, calendar.mail_at(date(2026, 3, 10)), "away"),
        (Choices("daily"), at + timedelta(hours=1), calendar.mail_at(date(2026, 3, 5)), "daily"),
        (Choices("weekly"), at, calendar.mail_at(date(2026, 3, 9)), "weekly"),
        (Choices("weekly"), at, at + day, ""),
    ]
    assert [digests.waits(choices, house, wanted, goes) for choices, wanted, goes, _ in cases] == [
        told for *_, told in cases
    ]
