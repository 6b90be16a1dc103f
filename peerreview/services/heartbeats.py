"""The worker's signs of life: when each of its jobs last went round, and what it met. On the real clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..store import outbox as store
from .house import House

# The jobs that must go round, or the house stands still.
JOBS = ("tick", "deliver")


@dataclass(frozen=True)
class Pulse:
    """Whether a worker is at work. `seen_at`: when all its jobs had gone round (None: never).

    `silent`: longer ago than it may be. `failures`: (job, since, what it says) of those that fail now."""

    seen_at: datetime | None
    silent: bool
    failures: tuple[tuple[str, datetime, str], ...] = ()


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
    )
