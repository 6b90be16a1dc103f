"""The tables as they are in a database, and as they should be: Alembic's migrations, and a check at start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ...errors import N_, BadSetting, Message, NotThere, all_of, heard

# The modules whose tables make up the schema; whoever wants all of Base.metadata imports this one.
from ..artefacts import (  # noqa: F401
    agreements,
    evaluations,
    examples,
    form_drafts,
    materials,
    questions,
    reports,
)
from ..connection.database import Base, Database
from ..connection.urls import shown
from ..mail import gathered_mail, outbox  # noqa: F401
from ..people import organisations, people, register  # noqa: F401
from ..review import conflicts, history, reviews, rounds, seat_requests  # noqa: F401
from . import remarks, shape  # noqa: F401

metadata = Base.metadata
# Any number will do, as long as nobody else on the server takes it: two upgrades must not meet.
_UPGRADE_LOCK = 7_338_337


def upgrade(database: Database, migrations: Path, revision: str = "head") -> None:
    """Bring the tables to `revision`; all of it happens, or nothing. Raises BadSetting where they are not those that
    their version has."""
    try:
        with migrating(database) as connection:
            command.upgrade(_config(migrations, connection), revision)
    except CommandError as error:
        raise _stranger(database) from error
    except DBAPIError as error:
        raise _stuck(database, error) from error
    if revision == "head":
        check_shape(database)


def downgrade(database: Database, migrations: Path, revision: str) -> None:
    """Back to `revision` ("base" for no tables at all). What only newer tables held is gone. Raises NotThere where
    there is no such version."""
    known = [one.revision for one in ScriptDirectory(str(migrations)).walk_revisions()]
    if revision != "base" and revision not in known:
        there = ", ".join(["base", *sorted(known)])
        raise NotThere(
            N_(
                "there is no version %(name)s of the tables; there are: %(there)s",
                name=repr(revision),
                there=there,
            )
        )
    try:
        with migrating(database) as connection:
            command.downgrade(_config(migrations, connection), revision)
    except CommandError as error:
        raise _stranger(database) from error
    except DBAPIError as error:
        raise _stuck(database, error) from error


def mend(database: Database, migrations: Path) -> list[Message]:
    """Add the tables, columns and indexes that are missing in a database of the newest version; all of it, or nothing.
    Gives a few words on each. Nothing is taken away."""
    check_version(database, migrations)
    with migrating(database) as connection:
        done = shape.mend(connection, metadata)
    check_shape(database)
    return done


def current(database: Database) -> str | None:
    """The revision that the database is at; none where it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check_connection(database: Database) -> str | None:
    """The revision the database is at; raises BadSetting with the mend where it cannot be reached."""
    try:
        return current(database)
    except SQLAlchemyError as error:
        raise BadSetting(
            N_("PEERREVIEW_DATABASE_URL: %(why)s", why=_why(shown(database.engine.url), error))
        ) from error


def check(database: Database, migrations: Path) -> None:
    """Raises BadSetting with the mend where there is no database, or its tables are not ours."""
    check_version(database, migrations)
    check_shape(database)


def check_version(database: Database, migrations: Path) -> None:
    at = check_connection(database)
    refuse_memory(database)
    wanted = ScriptDirectory(str(migrations)).get_current_head()
    if at != wanted:
        where = shown(database.engine.url)
        raise BadSetting(
            N_("PEERREVIEW_DATABASE_URL: the database %(database)s has no tables yet; run `peerreview db upgrade`",
               database=where)
            if at is None
            else N_("PEERREVIEW_DATABASE_URL: the database %(database)s is at version %(at)s, and this program needs "
                    "%(wanted)s; run `peerreview db upgrade` (after a backup), or start the program that fits it",
                    database=where, at=at, wanted=wanted)
        )  # fmt: skip


def refuse_memory(database: Database) -> None:
    if database.in_memory:
        raise BadSetting(
            N_(
                "PEERREVIEW_DATABASE_URL: sqlite:// without a file is gone when the program ends; write "
                "for example sqlite:////var/lib/peerreview/peerreview.db"
            )
        )


def check_shape(database: Database) -> None:
    """Raises BadSetting with the mend where the tables are not those that the version says: made by an earlier copy of
    a migration, or changed by hand."""
    found = shape.differences(database, metadata)
    if found:
        told = all_of(found[:MOST_TOLD])
        if len(found) > MOST_TOLD:
            told = N_("%(found)s; and %(count)s more", found=told, count=len(found) - MOST_TOLD)
        raise BadSetting(
            N_(
                "PEERREVIEW_DATABASE_URL: the tables of %(database)s are not those of their version: "
                "%(found)s. %(mend)s",
                database=shown(database.engine.url),
                found=told,
                mend=_MEND,
            )
        )


def kinds(database: Database) -> list[Message]:
    """Columns that are of another type than the code says."""
    with database.engine.connect() as connection:
        return shape.kinds(connection, metadata)


def differs(database: Database) -> bool:
    """Whether the tables are other than they should be."""
    return bool(shape.differences(database, metadata))


MOST_TOLD = 6
_MEND = N_(
    "The database was made by another copy of the program, or changed by hand. Make a backup; then restore one that "
    "fits, or run `peerreview db mend`, which adds what is missing"
)


def _stuck(database: Database, error: DBAPIError) -> BadSetting:
    return BadSetting(
        N_(
            "PEERREVIEW_DATABASE_URL: the tables of %(database)s could not be brought further, and "
            "nothing was changed (%(said)s); %(mend)s",
            database=shown(database.engine.url),
            said=heard(" ".join(str(error.orig).split())),
            mend=_MEND,
        )
    )


def _stranger(database: Database) -> BadSetting:
    return BadSetting(
        N_(
            "PEERREVIEW_DATABASE_URL: the database %(database)s is at a version that this program does "
            "not know (%(at)s); start the program that fits it, or restore a backup",
            database=shown(database.engine.url),
            at=current(database),
        )
    )


def _why(shown: str, error: SQLAlchemyError) -> Message:
    """What the driver says, on one line, and what to look at."""
    said = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
    mend = (
        N_("name a file in a folder that belongs to the user who runs Peerreview")
        if shown.startswith("sqlite")
        else N_("see that the server runs, and that name, password and database in the address are right")
    )
    return N_(
        "cannot connect to %(database)s (%(said)s); %(mend)s", database=shown, said=heard(said), mend=mend
    )


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
                    tables = ", ".join(sorted({str(row[0]) for row in broken}))
                    raise BadSetting(
                        N_(
                            "PEERREVIEW_DATABASE_URL: rows of %(database)s point at rows that are not there (in: "
                            "%(tables)s), and nothing was changed; restore a backup that fits",
                            database=shown(database.engine.url),
                            tables=tables,
                        )
                    )
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
