"""The worker's signs of life: when each of its jobs last went round, and what it met. On the real clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ...store.mail import outbox as store
from ..base.house import House

# The jobs that must go round, or the house stands still.
JOBS = ("tick", "deliver")


@dataclass(frozen=True)
class Pulse:
    """Whether a worker is at work. `seen_at`: when all its jobs had gone round (None: never).

    `silent`: longer ago than it may be. `failures`: (job, since, what it says) of those that fail now. `strange`: mails
    in the bounce mailbox that only a person can make sense of."""

    seen_at: datetime | None
    silent: bool
    failures: tuple[tuple[str, datetime, str], ...] = ()
    strange: int = 0


def beat(house: House, *, job: str, real_now: datetime, failure: str = "") -> None:
    """Note that a job has gone round, well or with a `failure`. `failed_at` is the first of a row of failures."""
    with house.db.write() as session:
        row = store.beat_of(session, job, real_now)
        row.at = real_now
        if not failure:
            row.failed_at, row.failure = None, ""
        else:
            row.failed_at, row.failure = row.failed_at or real_now, failure[:500]


def pulse(house: House, *, real_now: datetime) -> Pulse:
    with house.db.read() as session:
        rows = {row.name: row for row in store.beats(session)}
    seen = min(rows[job].at for job in JOBS) if all(job in rows for job in JOBS) else None
    patience = max(timedelta(minutes=2), timedelta(seconds=4 * house.settings.tick_seconds))
    return Pulse(
        seen_at=seen,
        silent=seen is None or real_now - seen > patience,
        failures=tuple((row.name, row.failed_at, row.failure) for row in rows.values() if row.failed_at),
        strange=rows["bounces"].left if "bounces" in rows else 0,
    )


def leave(house: House, *, job: str, left: int, real_now: datetime) -> None:
    """Note how many things a job has left for somebody to look at, where that has changed."""
    with house.db.read() as session:
        if any(row.name == job and row.left == left for row in store.beats(session)):
            return
    with house.db.write() as session:
        store.beat_of(session, job, real_now).left = left
