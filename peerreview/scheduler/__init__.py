"""The clock on the wall: a few jobs that go round, each of which calls one service.

Nothing planned lives here. Time is rows in the database, and the jobs look for what is due; so any number of
workers may run, and one that was down for a week does what is still to be done, once.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from ..services.base import clock
from ..services.base.house import House
from ..services.login import sessions
from ..services.mail import still_true
from ..services.upkeep import heartbeats
from ..services.upkeep.troubles import said, trouble_of
from ..services.worker import bounces, deliver, each_tick

log = logging.getLogger(__name__)

# Mail of deeds shall not wait for the next look at the clock.
DELIVER_SECONDS = 5
SWEEP_SECONDS = 3600
BOUNCE_SECONDS = 60


class Worker:
    """Ticks, delivers and tidies up until it is stopped; in threads of its own."""

    def __init__(self, house: House):
        self._house = house
        self._stopping = threading.Event()
        self._beaten: dict[str, tuple[datetime, str]] = {}
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(4)},
            # Missed rounds are one round, however late: what is due stands in the database.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        tick = house.settings.tick_seconds
        self._go_round("tick", self._tick, tick)
        self._go_round("deliver", self._deliver, min(tick, DELIVER_SECONDS))
        self._go_round("sweep", self._sweep, SWEEP_SECONDS)
        if house.settings.imap_server:
            self._go_round(bounces.JOB, self._bounces, BOUNCE_SECONDS)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Let the message that is being sent and the review that is being moved be finished; no more are begun."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def _go_round(self, name: str, job: Callable[[datetime], object], seconds: int) -> None:
        self._scheduler.add_job(
            self._run, "interval", (name, job), seconds=seconds, id=name, next_run_time=datetime.now(UTC)
        )

    def _run(self, name: str, job: Callable[[datetime], object]) -> None:
        """A round that fails is written down, and the next one comes all the same."""
        failure = ""
        try:
            job(datetime.now(UTC))
        except Exception as error:
            _log(f"{name} failed", error)
            failure = f"{type(error).__name__}: {error}"
        try:
            self._beat(name, failure)
        except Exception as error:
            _log(f"the heartbeat of {name} could not be written", error)

    def _beat(self, name: str, failure: str) -> None:
        """Now and then, or when the news is other: a write every few seconds is of no use to anybody."""
        now, (at, before) = datetime.now(UTC), self._beaten.get(name, (datetime.min.replace(tzinfo=UTC), ""))
        if failure == before and now - at < timedelta(seconds=self._house.settings.tick_seconds):
            return
        heartbeats.beat(self._house, job=name, real_now=now, failure=failure)
        self._beaten[name] = now, failure

    def _tick(self, real_now: datetime) -> None:
        each_tick.tick(self._house, now=clock.method_now(self._house, real_now), real_now=real_now)

    def _deliver(self, real_now: datetime) -> None:
        now = clock.method_now(self._house, real_now)
        still_true.ask_again(self._house, now=now, real_now=real_now)
        deliver.deliver(self._house, real_now=real_now, stopping=self._stopping.is_set)

    def _bounces(self, real_now: datetime) -> None:
        bounces.read_bounces(self._house, real_now=real_now, stopping=self._stopping.is_set)

    def _sweep(self, real_now: datetime) -> None:
        sessions.sweep(self._house, real_now=real_now)


def _log(what: str, error: Exception) -> None:
    """A database that is gone says so on a line each round; the way through our code says nothing about that."""
    if trouble_of(error):
        log.error("%s, and is tried again: %s", what, said(error))
    else:
        log.error(what, exc_info=error)


def work_beside(house: House) -> None:
    """A worker inside a web process, until that ends: for one small server (the setting run_worker)."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    worker = Worker(house)
    worker.start()
    atexit.register(worker.stop)


def run_once(house: House) -> tuple[deliver.Delivery, ...]:
    """One round of everything, for cron and for whoever wants to see it happen; gives what went out."""
    real_now = datetime.now(UTC)
    now = clock.method_now(house, real_now)
    each_tick.tick(house, now=now, real_now=real_now)
    still_true.ask_again(house, now=now, real_now=real_now)
    done = deliver.deliver(house, real_now=datetime.now(UTC))
    sessions.sweep(house, real_now=real_now)
    for job in heartbeats.JOBS:
        heartbeats.beat(house, job=job, real_now=datetime.now(UTC))
    if house.settings.imap_server:
        _bounces_once(house)
    return done


def _bounces_once(house: House) -> None:
    """A mailbox that cannot be reached keeps nothing from being sent, and is told on the lead's page."""
    failure = ""
    try:
        bounces.read_bounces(house, real_now=datetime.now(UTC))
    except Exception as error:
        log.exception("%s failed", bounces.JOB)
        failure = f"{type(error).__name__}: {error}"
    heartbeats.beat(house, job=bounces.JOB, real_now=datetime.now(UTC), failure=failure)
