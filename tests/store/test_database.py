"""What the rest relies on: a write is all or nothing, writers queue, readers lock nobody out."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from peerreview.services.base.house import House
from peerreview.store.connection.database import Database
from peerreview.store.mail.outbox import Clock, Heartbeat
from peerreview.store.people.people import Membership


def test_failed_write_leaves_nothing(db: Database) -> None:
    with pytest.raises(RuntimeError), db.write() as session:
        session.add(Clock(ahead=1))
        session.flush()
        raise RuntimeError
    with db.read() as session:
        assert session.query(Clock).count() == 0


def test_only_what_breaks_while_committing_is_unclear(db: Database) -> None:
    with pytest.raises(DBAPIError) as before, db.write() as session:
        session.execute(text("SELECT nothing FROM nowhere"))
    assert before.value.unclear is False  # type: ignore[attr-defined]

    def broken(connection: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("the line broke"))

    event.listen(db._writing, "commit", broken)
    with pytest.raises(OperationalError) as during, db.write() as session:
        session.add(Clock(ahead=1))
    event.remove(db._writing, "commit", broken)
    assert during.value.unclear is True  # type: ignore[attr-defined]


def test_looking_changes_nothing(db: Database) -> None:
    with db.read() as session:
        session.add(Clock(ahead=1))
        session.flush()
    with db.read() as session:
        assert session.query(Clock).count() == 0


def test_no_update_is_lost_between_two_writers(db: Database) -> None:
    with db.write() as session:
        session.add(Clock(id=1, ahead=0))

    def count() -> None:
        for _ in range(25):
            with db.write() as session:
                clock = session.get(Clock, 1, with_for_update=True)
                assert clock is not None
                clock.ahead += 1

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as session:
        assert session.get_one(Clock, 1).ahead == 100


def test_reader_sees_the_old_while_a_writer_is_at_it(db: Database) -> None:
    with db.write() as writer:
        writer.add(Clock(id=1, ahead=1))
        writer.flush()
        with db.read() as reader:
            assert reader.get(Clock, 1) is None


def test_instant_comes_back_as_the_same_instant_in_utc(db: Database, now: datetime) -> None:
    elsewhere = now.astimezone(timezone(timedelta(hours=9)))
    with db.write() as session:
        session.add(Heartbeat(name="mail", at=elsewhere))
    with db.read() as session:
        at = session.get_one(Heartbeat, "mail").at
    assert (at, at.tzinfo) == (now, UTC)


def test_row_that_points_nowhere_is_refused(db: Database) -> None:
    with pytest.raises(IntegrityError), db.write() as session:
        session.add(Membership(person_id=1, organisation_id=1, role="member"))


def test_house_of_a_test_is_empty_and_its_own(house: House) -> None:
    assert list(house.workflows) == ["collegial-review", "round"]
    with house.db.read() as session:
        assert session.execute(text("SELECT count(*) FROM person")).scalar() == 0
