"""Words to show: messages, dates, spans of time, sizes, lists."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from peerreview.errors import N_, PartyName, Text
from peerreview.rendering import words

TODAY = date(2026, 3, 3)
NAMES = {0: "Region Kalmar län", 1: "Region Gävleborg"}


@pytest.fixture
def swedish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small catalogue of its own, so that the test holds whatever the real one says."""
    catalog = Catalog(locale="sv")
    catalog.add("%(who)s has not handed in", "%(who)s har inte lämnat in")
    catalog.add("Broken %(gap)s", "Trasig %(hål)s")
    catalog.add("At %(when)s", "Senast %(when)s")
    folder = tmp_path / "sv" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    found = words.catalogue("sv", tmp_path)
    none = words.catalogue("en", tmp_path)
    monkeypatch.setattr(words, "catalogue", lambda language: found if language == "sv" else none)


@pytest.mark.parametrize(
    ("day", "swedish", "english"),
    [
        (date(2026, 3, 3), "tis 3 mars, v. 10", "Tue 3 March, week 10"),
        (date(2026, 12, 31), "tors 31 december, v. 53", "Thu 31 December, week 53"),
        (date(2027, 1, 3), "sön 3 januari 2027, v. 53", "Sun 3 January 2027, week 53"),
        (date(2027, 1, 4), "mån 4 januari 2027, v. 1", "Mon 4 January 2027, week 1"),
        (date(2024, 12, 30), "mån 30 december 2024, v. 1", "Mon 30 December 2024, week 1"),
    ],
)
def test_day_names_weekday_and_iso_week(day: date, swedish: str, english: str) -> None:
    assert words.day(day, "sv", today=TODAY) == swedish
    assert words.day(day, "en", today=TODAY) == english


def test_day_without_today_names_the_year() -> None:
    assert words.day(TODAY, "sv", week=False) == "tis 3 mars 2026"


@pytest.mark.parametrize("days", range(0, 5000, 7))
def test_week_is_the_iso_week(days: int) -> None:
    that = date(2019, 1, 1) + timedelta(days=days)
    assert words.day(that, "sv").endswith(f"v. {int(that.strftime('%V'))}")


def test_an_instant_is_shown_on_the_clock_in_sweden() -> None:
    late = datetime(2026, 6, 30, 22, 15, tzinfo=UTC)
    assert words.day_time(late, "sv", today=TODAY) == "ons 1 juli kl. 00.15"
    assert words.day_time(late, "en", today=TODAY) == "Wed 1 July at 00:15"
    assert words.day(late.replace(tzinfo=None), "sv", today=TODAY, week=False) == "ons 1 juli"
    assert words.clock(late, "sv") == "00.15"
    assert words.iso(late) == "2026-07-01T00:15+02:00"
    assert words.iso(TODAY) == "2026-03-03"


@pytest.mark.parametrize(
    ("days", "swedish", "english"),
    [
        (0, "i dag", "today"),
        (1, "i morgon", "tomorrow"),
        (-1, "i går", "yesterday"),
        (3, "om 3 dagar", "in 3 days"),
        (-2, "för 2 dagar sedan", "2 days ago"),
        (13, "om 13 dagar", "in 13 days"),
        (14, "om 2 veckor", "in 2 weeks"),
        (-69, "för 9 veckor sedan", "9 weeks ago"),
        (70, "om 2 månader", "in 2 months"),
        (365, "om 11 månader", "in 11 months"),
        (-1100, "för 3 år sedan", "3 years ago"),
    ],
)
def test_relative(days: int, swedish: str, english: str) -> None:
    that = TODAY + timedelta(days=days)
    assert words.relative(that, "sv", today=TODAY) == swedish
    assert words.relative(that, "en", today=TODAY) == english


def test_relative_counts_days_in_sweden_not_hours() -> None:
    before_midnight = datetime(2026, 3, 3, 22, 59, tzinfo=UTC)
    after = datetime(2026, 3, 3, 23, 1, tzinfo=UTC)
    assert words.relative(after, "sv", today=before_midnight) == "i morgon"


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0 byte"), (999, "999 byte"), (1000, "1 kB"), (284_331, "284 kB"), (999_600, "1 MB"),
     (1_843_221, "1,8 MB"), (2_000_000, "2 MB"), (15_843_221, "16 MB"), (1_073_741_824, "1,1 GB"),
     (5 * 10**15, "5000 TB")],
)  # fmt: skip
def test_size(number: int, shown: str) -> None:
    assert words.size(number, "sv") == shown


def test_size_has_a_point_in_english() -> None:
    assert words.size(1_843_221, "en") == "1.8 MB"


def test_join() -> None:
    assert [words.join(list(those), "sv") for those in ("", "a", "ab", "abc")] == [
        "",
        "a",
        "a och b",
        "a, b och c",
    ]
    assert words.join(["a", "b", "c"], "en") == "a, b and c"


@pytest.mark.usefixtures("swedish")
def test_say_fills_gaps_in_the_readers_language() -> None:
    message = N_("%(who)s has not handed in", who=PartyName(1))
    assert words.say(message, "sv", NAMES) == "Region Gävleborg har inte lämnat in"
    assert words.say(message, "en", NAMES) == "Region Gävleborg has not handed in"
    assert words.say(message, "sv") == "part 2 har inte lämnat in"


@pytest.mark.usefixtures("swedish")
def test_say_resolves_what_stands_in_a_gap() -> None:
    text = Text.of({"sv": "underlag", "en": "materials"})
    inner = N_("%(who)s has not handed in", who=[PartyName(0), PartyName(1)])
    assert words.say(N_("At %(when)s", when=text), "sv") == "Senast underlag"
    assert words.say(N_("At %(when)s", when=date(2026, 3, 6)), "sv", today=TODAY) == "Senast fre 6 mars"
    assert (
        words.say(N_("At %(when)s", when=inner), "sv", NAMES)
        == "Senast Region Kalmar län och Region Gävleborg har inte lämnat in"
    )


@pytest.mark.usefixtures("swedish")
def test_say_in_english_where_a_translation_does_not_fit() -> None:
    assert words.say(N_("Broken %(gap)s", gap=1), "sv") == "Broken 1"


def test_sentence() -> None:
    assert words.sentence("ärendet är avslutat") == "Ärendet är avslutat."
    assert words.sentence("Klart?") == "Klart?"
    assert words.sentence("") == ""


def test_say_of_what_is_no_message() -> None:
    assert words.say(None, "sv") == ""
    assert words.say("100 % klart", "sv") == "100 % klart"
    assert words.say(N_("100 % of it"), "en") == "100 % of it"
    assert words.sayer("sv", NAMES)(PartyName(0)) == "Region Kalmar län"


def test_the_time_is_told_in_the_networks_zone() -> None:
    noon = datetime(2026, 1, 12, 12, tzinfo=UTC)
    words.tell_time_in("Europe/Helsinki")
    try:
        assert words.local(noon).hour == 14
    finally:
        words.tell_time_in("Europe/Stockholm")
    assert words.local(noon).hour == 13


def test_a_brief_day_has_its_year_where_it_is_another() -> None:
    today = date(2026, 11, 22)
    assert words.brief_day(date(2026, 12, 4), "sv", today=today) == "4 dec"
    assert words.brief_day(date(2027, 5, 14), "sv", today=today) == "14 maj 2027"
    assert words.brief_day(date(2027, 5, 14), "en", today=today) == "14 May 2027"
