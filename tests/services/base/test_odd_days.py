"""Days and times that raise an eyebrow are asked about before they are saved, in every form; a tick says that they are
meant, and the tick is of what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from peerreview.engine.running.case import SHARED
from peerreview.engine.turns.redating import dues
from peerreview.errors import Invalid
from peerreview.rendering.words import say
from peerreview.services.agreement import move_dates, move_dates_page
from peerreview.services.base.checks import Checks
from peerreview.services.base.house import House
from peerreview.services.base.odd_days import ask_day, check_hours
from peerreview.services.case.opening import looking
from peerreview.services.meetings import edit_meetings
from peerreview.services.review import ask_more_time
from peerreview.services.review.overview import overview
from peerreview.services.team import appoint_deputy

from ..agreement_play import complete, confirm, dates, fields, save
from ..review_fixtures import Cast, advance, make_review

ROOT = Path(__file__).parents[3]
ZONE = ZoneInfo("Europe/Stockholm")
TODAY = date(2026, 3, 3)


def asked(day: date, house: House, **how: Any) -> str:
    checks = Checks()
    ask_day(checks, "day", day, house.calendar, TODAY, **how)
    return " ".join(say(why, "sv") for why, _ in checks.doubts.values())


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2027, 1, 1), "nyårsdagen"),
        (date(2026, 4, 6), "annandag påsk"),
        (date(2026, 3, 8), "ingen arbetsdag"),
        (date(2026, 7, 8), "sommaruppehållet"),
        (date(2028, 3, 7), "Stämmer året?"),
        (date(2025, 1, 14), "Stämmer året?"),
        (date(2026, 3, 10), ""),
    ],
)
def test_days_that_are_asked_about(house: House, day: date, said: str) -> None:
    found = asked(day, house)
    assert said in found
    assert bool(said) == bool(found)


def test_what_is_to_be_done_by_tomorrow_is_asked_about_and_a_meeting_tomorrow_is_not(house: House) -> None:
    for day in (TODAY, TODAY + timedelta(days=1)):
        assert asked(day, house, soon=True)
        assert not asked(day, house)


def hours(
    day: date, start: str, until: str = "", now: datetime | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    checks = Checks()
    ends = time.fromisoformat(until) if until else None
    check_hours(checks, day, time.fromisoformat(start), ends, ZONE, now=now)
    faults = {field: say(why, "sv") for field, why in checks.faults.items()}
    return faults, {field: say(why, "sv") for field, (why, _) in checks.doubts.items()}


def test_an_hour_that_there_is_not_is_refused_and_one_that_comes_twice_asked_about() -> None:
    spring, autumn = date(2027, 3, 28), date(2026, 10, 25)
    assert "finns inte" in hours(spring, "02:30")[0]["time"]
    assert "finns inte" in hours(spring, "01:30", "02:00")[0]["until"]
    assert hours(spring, "03:00")[0] == {}
    assert "två gånger" in hours(autumn, "02:30")[1]["time"]
    assert "två gånger" not in str(hours(autumn, "03:00"))


def test_hours_at_night_past_or_very_many_are_asked_about() -> None:
    day = date(2026, 3, 10)
    assert hours(day, "09:00", "12:00") == ({}, {})
    assert set(hours(day, "05:30")[1]) == {"time"}
    assert set(hours(day, "19:00", "22:00")[1]) == {"until"}
    assert set(hours(day, "07:00", "18:30")[1]) == {"until"}
    now = datetime(2026, 3, 10, 10, tzinfo=ZONE)
    assert set(hours(day, "09:00", now=now)[1]) == {"time"}
    assert hours(day, "11:00", now=now) == ({}, {})


# ---- the forms

Deed = Callable[[House, Cast, str, str], object]


def _meeting(house: House, cast: Cast, day: str, meant: str) -> object:
    return edit_meetings.plan_meeting(
        house, actor=cast.lead, review_id=cast.review_id, key="second_meeting", day=day, start="09:00", until="",
        place="", link="", already_held=False, seen=0, meant=meant, now=cast.now,
    )  # fmt: skip


def _agreement(house: House, cast: Cast, day: str, meant: str) -> object:
    typed = complete(house, cast)
    newest = fields(house, cast)
    wishes = tuple(
        replace(wish, id=kept["id"]) for wish, kept in zip(typed.wishes, newest["wishes"], strict=True)
    )
    changed = replace(typed, wishes=wishes, dates=dates(typed, closing=day), meant=meant)
    return save(house, cast, cast.coordinator(0), changed, version=1, confirmed=(0, 1))


def _move(house: House, cast: Cast, day: str, meant: str) -> object:
    of = {"review_id": cast.review_id, "now": cast.now}
    form = move_dates_page.move_form(house, actor=cast.lead, **of)  # type: ignore[arg-type]
    typed = {**form.typed, "closing": day}
    move_dates_page.preview_move(house, actor=cast.lead, dates=typed, meant=meant, **of)  # type: ignore[arg-type]
    return move_dates.move_dates(
        house, actor=cast.lead, dates=typed, meant=meant, reason="Skäl", version=1, **of
    )  # type: ignore[arg-type]


def _ask(house: House, cast: Cast, day: str, meant: str) -> object:
    return ask_more_time.ask(
        house, actor=cast.coordinator(0), review_id=cast.review_id, step="exchange/collect", party=0, day=day,
        reason="Skäl", meant=meant, now=cast.now,
    )  # fmt: skip


@pytest.mark.parametrize("deed", [_meeting, _agreement, _move, _ask])
def test_every_form_asks_before_it_saves_and_takes_the_tick_for_what_was_typed(
    house: House, deed: Deed
) -> None:
    cast = advance(house, make_review(house), to="collect")
    sunday, monday = "2027-01-24", "2027-05-30"
    with pytest.raises(Invalid) as error:
        deed(house, cast, sunday, "")
    assert len(error.value.errors) == 2, "the day, and the tick"
    token = dict(error.value.errors["meant"].params)["token"]
    assert sunday in token
    with pytest.raises(Invalid) as error:
        # The tick was for another day.
        deed(house, cast, monday, token)
    assert monday in dict(error.value.errors["meant"].params)["token"]
    deed(house, cast, sunday, token)


def test_a_deputy_s_days_may_be_free_days_but_not_far_ahead(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    actor = cast.coordinator(0)
    with looking(house, review_id=cast.review_id, actor=actor, now=cast.now) as case:
        seat = next(seat.id for seat in case.rows.seated if seat.person_id == actor.person_id)

    def name(since: str, until: str, meant: str = "") -> object:
        return appoint_deputy.name_deputy(
            house, actor=actor, review_id=cast.review_id, seat_id=seat, person_id=cast.member(0).person_id,
            since=since, until=until, meant=meant, now=cast.now, real_now=cast.now,
        )  # fmt: skip

    name("2026-07-04", "2026-07-05")
    with pytest.raises(Invalid) as error:
        name("2028-03-06", "2028-03-10")
    assert list(error.value.errors) == ["since", "meant"]


def test_an_agreed_day_on_which_nobody_works_is_that_day_everywhere(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    with pytest.raises(Invalid) as error:
        _move(house, cast, "2027-01-24", "")
    _move(house, cast, "2027-01-24", dict(error.value.errors["meant"].params)["token"])
    assert not confirm(house, cast, 0, 2)
    assert confirm(house, cast, 1, 2)
    seen = overview(house, actor=cast.lead, review_id=cast.review_id, now=cast.now)
    assert date(2027, 1, 24) in {one.day for one in seen.dates}
    with looking(house, review_id=cast.review_id, actor=cast.lead, now=cast.now) as case:
        assert dues(case.case, cast.now)[("closing_meeting", SHARED)] == date(2027, 1, 24)


# Forms in which days are looked up, not set.
LOOKED_UP = {
    "reviews/_mail.html",
    "workflows/rehearsal.html",
    "demo/clock.html",
    "hours/index.html",
    "me/_mail.html",
}


def test_no_form_with_a_day_or_a_time_is_without_the_question() -> None:
    templates = ROOT / "templates" / "web"
    for path in templates.rglob("*.html"):
        text, name = path.read_text(), path.relative_to(templates).as_posix()
        typed = re.search(r"forms\.date\(|forms\.field\([^)]*\"time\"|dated\.date\(", text)
        if typed and name not in LOOKED_UP | {"_forms.html", "agreement/_date.html"}:
            assert "forms.meant(errors)" in text, name


def test_no_office_reads_a_day_without_asking_about_it() -> None:
    # Hours that were spent and a pause of mail have limits of their own, near on both sides; moving dates asks `terms`.
    quiet = {"log_hours.py", "be_away.py", "checks.py", "move_dates_page.py"}
    for path in (ROOT / "peerreview" / "services").rglob("*.py"):
        text = path.read_text()
        if "checks.day(" in text and path.name not in quiet:
            assert "ask_day(" in text, path.name
