"""Whether the house does its work, for whatever watches over servers. Nothing of what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from ...store.mail import outbox as store
from ...store.upkeep import schema
from ..base.house import House
from .heartbeats import pulse
from .troubles import trouble_of


@dataclass(frozen=True)
class Health:
    """`ok`: the database answers with the tables that it should have, the files are there, and the worker is not late.
    `worker_seen`, `oldest_waiting`: real time, None for never and nothing; `failing`: the worker's jobs that fail now;
    `waiting`, `failed`: mails; `strange`: what lies in the bounce mailbox for a person to look at. What is not known is
    None."""

    ok: bool
    database: bool = True
    tables: bool | None = None
    files: bool | None = None
    worker_seen: datetime | None = None
    waiting: int | None = None
    oldest_waiting: datetime | None = None
    failed: int | None = None
    failing: tuple[str, ...] | None = None
    strange: int | None = None


class Watch:
    """The health of a house, for one process: how the tables are is asked once a minute, the rest each time."""

    def __init__(self, house: House):
        self._house = house
        self._tables: tuple[bool, datetime] | None = None

    def health(self, *, real_now: datetime) -> Health:
        """How it is now. Never raises: a database that is gone is an answer too."""
        try:
            tables = self._are_ours(real_now)
            if not tables:
                return Health(ok=False, tables=False)
            return self._told(real_now)
        except SQLAlchemyError as error:
            self._tables = None
            if trouble_of(error) is None:
                # It answers, and not as ours would: somebody has changed it since the last look.
                return Health(ok=False, tables=False)
            return Health(ok=False, database=False)

    def _told(self, real_now: datetime) -> Health:
        house = self._house
        beats = pulse(house, real_now=real_now)
        with house.db.read() as session:
            waiting, oldest = store.unsent(session)
            failed = store.failures(session)
        files = not house.lacks_files()
        return Health(
            ok=not beats.silent and files,
            tables=True,
            files=files,
            worker_seen=beats.seen_at,
            waiting=waiting,
            oldest_waiting=oldest,
            failed=failed,
            failing=tuple(job for job, _, _ in beats.failures),
            strange=beats.strange if house.settings.imap_server else None,
        )

    def _are_ours(self, real_now: datetime) -> bool:
        if self._tables is None or not self._tables[1] <= real_now < self._tables[1] + EVERY:
            self._tables = (not schema.differs(self._house.db), real_now)
        return self._tables[0]


EVERY = timedelta(minutes=1)
