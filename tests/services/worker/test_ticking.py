"""A tick looks at all that is due, however much it is, and past what cannot be moved."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from peerreview.errors import NotFound
from peerreview.services.base.clock import next_due
from peerreview.services.base.house import House
from peerreview.services.case.opening import OpenCase
from peerreview.services.worker import each_tick
from peerreview.store.mail.outbox import Outgoing, PlannedMail
from peerreview.store.review.reviews import Review

from ..review_fixtures import advance, make_review


def test_all_that_is_due_and_past_what_is_broken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(each_tick, "BATCH", 1)
    casts = [make_review(house)]
    casts += [make_review(house, lead=casts[0].lead) for _ in range(2)]
    now, changing = casts[0].now, each_tick.changing

    def broken(house: House, *, review_id: int, **more: Any) -> AbstractContextManager[OpenCase]:
        if review_id == casts[0].review_id:
            raise NotFound("its definition")
        return changing(house, review_id=review_id, **more)

    monkeypatch.setattr(each_tick, "changing", broken)
    with house.db.write() as session:
        session.execute(update(Review).values(wake_at=now))
    each_tick.tick(house, now=now, real_now=now)
    with house.db.read() as session:
        waits = session.scalars(select(Review.id).where(Review.wake_at == now)).all()
        assert waits == [casts[0].review_id]
        first = session.scalars(select(PlannedMail.due_at).order_by(PlannedMail.due_at).limit(1)).one()
        before = len(session.scalars(select(Outgoing.id)).all())
    assert each_tick.tick(house, now=first, real_now=first) == 6
    with house.db.read() as session:
        assert len(session.scalars(select(Outgoing.id)).all()) == before + 6


def test_what_the_clock_begins_is_mailed_in_the_morning_of_a_working_day(house: House) -> None:
    """The clock moves reviews at midnight, on Sundays too; nobody's telephone rings for it (engine.md 28)."""
    cast = advance(house, make_review(house), to="evaluation")
    now, last = cast.now, cast.now + timedelta(days=250)
    while (now := next_due(house, now=now) or last) < last:
        each_tick.tick(house, now=now, real_now=now)
    with house.db.read() as session:
        query = select(Outgoing).where(Outgoing.about_at > cast.now)
        sent = [(row.kind, row.about_at.astimezone(house.calendar.zone)) for row in session.scalars(query)]
    assert {kind for kind, _ in sent} >= {"digest", "reminder"}
    assert [at for _, at in sent if at.hour < 7 or not house.calendar.works(at.date())] == []
