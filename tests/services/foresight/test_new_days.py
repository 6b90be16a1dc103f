"""Going back to a step whose day has been, or going on after a rest: a new day is asked for in the same form, is that
day for everybody, and is reminded of."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from peerreview.engine.running.case import Scope
from peerreview.engine.running.moves import Choice
from peerreview.errors import Invalid
from peerreview.rendering.words import say
from peerreview.services.agreement import agreement_page, move_dates_page
from peerreview.services.base.house import House
from peerreview.services.review import action_page, history_page
from peerreview.services.review.action_page import Typed
from peerreview.services.review.do_action import Wish
from peerreview.services.review.overview import overview
from peerreview.store.mail.outbox import Outgoing, PlannedMail

from ..review_fixtures import Cast, advance, do, make_review
from ..team_play import appoint

COLLECT = "exchange/collect"


@pytest.fixture
def cast(house: House) -> Cast:
    """The questions are being written, long after the materials were due (14 April; questions 12 May, second meeting
    26 May)."""
    cast = advance(house, make_review(house), to="work")
    cast.now += timedelta(weeks=9)
    return cast


def form(house: House, cast: Cast, target: str) -> action_page.ActionView:
    return action_page.look(
        house,
        actor=cast.lead,
        review_id=cast.review_id,
        wish=Wish("back"),
        typed=Typed(target=target),
        now=cast.now,
    )


def go_back(house: House, cast: Cast, target: str, **days: str) -> str:
    typed = Typed(reason="Skäl", target=target, days=days)
    return action_page.do(
        house,
        actor=cast.lead,
        review_id=cast.review_id,
        wish=Wish("back"),
        typed=typed,
        seen=None,
        now=cast.now,
    )


def proposals(view: action_page.ActionView) -> dict[str, str]:
    return {one.field: one.proposed.isoformat() for one in view.new_days}


def reminders(house: House) -> dict[tuple[str, int], set[str]]:
    with house.db.read() as session:
        found: dict[tuple[str, int], set[str]] = {}
        for row in session.scalars(select(PlannedMail).where(PlannedMail.state == "planned")):
            found.setdefault((row.step, row.party), set()).add(row.data["due"])
        return found


def test_the_form_asks_for_each_step_whose_day_has_been_and_those_that_follow_too_soon(
    house: House, cast: Cast
) -> None:
    view = form(house, cast, "0:exchange/collect")
    asked = {say(one.step, "en"): (one.was, one.proposed, one.sides) for one in view.new_days}
    assert asked["Compile the materials"][:1] == (date(2026, 4, 14),)
    assert asked["Compile the materials"][2] == ("Region Kalmar län",)
    days = [proposed for _, proposed, _ in asked.values()]
    assert days == sorted(days)
    assert all(day > cast.now.date() and house.calendar.works(day) for day in days)
    assert asked["Write review questions"][0] == date(2026, 5, 12)


def test_without_a_new_day_nothing_is_done(house: House, cast: Cast) -> None:
    with pytest.raises(Invalid) as error:
        go_back(house, cast, "0:exchange/collect")
    wanted = set(proposals(form(house, cast, "0:exchange/collect")))
    assert set(error.value.errors) == wanted
    field = min(wanted)
    with pytest.raises(Invalid) as error:
        go_back(
            house, cast, "0:exchange/collect", **{**dict.fromkeys(wanted, "2026-09-15"), field: "2026-04-20"}
        )
    assert field in error.value.errors


def test_the_new_day_is_told_everywhere_and_reminded_of(house: House, cast: Cast) -> None:
    days = proposals(form(house, cast, "0:exchange/collect"))
    go_back(house, cast, "0:exchange/collect", **days)
    seen = overview(house, actor=cast.coordinator(0), review_id=cast.review_id, now=cast.now)
    [panel] = [panel for panel in seen.panels if say(panel.title, "en") == "Compile the materials"]
    new = panel.due
    assert new is not None
    assert new > cast.now.date()
    assert not panel.late
    assert reminders(house)[(COLLECT, 0)] == {new.isoformat()}
    otherwise = {say(one.title, "en"): [dict(o.params)["day"] for o in one.otherwise] for one in seen.dates}
    assert otherwise["Materials handed in"] == [new]
    force = agreement_page.agreement(house, actor=cast.lead, review_id=cast.review_id, now=cast.now).force
    assert force is not None
    assert new in {dict(o.params)["day"] for _, _, others in force.dates for o in others}
    rows = move_dates_page.move_form(house, actor=cast.lead, review_id=cast.review_id, now=cast.now).rows
    assert new in {dict(o.params)["day"] for row in rows for o in row.otherwise}
    with house.db.read() as session:
        subjects = session.scalars(select(Outgoing.subject).where(Outgoing.about_at >= cast.now))
        said = [subject for subject in subjects if "april" in subject]
    assert said == [], "no mail names the day that has been"
    lines = history_page.history(house, actor=cast.member(1), review_id=cast.review_id, now=cast.now).lines
    assert any(
        "Set a new day for A: Compile the materials" in say(line.title, "en", {0: "A", 1: "B"})
        for line in lines
    )


def test_back_for_all_gives_all_the_new_day_and_the_shared_steps_theirs(house: House) -> None:
    cast = advance(house, make_review(house), to="final_report")
    cast.now += timedelta(weeks=20)
    view = form(house, cast, "all:second_meeting")
    assert [say(one.step, "en") for one in view.new_days][:1] == ["Second meeting"]
    go_back(house, cast, "all:second_meeting", **proposals(view))
    due = {one.proposed for one in view.new_days if say(one.step, "en") == "Second meeting"}
    seen = overview(house, actor=cast.lead, review_id=cast.review_id, now=cast.now)
    assert {panel.due for panel in seen.panels} == due
    assert reminders(house)[("second_meeting", -1)] == {day.isoformat() for day in due}
    # The next visit of the step is counted anew.
    again = {say(one.step, "en") for one in form(house, cast, "all:exchange").new_days}
    assert "Second meeting" in again


def test_an_agreement_that_is_confirmed_anew_gets_its_days_in_itself(house: House, cast: Cast) -> None:
    assert form(house, cast, "all:first_meeting").new_days == ()


def test_a_rest_ends_with_a_new_day_for_what_was_late_before_it(house: House, cast: Cast) -> None:
    cast.now += timedelta(weeks=3)
    do(house, cast, cast.lead, "hold", reason="Skäl")
    cast.now += timedelta(weeks=2)
    view = action_page.look(
        house, actor=cast.lead, review_id=cast.review_id, wish=Wish("resume"), typed=Typed(), now=cast.now
    )
    assert {say(one.step, "en") for one in view.new_days} >= {"Write review questions"}
    with pytest.raises(Invalid):
        do(house, cast, cast.lead, "resume", reason="Skäl")
    do(house, cast, cast.lead, "resume", reason="Skäl", days=proposals(view))
    seen = overview(house, actor=cast.lead, review_id=cast.review_id, now=cast.now)
    assert not any(panel.late for panel in seen.panels)


def test_a_rest_in_time_asks_for_nothing(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    do(house, cast, cast.lead, "hold", reason="Skäl")
    cast.now += timedelta(weeks=20)
    do(house, cast, cast.lead, "resume", reason="Skäl")


def test_going_on_without_a_late_step_asks_for_the_day_of_the_next(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    cast.now += timedelta(weeks=12)
    place = (COLLECT, Scope(0))
    with pytest.raises(Invalid) as error:
        do(house, cast, cast.lead, "go_on", reason="Skäl", choice=Choice(place=place))
    assert error.value.errors


def test_what_comes_after_tells_the_new_day_too(house: House) -> None:
    cast = advance(house, make_review(house), to="final_report")
    cast.now += timedelta(weeks=20)
    view = form(house, cast, "all:second_meeting")
    assert "Second meeting" not in {say(shift.step, "en") for shift in view.shifts}, (
        "it is asked for, not told"
    )
    go_back(house, cast, "all:second_meeting", **proposals(view))
    new = {say(one.step, "en"): one.proposed for one in view.new_days}
    seen = overview(house, actor=cast.lead, review_id=cast.review_id, now=cast.now)
    coming = {say(one.title, "en"): dict(one.when.params).get("day") for one in seen.coming}
    assert coming["Finish the report"] == new["Finish the report"]
    columns = {column.path: column.note for column in seen.lanes.columns}
    assert columns["final_report"] == new["Finish the report"]
    # The meeting's old day has been; what counts is told beside it.
    meeting = next(one for one in seen.dates if one.meeting == "second_meeting")
    assert [dict(one.params)["day"] for one in meeting.otherwise] == [new["Second meeting"]]


def test_a_side_that_opens_its_team_again_says_until_when(house: House) -> None:
    cast = advance(house, make_review(house), to="teams")
    for number in range(2):
        appoint(house, cast, cast.coordinator(1), name=f"Ny {number}", email=f"ny{number}@example.org")
    for party in (0, 1):
        do(house, cast, cast.coordinator(party), "confirm", "teams")
    cast.now += timedelta(weeks=4)
    with pytest.raises(Invalid) as error:
        do(house, cast, cast.coordinator(1), "reopen", "teams")
    [field] = error.value.errors
    day = house.calendar.add(cast.now.date(), 5)
    do(house, cast, cast.coordinator(1), "reopen", "teams", days={field: day.isoformat()})
    seen = overview(house, actor=cast.coordinator(1), review_id=cast.review_id, now=cast.now)
    assert {side.due for panel in seen.panels for side in panel.sides if side.party == 1} == {day}
