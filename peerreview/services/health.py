"""Whether the house does its work, for whatever watches over servers. Nothing of what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from ..store import outbox as store
from .heartbeats import pulse
from .house import House


@dataclass(frozen=True)
class Health:
    """`ok`: the database answers and the worker is not late. `worker_seen`, `oldest_waiting`: real time, None for
    never and nothing; `failing`: the worker's jobs that fail now; `waiting`, `failed`: mails;
    `strange`: what lies in the bounce mailbox for a person to look at."""

    ok: bool
    database: bool = True
    worker_seen: datetime | None = None
    waiting: int = 0
    oldest_waiting: datetime | None = None
    failed: int = 0
    failing: tuple[str, ...] = ()
    strange: int = 0


def health(house: House, *, real_now: datetime) -> Health:
    """How it is now. Never raises: a database that is gone is an answer too."""
    try:
        beats = pulse(house, real_now=real_now)
        with house.db.read() as session:
            waiting, oldest = store.unsent(session)
            failed = store.failures(session)
    except SQLAlchemyError:
        return Health(ok=False, database=False)
    return Health(
        ok=not beats.silent,
        worker_seen=beats.seen_at,
        waiting=waiting,
        oldest_waiting=oldest,
        failed=failed,
        failing=tuple(job for job, _, _ in beats.failures),
        strange=beats.strange,
    )
