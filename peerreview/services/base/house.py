"""What every deed needs at hand: the house itself, and who is acting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy.orm import Session

from config import MIGRATIONS, Settings

from ...engine.language.definition import Workflow
from ...engine.running.dates import Calendar
from ...errors import N_, BadSetting, Message
from ...rendering import words
from ...store.artefacts import materials
from ...store.connection.database import Database
from ...store.connection.files import FileStore
from ...store.upkeep import schema

# Law fixes Sweden's holidays, so that any span will do that covers every date a review can name.
_YEARS = range(2015, 2061)
# So many files are looked for at each start.
SAMPLE = 20


class Shown(Protocol):
    """What the page of one of the house's own acts showed, as its form says (see acts.py)."""

    def asked(
        self, house: House, session: Session, actor: Account, case: Any
    ) -> AbstractContextManager[None]:
        """Around a deed: whatever it has done comes to nothing, by Changed, where there was something else."""


@dataclass(frozen=True)
class House:
    """The archive, the definitions, the calendar, the files and the settings of one running house. `shown`: what the
    form that is being answered says that its page showed; None where nobody's page is behind what is done."""

    db: Database
    workflows: Mapping[str, Workflow]
    calendar: Calendar
    files: FileStore
    settings: Settings
    shown: Shown | None = None

    def check(self) -> None:
        """Raises BadSetting with the mend where the database or the files' folder cannot be used."""
        schema.check(self.db, MIGRATIONS)
        self.files.check()
        if self.lacks_files():
            raise BadSetting(
                N_(
                    "PEERREVIEW_FILES_DIR: the database names files, and none of the newest is in %(folder)s; "
                    "mount or name the folder that they lie in, or restore them from a backup",
                    folder=repr(str(self.files.folder)),
                )
            )

    def lacks_files(self) -> bool:
        """Whether the files' folder is another than the database's: it names files, and the newest are all missing."""
        with self.db.read() as session:
            named = materials.stored_files(session, newest=SAMPLE)
        return bool(named) and not any(self.files.holds(key, size) for key, size in named)

    def asked(
        self, session: Session, actor: Account | None, case: Any = None
    ) -> AbstractContextManager[None]:
        """Around a deed, in its transaction: it comes to nothing, by Changed, where its page showed something else
        than was there. Who may not do it, and what cannot be, is told before. `case`: the review that it holds."""
        if self.shown is None or actor is None:
            return nullcontext()
        return self.shown.asked(self, session, actor, case)

    def close(self) -> None:
        self.db.dispose()


@dataclass(frozen=True)
class Account:
    """The person who acts, as the door knows them."""

    person_id: int
    name: str
    email: str
    language: str
    is_lead: bool


def furnish(settings: Settings, workflows: Mapping[str, Workflow]) -> House:
    """A house by `settings`. Raises BadSetting where the database's address cannot be one."""
    words.tell_time_in(settings.time_zone)
    return House(
        db=Database(settings.database_url, synchronous=settings.sqlite_synchronous),
        workflows=workflows,
        calendar=calendar_by(settings),
        files=FileStore(settings.files_dir, max_upload=settings.max_upload),
        settings=settings,
    )


def upgrade(settings: Settings) -> None:
    """Bring the database's tables to what this program needs, making them where there are none."""
    _migrate(settings, "head", schema.upgrade)


def mend(settings: Settings) -> list[Message]:
    """Add what is missing in the tables of a database of the newest version; gives a few words on each."""
    database = Database(settings.database_url, synchronous=settings.sqlite_synchronous)
    try:
        return schema.mend(database, MIGRATIONS)
    finally:
        database.dispose()


def downgrade(settings: Settings, *, revision: str) -> None:
    """Back to an older version's tables ("base": to none). What only newer tables held is gone."""
    _migrate(settings, revision, schema.downgrade)


def _migrate(settings: Settings, revision: str, deed: Callable[[Database, Path, str], None]) -> None:
    database = Database(settings.database_url, synchronous=settings.sqlite_synchronous)
    try:
        schema.check_connection(database)
        schema.refuse_memory(database)
        deed(database, MIGRATIONS, revision)
    finally:
        database.dispose()


def calendar_by(settings: Settings) -> Calendar:
    """Swedish working days: midsommarafton, julafton and nyårsafton are free in fact, though not in law."""
    return Calendar(
        holidays=swedish_holidays(),
        stop_weeks=weeks(settings.summer_stop),
        zone=ZoneInfo(settings.time_zone),
        mail_hour=settings.mail_hour,
        late=tuple(sorted({int(days) for days in settings.late_reminders.split(",") if days.strip()})),
    )


def swedish_holidays() -> frozenset[date]:
    return frozenset(
        holidays.country_holidays("SE", categories=("public", "de_facto"), years=_YEARS, language="sv")
    )


def weeks(span: str) -> frozenset[int]:
    """ISO weeks: "28-31" is 28, 29, 30 and 31."""
    first, _, last = span.partition("-")
    return frozenset(range(int(first), int(last) + 1)) if last else frozenset()
