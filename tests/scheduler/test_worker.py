"""The worker at work: rounds that go on, whatever one of them meets, and a clean stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from peerreview.scheduler import Worker, run_once
from peerreview.services.base.clock import move
from peerreview.services.base.house import House
from peerreview.services.upkeep import heartbeats
from peerreview.store.mail.outbox import Heartbeat, Outgoing

from ..mail.post import Post
from ..people import make_person
from ..services.mail.test_mailing import put

ROOT = Path(__file__).parents[2]


@pytest.fixture
def house(house: House, smtp: Post) -> House:
    changes = {"mail_port": smtp.port, "tick_seconds": 1, "demo": True}
    return replace(house, settings=house.settings.model_copy(update=changes))


@contextmanager
def at_work(house: House) -> Iterator[Worker]:
    worker = Worker(house)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def until(what: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


def test_it_delivers_at_once_and_goes_on(house: House, smtp: Post) -> None:
    person = make_person(house, "Anna")
    now = datetime.now(UTC)
    put(house, person, now)
    with at_work(house):
        until(lambda: len(smtp.taken) == 1)
        put(house, person, now)
        until(lambda: len(smtp.taken) == 2)
        until(lambda: not heartbeats.pulse(house, real_now=datetime.now(UTC)).silent)


def test_the_heart_beats_on_the_real_clock(house: House) -> None:
    lead = make_person(house, "Lo", is_lead=True)
    move(house, actor=lead, days=100, real_now=datetime.now(UTC))
    run_once(house)
    assert heartbeats.pulse(house, real_now=datetime.now(UTC)).silent is False


def test_a_round_that_fails_is_told_and_the_next_one_comes(house: House, smtp: Post) -> None:
    with house.db.write() as session:
        session.execute(text("ALTER TABLE planned_mail RENAME TO gone"))
    with at_work(house):
        until(lambda: heartbeats.pulse(house, real_now=datetime.now(UTC)).failures)
        [(job, _, said)] = heartbeats.pulse(house, real_now=datetime.now(UTC)).failures
        assert job == "tick"
        assert "planned_mail" in said
        put(house, make_person(house, "Anna"), datetime.now(UTC))
        until(lambda: len(smtp.taken) == 1)
        with house.db.write() as session:
            session.execute(text("ALTER TABLE gone RENAME TO planned_mail"))
        until(lambda: not heartbeats.pulse(house, real_now=datetime.now(UTC)).failures)


def test_a_stop_in_the_middle_loses_nothing(house: House, smtp: Post) -> None:
    """The message that is being sent is finished, and the others wait for another worker."""
    person = make_person(house, "Anna")
    outs = [put(house, person, datetime.now(UTC)) for _ in range(5)]
    smtp.on_data = lambda: time.sleep(0.5)
    with at_work(house):
        until(lambda: smtp.connections)
    taken = len(smtp.taken)
    assert taken < 5
    with house.db.read() as session:
        states = [session.get_one(Outgoing, out.id).state for out in outs]
    assert sorted(states) == ["sent"] * taken + ["waiting"] * (5 - taken)
    smtp.on_data = lambda: None
    run_once(house)
    assert len(smtp.taken) == 5


def test_a_week_away_is_one_round(house: House, smtp: Post) -> None:
    with house.db.write() as session:
        session.add(Heartbeat(name="tick", at=datetime.now(UTC) - timedelta(days=7)))
    person = make_person(house, "Anna")
    put(house, person, datetime.now(UTC) - timedelta(days=7))
    with at_work(house):
        until(lambda: smtp.taken)
        time.sleep(1.5)
    assert len(smtp.taken) == 1


@pytest.fixture
def environment(sqlite_url: str, tmp_path: Path, smtp: Post) -> dict[str, str]:
    return {
        **os.environ,
        "PEERREVIEW_SECRET_KEY": "a key for tests alone, of no use elsewhere",
        "PEERREVIEW_BASE_URL": "https://review.example.org",
        "PEERREVIEW_DATABASE_URL": sqlite_url,
        "PEERREVIEW_FILES_DIR": str(tmp_path / "files"),
        "PEERREVIEW_MAIL_PORT": str(smtp.port),
        "PYTHONUNBUFFERED": "1",
    }


COMMAND = [sys.executable, "-c", "from peerreview.cli import main; main()"]


def run(environment: dict[str, str], *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [*COMMAND, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_command_works_until_it_is_stopped(environment: dict[str, str], how: signal.Signals) -> None:
    worker = subprocess.Popen(
        [*COMMAND, "worker"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline().startswith("The worker is at work")
    time.sleep(0.5)
    worker.send_signal(how)
    out, err = worker.communicate(timeout=30)
    assert (worker.returncode, out) == (0, "The worker has stopped.\n")
    assert "Traceback" not in err


def test_one_round_by_command(environment: dict[str, str]) -> None:
    assert run(environment, "worker", "--once")[:2] == (0, "Sent: 0. Not sent: 0.\n")


def test_a_test_mail_arrives_or_says_why_not(environment: dict[str, str], smtp: Post) -> None:
    code, out, _ = run(environment, "mail", "test", "anna@example.org")
    assert (code, out) == (0, f"127.0.0.1:{smtp.port} took it for anna@example.org.\n")
    assert smtp.taken[0][0] == ["anna@example.org"]
    assert b"https://review.example.org/" in smtp.taken[0][1]
    smtp.to_rcpt = ["550 no such user"]
    assert run(environment, "mail", "test", "anna@example.org")[::2] == (
        1,
        f"127.0.0.1:{smtp.port} did not take it: 550 no such user; "
        "see the address, and whether the server lets this machine send\n",
    )
