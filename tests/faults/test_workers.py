"""Workers killed at any instant, and several at once: all that is due arrives, and under one Message-ID each."""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from benchmarks.many import copied
from peerreview.services.base.house import House
from peerreview.services.worker.deliver import CLAIM, deliver
from peerreview.services.worker.each_tick import tick
from peerreview.store.mail.outbox import Outgoing, PlannedMail
from peerreview.store.people.people import Person

from ..mail.post import Post
from ..services.mail.test_mailing import put
from ..services.review_fixtures import Cast, advance, make_review
from .work import worker

REVIEWS, MAILS = 8, 40


@pytest.fixture
def house(house: House, smtp: Post) -> House:
    changes = {"mail_port": smtp.port, "mail_server": "127.0.0.1", "tick_seconds": 1}
    return replace(house, settings=house.settings.model_copy(update=changes))


@pytest.fixture
def cast(house: House) -> Cast:
    """Reviews with a reminder due to each coordinator, and mails of deeds that wait: the work to be done."""
    cast = advance(house, make_review(house), to="collect")
    with house.db.write() as session:
        session.execute(update(Outgoing).values(state="void"))
        _lead_is_not_told(session)
    copied(house, cast, REVIEWS - 1)
    now = datetime.now(UTC)
    with house.db.write() as session:
        # One for each coordinator is due, and the others are for another year.
        session.execute(update(PlannedMail).values(due_at=now + timedelta(days=300)))
        first = select(func.min(PlannedMail.id)).where(
            PlannedMail.state == "planned", PlannedMail.seat_id > 0
        )
        ids = session.scalars(first.group_by(PlannedMail.person_id)).all()
        session.execute(
            update(PlannedMail).where(PlannedMail.id.in_(ids)).values(due_at=now - timedelta(hours=1))
        )
        assert len(ids) == 2 * REVIEWS
    for _ in range(MAILS):
        put(house, cast.member(0), now)
    return cast


def _lead_is_not_told(session: Session) -> None:
    """What is late, and once a week what stands still: here those would be mails more, now one, now several."""
    session.execute(update(Person).where(Person.is_lead).values(declined="late"))


def ids_of(smtp: Post) -> dict[str, list[bytes]]:
    """What came, by Message-ID."""
    found = defaultdict(list)
    for _, message in smtp.taken:
        found[str(message_from_bytes(message)["Message-ID"])].append(message)
    return found


def waits(house: House) -> int:
    with house.db.read() as session:
        unsent = select(func.count()).select_from(Outgoing).where(Outgoing.state.in_(("waiting", "sending")))
        due = select(func.count()).where(
            PlannedMail.state == "planned", PlannedMail.due_at <= datetime.now(UTC)
        )
        return (session.scalar(unsent) or 0) + (session.scalar(due) or 0)


def all_is_well(house: House, smtp: Post, committed: int) -> None:
    """Each mail of a deed that was committed and each reminder that was due has come, under one ID, and is marked."""
    came = ids_of(smtp)
    assert all(len(set(again)) == 1 for again in came.values()), "the same ID with other words"
    with house.db.read() as session:
        rows = session.scalars(select(Outgoing).where(Outgoing.state != "void")).all()
        reminded = session.scalars(select(PlannedMail).where(PlannedMail.state == "sent")).all()
    assert {row.state for row in rows} == {"sent"}
    assert {row.message_id for row in rows} == set(came)
    assert len(rows) == committed + 2 * REVIEWS
    by_person = [row.person_id for row in reminded]
    assert len(by_person) == len(set(by_person)) == 2 * REVIEWS
    assert {row.outgoing_id for row in reminded} <= {row.id for row in rows}


@contextmanager
def deeds(house: House, cast: Cast) -> Iterator[list[int]]:
    """Somebody whose deeds go on meanwhile; gives what was committed."""
    done, over = [0], threading.Event()

    def act() -> None:
        while not over.wait(0.02):
            put(house, cast.member(1), datetime.now(UTC))
            done[0] += 1

    thread = threading.Thread(target=act)
    thread.start()
    try:
        yield done
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("times", [10, pytest.param(100, marks=pytest.mark.full)])
def test_killed_at_any_instant(house: House, cast: Cast, smtp: Post, times: int) -> None:
    chance, url = random.Random(times), house.db.engine.url.render_as_string(hide_password=False)
    smtp.on_data = lambda: time.sleep(0.002)
    with deeds(house, cast) as done:
        for _ in range(times):
            process = worker(house, url)
            # From before its first statement to well within its sending.
            time.sleep(chance.uniform(0.05, 0.5))
            process.kill()
            process.join()
    # What the dead had claimed waits until their claims run out.
    later = datetime.now(UTC) + 2 * CLAIM
    tick(house, now=datetime.now(UTC), real_now=datetime.now(UTC))
    deliver(house, real_now=later)
    assert waits(house) == 0
    all_is_well(house, smtp, MAILS + done[0])


@pytest.mark.parametrize("workers", [2, 4])
def test_several_at_once_send_each_thing_once(house: House, cast: Cast, smtp: Post, workers: int) -> None:
    url = house.db.engine.url.render_as_string(hide_password=False)
    processes = [worker(house, url) for _ in range(workers)]
    try:
        end = time.monotonic() + 60
        while waits(house) and time.monotonic() < end:
            time.sleep(0.1)
    finally:
        for process in processes:
            process.kill()
            process.join()
    assert {len(again) for again in ids_of(smtp).values()} == {1}
    all_is_well(house, smtp, MAILS)


def test_the_clock_goes_forward_and_back(house: House, cast: Cast, smtp: Post) -> None:
    """A week at once, an hour back: each thing goes once, and nothing waits for an hour to come again."""
    now = datetime.now(UTC)
    for at in (now + timedelta(days=7), now + timedelta(days=7, hours=-1), now, now + timedelta(days=7)):
        tick(house, now=at, real_now=at)
        deliver(house, real_now=at)
    put(house, cast.member(0), now, real_now=now)
    back = now - timedelta(hours=1)
    put(house, cast.member(0), back, real_now=back)
    deliver(house, real_now=now)
    assert all(len(again) == 1 for again in ids_of(smtp).values())
    all_is_well(house, smtp, MAILS + 2)


def test_over_both_changes_of_summer_time(house: House) -> None:
    """Reminders come at eight by the clock on the wall, before and after, and each once."""
    zone = house.calendar.zone
    advance(house, make_review(house), to="collect")
    with house.db.write() as session:
        _lead_is_not_told(session)
    with house.db.read() as session:
        planned = select(PlannedMail.due_at).where(PlannedMail.state == "planned").distinct()
        dues = sorted(session.scalars(planned))
    assert dues[0].astimezone(zone).utcoffset() != dues[-1].astimezone(zone).utcoffset()
    assert {due.astimezone(zone).hour for due in dues} == {8}
    hour = timedelta(hours=1)
    for due in dues:
        assert tick(house, now=due - timedelta(minutes=1), real_now=due) == 0
        assert tick(house, now=due, real_now=due) > 0
        assert [tick(house, now=at, real_now=at) for at in (due + hour, due - hour, due)] == [0, 0, 0]
    autumn = [house.calendar.mail_at(day) for day in (date(2026, 10, 23), date(2026, 10, 26))]
    assert [at.astimezone(zone).hour for at in autumn] == [8, 8]
    assert autumn[1] - autumn[0] == timedelta(days=3, hours=1)
