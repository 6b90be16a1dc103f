"""The tables as they are in a database, and as they should be: Alembic's migrations, and a check at start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..errors import BadSetting

# The modules whose tables make up the schema; whoever wants all of Base.metadata imports this one.
from . import (  # noqa: F401
    agreements,
    evaluations,
    examples,
    form_drafts,
    gathered,
    history,
    materials,
    organisations,
    outbox,
    people,
    questions,
    register,
    remarks,
    reports,
    reviews,
    rounds,
    seat_requests,
)
from .database import Base, Database

metadata = Base.metadata
# Any number will do, as long as nobody else on the server takes it: two upgrades must not meet.
_UPGRADE_LOCK = 7_338_337


def upgrade(database: Database, migrations: Path, revision: str = "head") -> None:
    """Bring the tables to `revision`; all of it happens, or nothing."""
    with migrating(database) as connection:
        command.upgrade(_config(migrations, connection), revision)


def downgrade(database: Database, migrations: Path, revision: str) -> None:
    """Back to `revision` ("base" for no tables at all). What only newer tables held is gone."""
    with migrating(database) as connection:
        command.downgrade(_config(migrations, connection), revision)


def current(database: Database) -> str | None:
    """The revision that the database is at; none where it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check_connection(database: Database) -> str | None:
    """The revision the database is at; raises BadSetting with the mend where it cannot be reached."""
    try:
        return current(database)
    except SQLAlchemyError as error:
        raise BadSetting(f"PEERREVIEW_DATABASE_URL: {_why(_shown(database), error)}") from error


def check(database: Database, migrations: Path) -> None:
    """Raises BadSetting with the mend where there is no database, or its tables are not ours."""
    at = check_connection(database)
    wanted = ScriptDirectory(str(migrations)).get_current_head()
    if at != wanted:
        wrong = "has no tables yet" if at is None else f"is at version {at}, and this program needs {wanted}"
        raise BadSetting(
            f"PEERREVIEW_DATABASE_URL: the database {_shown(database)} {wrong}; run `peerreview db upgrade`"
            + ("" if at is None else " (after a backup), or start the program that fits it")
        )


def _shown(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=True)


def _why(shown: str, error: SQLAlchemyError) -> str:
    """What the driver says, on one line, and what to look at."""
    said = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
    mend = (
        "name a file in a folder that belongs to the user who runs Peerreview"
        if shown.startswith("sqlite")
        else "see that the server runs, and that name, password and database in the address are right"
    )
    return f"cannot connect to {shown} ({said}); {mend}"


@contextmanager
def migrating(database: Database) -> Iterator[Connection]:
    """A connection in one write transaction. On SQLite, where a table is altered by copying it, foreign
    keys are looked at when all is done: switched on, dropping the old copy would take rows with it."""
    connection = database.engine.connect().execution_options(write=True)
    with connection:
        if database.is_sqlite:
            _foreign_keys(connection, on=False)
        try:
            with connection.begin():
                if not database.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
                yield connection
                if database.is_sqlite and (
                    broken := connection.execute(text("PRAGMA foreign_key_check")).all()
                ):
                    raise RuntimeError(f"rows that point nowhere: {broken[:5]}")
        finally:
            if database.is_sqlite:
                _foreign_keys(connection, on=True)


def _foreign_keys(connection: Connection, *, on: bool) -> None:
    """Past SQLAlchemy, which would begin a transaction, in which SQLite passes this over."""
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def _config(migrations: Path, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
