"""What is late is reminded of again and again, goes on to others, and stops (engine.md 53): weeks of clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from peerreview.engine.running.case import Scope
from peerreview.engine.running.dates import Calendar
from peerreview.engine.running.moves import Choice
from peerreview.services.base.house import Account, House
from peerreview.services.mail.put_in_outbox import text_of
from peerreview.services.worker import each_tick
from peerreview.store.mail.outbox import Outgoing, PlannedMail
from peerreview.store.people.people import Person
from peerreview.store.review.reviews import Review

from ..review_fixtures import Cast, advance, do, make_review
from ..turns.test_vacant import close

DAY = timedelta(days=1)


def pass_days(house: House, cast: Cast, days: int) -> None:
    """A tick a day, after the hour of mail."""
    for _ in range(days):
        cast.now += DAY
        each_tick.tick(house, now=cast.now, real_now=cast.now)


def sent(house: House, who: Account, *kinds: str) -> list[date]:
    """The days on which somebody was told that something is late."""
    with house.db.read() as session:
        asked = select(Outgoing.about_at).where(
            Outgoing.person_id == who.person_id, Outgoing.kind.in_(kinds or ("reminder", "digest"))
        )
        return [house.calendar.day(at) for at in session.scalars(asked.order_by(Outgoing.id))]


def due_of(house: House, cast: Cast) -> date:
    with house.db.read() as session:
        due = session.get_one(Review, cast.review_id).due_on
        assert due is not None
        return due


def late_ahead(house: House, cast: Cast) -> dict[int, int]:
    """By seat, how many reminders of what is late are planned."""
    found: dict[int, int] = defaultdict(int)
    with house.db.read() as session:
        planned = session.query(PlannedMail).filter_by(review_id=cast.review_id, state="planned")
        for row in planned:
            found[row.seat_id] += row.rule.startswith("late")
    return found


def one_side_is_late(house: House) -> Cast:
    cast = make_review(house)
    do(house, cast, cast.coordinator(1), "accept", "acceptance", conflict="none")
    return cast


def test_twelve_weeks_of_silence_are_not_met_with_silence(house: House) -> None:
    cast = one_side_is_late(house)
    due, calendar = due_of(house, cast), house.calendar
    for _ in range(16):
        pass_days(house, cast, 7)
        assert max(late_ahead(house, cast).values(), default=0) <= 1, "one to come is planned at a time"
    by_days = [calendar.add(due, days) for days in (2, 5, 10)]
    weekly = [by_days[-1] + timedelta(weeks=n) for n in range(1, 13)]
    later = [calendar.on_or_after(day) for day in weekly if day <= due + timedelta(weeks=12)]
    before = [calendar.add(due, -3)]
    assert sent(house, cast.coordinator(0)) == [*before, *by_days, *later]
    # The definition tells the management contact and the lead two working days late.
    assert sent(house, cast.contact(0)) == [by_days[0], by_days[2], *later]
    assert sent(house, cast.lead) == [by_days[0], by_days[2]]
    for who in (cast.coordinator(1), cast.contact(1), cast.member(0)):
        assert sent(house, who) == []


def test_lead_hears_once_a_week_what_stands_still_for_as_long_as_it_does(house: House) -> None:
    cast = one_side_is_late(house)
    due = due_of(house, cast)
    pass_days(house, cast, 120)
    mondays = sent(house, cast.lead, "still")
    weeks = [day.isocalendar()[:2] for day in mondays]
    assert len(set(weeks)) == len(weeks)
    assert len(weeks) >= 14
    assert all(day > due for day in mondays)
    assert mondays[-1] > due + timedelta(weeks=12)
    with house.db.read() as session:
        mail = session.scalars(select(Outgoing).where(Outgoing.kind == "still").order_by(Outgoing.id)).first()
        assert mail is not None
        assert mail.subject == "En granskning står stilla: Kalmar län – Gävleborg"
        assert "Svara på förslaget, Region Kalmar län (processledare), sedan" in " ".join(
            text_of(mail.message).split()
        )
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    pass_days(house, cast, 14)
    assert sent(house, cast.lead, "still") == mondays


def test_lead_who_has_declined_what_is_late_hears_nothing_of_it(house: House) -> None:
    cast = one_side_is_late(house)
    with house.db.write() as session:
        session.get_one(Person, cast.lead.person_id).declined = "late"
    pass_days(house, cast, 60)
    assert sent(house, cast.lead, "still", "reminder") == []


def _done(house: House, cast: Cast) -> None:
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")


def _rests(house: House, cast: Cast) -> None:
    do(house, cast, cast.lead, "hold", reason="Sommar.")


def _ends(house: House, cast: Cast) -> None:
    do(house, cast, cast.lead, "cancel", reason="Fel part.")


def _goes_on(house: House, cast: Cast) -> None:
    choice = Choice(place=("acceptance", Scope(0)))
    do(house, cast, cast.lead, "go_on", reason="De är med.", choice=choice)


def _nobody(house: House, cast: Cast) -> None:
    close(house, cast)


@pytest.mark.parametrize("stop", [_done, _rests, _ends, _goes_on, _nobody])
def test_reminders_stop_when_there_is_nothing_to_remind_of(
    house: House, stop: Callable[[House, Cast], None]
) -> None:
    cast = one_side_is_late(house)
    pass_days(house, cast, 30)
    assert len(sent(house, cast.coordinator(0))) >= 3
    stop(house, cast)
    before = {name: sent(house, who) for name, who in cast.everyone().items()}
    with house.db.read() as session:
        old = session.query(PlannedMail).filter_by(
            review_id=cast.review_id, step="acceptance", state="planned"
        )
        assert old.count() == 0
    pass_days(house, cast, 10)
    for name, who in cast.everyone().items():
        assert sent(house, who) == before[name], name


def test_side_that_has_left_a_ring_is_not_reminded_nor_told_of(house: House) -> None:
    cast = make_review(house, 3)
    for party in (1, 2):
        do(house, cast, cast.coordinator(party), "accept", "acceptance", conflict="none")
    pass_days(house, cast, 30)
    do(house, cast, cast.lead, "withdraw", reason="Ont om folk.", choice=Choice(party=0))
    before = sent(house, cast.coordinator(0))
    pass_days(house, cast, 30)
    assert sent(house, cast.coordinator(0)) == before


def test_worker_that_was_down_sends_one_reminder_not_all(house: House) -> None:
    cast = one_side_is_late(house)
    before = len(sent(house, cast.coordinator(0)))
    pass_days(house, cast, 1)
    cast.now += timedelta(weeks=8)
    each_tick.tick(house, now=cast.now, real_now=cast.now)
    assert len(sent(house, cast.coordinator(0))) == before + 1


def test_form_of_a_single_person_goes_on_to_nobody(house: House) -> None:
    cast = advance(house, make_review(house), to="evaluation")
    pass_days(house, cast, 21)
    reminded = sent(house, cast.member(0))
    assert len(reminded) >= 2
    with house.db.read() as session:
        told = session.query(PlannedMail).filter(PlannedMail.step == "evaluation", PlannedMail.seat_id < 0)
        assert told.count() == 0


def test_house_that_wants_none_sends_none(house: House) -> None:
    cast = one_side_is_late(house)
    due = due_of(house, cast)
    quiet = House(
        db=house.db,
        workflows=house.workflows,
        calendar=_without(house),
        files=house.files,
        settings=house.settings,
    )
    pass_days(quiet, cast, 40)
    assert sent(quiet, cast.coordinator(0)) == [house.calendar.add(due, n) for n in (-3, 2)]


def _without(house: House) -> Calendar:
    return replace(house.calendar, late=())


def test_running_review_of_before_is_reminded_too(house: House) -> None:
    """A review whose mail was planned before there were such reminders is woken by the migration."""
    cast = one_side_is_late(house)
    now: datetime = cast.now + timedelta(weeks=4)
    with house.db.write() as session:
        session.query(PlannedMail).filter(PlannedMail.rule.startswith("late")).delete()
        review = session.get_one(Review, cast.review_id)
        review.wake_at, review.due_on = cast.now, None
    each_tick.tick(house, now=now, real_now=now)
    assert late_ahead(house, cast)
    assert due_of(house, cast) < house.calendar.day(now)
