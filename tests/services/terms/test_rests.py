"""A review that has rested: every page, form, mail and calendar says the same day, and that it was put off; a day that
is set after the rest is that day."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from icalendar import Calendar
from sqlalchemy import select

from peerreview.errors import PutOffDay, Refused
from peerreview.rendering.words import say
from peerreview.services.agreement import agreement_page, edit_agreement, move_dates, move_dates_page
from peerreview.services.base.house import Account, House
from peerreview.services.case.opening import looking
from peerreview.services.home import calendar_feed, my_page
from peerreview.services.lead import board
from peerreview.services.mail.put_in_outbox import text_of
from peerreview.services.review import action_page, ask_more_time, more_time_page
from peerreview.services.review.do_action import Wish
from peerreview.services.review.overview import overview
from peerreview.services.terms import agreement_versions
from peerreview.services.terms.agreement_summary import DATE_WORDS, summary_of
from peerreview.services.terms.agreement_terms import typed_of
from peerreview.store.mail.outbox import Outgoing, PlannedMail

from ..agreement_play import confirm, resave
from ..review_fixtures import Cast, advance, do, make_review

MATERIALS, QUESTIONS, MEETING = date(2026, 4, 14), date(2026, 5, 12), date(2026, 5, 26)
TWO_WEEKS = timedelta(weeks=2)


@pytest.fixture
def cast(house: House) -> Cast:
    """The materials are being gathered, after a rest of two weeks: agreed for 14 April, the questions for 12 May."""
    cast = advance(house, make_review(house), to="collect")
    return rest(house, cast, TWO_WEEKS)


def rest(house: House, cast: Cast, length: timedelta) -> Cast:
    do(house, cast, cast.lead, "hold", reason="Skäl")
    cast.now += length
    do(house, cast, cast.lead, "resume", reason="Skäl")
    return cast


def told(house: House, cast: Cast) -> dict[str, set[date]]:
    """Where somebody is told of it, on which days the materials are due."""
    lead, coordinator, of = cast.lead, cast.coordinator(0), {"review_id": cast.review_id, "now": cast.now}
    read = date.fromisoformat
    with house.db.read() as session:
        planned = select(PlannedMail.data).where(
            PlannedMail.step == "exchange/collect", PlannedMail.state == "planned"
        )
        mails = {read(data["due"]) for data in session.scalars(planned)}
    token = calendar_feed.make_feed(house, actor=coordinator, real_now=cast.now)
    events = Calendar.from_ical(calendar_feed.feed(house, token=token, now=cast.now)).walk("VEVENT")
    seen = overview(house, actor=coordinator, **of)
    force = agreement_page.agreement(house, actor=lead, **of).force
    assert force is not None
    with looking(house, review_id=cast.review_id, actor=coordinator, now=cast.now) as case:
        newest = agreement_versions.newest_of(case)
        assert newest is not None
        summary = dict(summary_of(case, newest))
    return {
        "overview": {one.day for one in seen.dates if say(one.title, "en") == "Materials handed in"},
        "panels": {panel.due for panel in seen.panels if panel.due},
        "lanes": {c.note for c in seen.lanes.columns if c.path == "exchange/collect" and c.note},
        "agreement": {
            said for label, said, _ in force.dates if say(label, "en") == "The materials are handed in"
        },
        "edit": {read(agreement_page.edit_form(house, actor=coordinator, **of).typed.dates["materials"])},
        "move": {read(move_dates_page.move_form(house, actor=lead, **of).typed["materials"])},
        "agreed": {
            row.agreed
            for row in move_dates_page.move_form(house, actor=lead, **of).rows
            if row.key == "materials"
        },
        "summary": {dict(summary[DATE_WORDS["materials"]].params)["day"]},  # type: ignore[union-attr]
        "my page": {
            task.due
            for task in my_page.home(house, actor=coordinator, now=cast.now, real_now=cast.now).tasks
            if task.due
        },
        "board": {
            row.due
            for row in board.board(house, actor=lead, now=cast.now, real_now=cast.now).rows
            if row.due is not None
        },
        "mails": mails,
        "feed": {day for event in events if type(day := event["dtstart"].dt) is date},
        "more time": {
            more_time_page.page(house, actor=coordinator, step="exchange/collect", party=0, **of).due
            or date.min
        },
    }


def days_said(house: House, cast: Cast) -> set[date]:
    found = told(house, cast)
    assert all(found.values()), {where for where, days in found.items() if not days}
    return set.union(*found.values())


def test_all_who_tell_of_a_date_say_the_same_day_and_that_a_rest_put_it_off(house: House, cast: Cast) -> None:
    assert days_said(house, cast) == {MATERIALS + TWO_WEEKS}
    for where in ("overview", "panels", "lanes", "agreement", "agreed", "summary", "my page", "board"):
        for day in told(house, cast)[where]:
            assert isinstance(day, PutOffDay), where
            assert day.was == MATERIALS, where


def test_the_mail_that_it_goes_on_names_the_new_days(house: House, cast: Cast) -> None:
    with house.db.read() as session:
        query = select(Outgoing).where(Outgoing.subject.startswith("Granskningen fortsätter"))
        [text, *_] = [text_of(row.message) for row in session.scalars(query)]
    assert "28 april" in text
    assert "14 april" in text


def test_a_day_set_after_the_rest_is_that_day_and_the_others_stay_put_off(house: House, cast: Cast) -> None:
    coordinator = cast.coordinator(0)
    form = move_dates_page.move_form(house, actor=coordinator, review_id=cast.review_id, now=cast.now)
    typed = {**form.typed, "questions": QUESTIONS.isoformat()}
    assert typed["materials"] == (MATERIALS + TWO_WEEKS).isoformat()
    of = {"review_id": cast.review_id, "now": cast.now, "dates": typed}
    seen = move_dates_page.preview_move(house, actor=coordinator, **of).foresight  # type: ignore[arg-type]
    assert {(say(d.step, "en"), d.before, d.after) for d in seen.dues} == {
        ("Write review questions", QUESTIONS + TWO_WEEKS, QUESTIONS)
    }
    move_dates.move_dates(house, actor=coordinator, reason="Skäl", version=1, **of)  # type: ignore[arg-type]
    assert confirm(house, cast, 1, 2)
    assert days_said(house, cast) == {MATERIALS + TWO_WEEKS}
    seen_now = overview(house, actor=cast.lead, review_id=cast.review_id, now=cast.now)
    dates = {say(one.title, "en"): one.day for one in seen_now.dates}
    assert dates["Review questions sent"] == QUESTIONS
    assert dates["Second meeting"] == MEETING + TWO_WEEKS
    # The day that it once was is a day like another.
    resaved = resave(house, cast, coordinator, dates={**typed, "materials": MATERIALS.isoformat()})
    confirm(house, cast, 0, resaved.version)
    confirm(house, cast, 1, resaved.version)
    assert days_said(house, cast) == {MATERIALS}
    rest(house, cast, timedelta(weeks=1))
    assert days_said(house, cast) == {MATERIALS + timedelta(weeks=1)}


def test_saving_what_rests_have_put_off_changes_nothing(house: House, cast: Cast) -> None:
    saved = resave(house, cast, cast.coordinator(0))
    assert not saved.changed
    form = agreement_page.edit_form(house, actor=cast.coordinator(0), review_id=cast.review_id, now=cast.now)
    with looking(house, review_id=cast.review_id, actor=cast.lead, now=cast.now) as case:
        written = typed_of(case.rows.agreements[0].fields)
    assert form.typed.dates != written.dates
    version = agreement_page.one_version(
        house, actor=cast.lead, review_id=cast.review_id, number=1, now=cast.now
    )
    assert MATERIALS in {said for _, said, _ in version.version.dates}, "an earlier version says what it said"


def test_a_proposal_that_waited_through_a_rest_is_put_off_with_it(house: House, cast: Cast) -> None:
    coordinator = cast.coordinator(0)
    form = move_dates_page.move_form(house, actor=coordinator, review_id=cast.review_id, now=cast.now)
    typed = {**form.typed, "questions": QUESTIONS.isoformat()}
    of = {"review_id": cast.review_id, "now": cast.now, "dates": typed}
    move_dates.move_dates(house, actor=coordinator, reason="Skäl", version=1, **of)  # type: ignore[arg-type]
    rest(house, cast, timedelta(weeks=1))
    view = agreement_page.agreement(house, actor=cast.coordinator(1), review_id=cast.review_id, now=cast.now)
    assert [(change.before, change.after) for change in view.changes] == [
        (QUESTIONS + timedelta(weeks=3), QUESTIONS + timedelta(weeks=1))
    ]
    assert confirm(house, cast, 1, 2)
    assert days_said(house, cast) == {MATERIALS + timedelta(weeks=3)}


def test_a_proposal_taken_back_after_a_rest_leaves_the_days_as_they_were(house: House, cast: Cast) -> None:
    coordinator = cast.coordinator(0)
    resave(house, cast, coordinator, report="joint")
    before = days_said(house, cast)
    edit_agreement.drop_proposal(house, actor=coordinator, review_id=cast.review_id, version=2, now=cast.now)
    assert days_said(house, cast) == before == {MATERIALS + TWO_WEEKS}
    force = agreement_page.agreement(house, actor=coordinator, review_id=cast.review_id, now=cast.now)
    assert force.pending is None


def test_no_date_has_been_while_the_review_rests(house: House, cast: Cast) -> None:
    do(house, cast, cast.lead, "hold", reason="Skäl")
    cast.now += timedelta(weeks=30)
    seen = overview(house, actor=cast.lead, review_id=cast.review_id, now=cast.now)
    assert not any(one.past for one in seen.dates if not one.meeting)


def test_whoever_would_answer_an_asking_is_told_that_the_review_rests(house: House, cast: Cast) -> None:
    asked: dict[str, object] = {"step": "exchange/collect", "party": 0}
    of = {"review_id": cast.review_id, "now": cast.now, **asked}
    ask_more_time.ask(house, actor=cast.coordinator(0), day="2026-05-12", reason="Skäl", **of)  # type: ignore[arg-type]
    do(house, cast, cast.lead, "hold", reason="Skäl")

    def why(who: Account) -> str:
        with pytest.raises(Refused) as error:
            more_time_page.page(house, actor=who, **of)  # type: ignore[arg-type]
        return say(error.value.reason, "en")

    assert why(cast.coordinator(1)) == "the review is on hold"
    assert why(cast.coordinator(0)) == "the review is on hold"
    assert why(cast.member(1)).startswith("this is done by")


@pytest.mark.parametrize("seed", [3, 8])
def test_however_rests_and_moves_follow_each_other_all_say_the_same_day(house: House, seed: int) -> None:
    cast, calendar, dice = advance(house, make_review(house), to="collect"), house.calendar, Random(seed)
    told_day = raw = MATERIALS
    for _ in range(4):
        cast.now += timedelta(days=dice.randint(0, 4))
        if dice.random() < 0.6:
            begun, length = calendar.day(cast.now), timedelta(days=dice.randint(1, 30))
            do(house, cast, cast.lead, "hold", reason="Skäl")
            cast.now += length
            view = action_page.look(
                house, actor=cast.lead, review_id=cast.review_id, wish=Wish("resume"), now=cast.now
            )
            days = {one.field: one.proposed.isoformat() for one in view.new_days}
            do(house, cast, cast.lead, "resume", reason="Skäl", days=days)
            if begun <= told_day:
                raw += length
                told_day = calendar.on_or_before(raw)
            assert not days, "nothing was late before the rest"
        else:
            form = move_dates_page.move_form(house, actor=cast.lead, review_id=cast.review_id, now=cast.now)
            told_day = raw = calendar.on_or_after(
                calendar.day(cast.now) + timedelta(days=dice.randint(5, 12))
            )
            typed = {**form.typed, "materials": told_day.isoformat()}
            of = {"review_id": cast.review_id, "now": cast.now, "version": form.version}
            move_dates.move_dates(house, actor=cast.lead, dates=typed, reason="Skäl", **of)  # type: ignore[arg-type]
            for party in cast.parties:
                confirm(house, cast, party, form.version + 1)
        assert days_said(house, cast) == {told_day}
