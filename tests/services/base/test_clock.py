"""The demo's clock goes forward, for the lead alone; outside of the demo there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from peerreview.errors import Invalid, NotFound, Refused
from peerreview.services.base.clock import method_now, move, next_due, start_at
from peerreview.services.base.house import Account, House
from peerreview.store.mail.outbox import PlannedMail
from peerreview.store.review.reviews import Review

from ...people import make_person
from ..mail.test_mailing import make_review


@pytest.fixture
def demo(house: House) -> House:
    return replace(house, settings=house.settings.model_copy(update={"demo": True}))


@pytest.fixture
def lead(house: House) -> Account:
    return make_person(house, "Projektledaren", is_lead=True)


def test_outside_of_the_demo_it_is_the_real_clock(
    house: House, demo: House, lead: Account, now: datetime
) -> None:
    with pytest.raises(NotFound):
        move(house, actor=lead, days=1, real_now=now)
    move(demo, actor=lead, days=1, real_now=now)
    assert method_now(house, now) == now


def test_it_goes_forward_and_goes_on_ticking(demo: House, lead: Account, now: datetime) -> None:
    assert method_now(demo, now) == now
    assert move(demo, actor=lead, days=7, real_now=now) == now + timedelta(days=7)
    later = now + timedelta(hours=1)
    assert method_now(demo, later) == later + timedelta(days=7)
    assert move(demo, actor=lead, days=1, real_now=later) == later + timedelta(days=8)


def test_a_day_is_meant_from_when_its_mails_go(demo: House, lead: Account, now: datetime) -> None:
    at = datetime(2026, 3, 30, 6, 1, tzinfo=UTC)
    assert move(demo, actor=lead, to=date(2026, 3, 30), real_now=now) == at
    assert method_now(demo, now) == at


def test_an_instant_is_reached_and_not_just_missed(demo: House, lead: Account, now: datetime) -> None:
    at = now + timedelta(days=1, microseconds=1)
    assert at <= move(demo, actor=lead, to=at, real_now=now) < at + timedelta(seconds=1)


def test_it_never_goes_back(demo: House, lead: Account, now: datetime) -> None:
    move(demo, actor=lead, days=10, real_now=now)
    before = method_now(demo, now)
    for to in (now, before, date(2026, 3, 3), date(1, 1, 1)):
        with pytest.raises(Invalid) as error:
            move(demo, actor=lead, to=to, real_now=now)
        assert list(error.value.errors) == ["to"]
    for days in (0, -1, -(10**9)):
        with pytest.raises(Invalid):
            move(demo, actor=lead, days=days, real_now=now)
    assert method_now(demo, now) == before


@pytest.mark.parametrize("far", [{"days": 3661}, {"days": 10**12}, {"to": date(9999, 12, 31)}, {}])
def test_it_does_not_go_out_of_sight(
    demo: House, lead: Account, now: datetime, far: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        move(demo, actor=lead, real_now=now, **far)  # type: ignore[arg-type]


def test_only_the_lead_moves_it(demo: House, now: datetime) -> None:
    with pytest.raises(Refused):
        move(demo, actor=make_person(demo, "Anna"), days=1, real_now=now)


def test_the_next_thing_is_a_mail_or_a_step(demo: House, lead: Account, now: datetime) -> None:
    assert next_due(demo, now=now) is None
    review = make_review(demo, lead, now)
    mail, wake = now + timedelta(days=3), now + timedelta(days=2)
    with demo.db.write() as session:
        for number, (at, state) in enumerate(
            [(now, "planned"), (mail, "planned"), (now + timedelta(1), "void")]
        ):
            session.add(
                PlannedMail(
                    review_id=review, party=0, step="s", visit=1, rule=str(number), seat_id=1, kind="reminder",
                    person_id=lead.person_id, due_at=at, state=state,
                )
            )  # fmt: skip
    assert next_due(demo, now=now) == mail
    with demo.db.write() as session:
        session.get_one(Review, review).wake_at = wake
    assert next_due(demo, now=now) == wake
    assert next_due(demo, now=wake) == mail


def test_a_new_demo_begins_on_its_own_day_once(
    house: House, demo: House, lead: Account, now: datetime
) -> None:
    day = now - timedelta(days=200)
    with pytest.raises(NotFound):
        start_at(house, at=day, real_now=now)
    start_at(demo, at=day, real_now=now)
    assert method_now(demo, now) == day
    assert move(demo, actor=lead, days=1, real_now=now) == day + timedelta(days=1)
    with pytest.raises(Refused):
        start_at(demo, at=day, real_now=now)
