"""The connection to the archive: two kinds of transaction, on SQLite and PostgreSQL alike.

SQLite: WAL, synchronous=FULL (NORMAL does not survive a power cut). A writer begins IMMEDIATE,
so that two writers queue instead of overwriting each other; a reader begins deferred, so that it
locks nobody out. Python's own transaction handling is switched off for it: left on, concurrent
updates are lost without an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.types import TypeDecorator

from ...errors import N_, BadSetting, Message, why
from .urls import file_of, read_url, shown

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


# Seconds (of the last, milliseconds): that a server is gone without a word is known in half a minute, not in an hour.
SOON_KNOWN = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Stored as naive UTC: SQLite drops the zone of DateTime(timezone=True)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Writing(Session):
    """A session that is one transaction. `touched`: the tables (or "table.column", where that is all) that it has
    written to so far; `at_last`: what is done when all else is, for the locks that all wait for."""

    def __init__(self, *of: Any, **more: Any):
        super().__init__(*of, **more)
        self.touched: set[str] = set()
        self.at_last: list[Callable[[], None]] = []


@event.listens_for(Writing, "after_flush")
def _note_rows(session: Writing, context: object) -> None:
    session.touched.update(
        type(row).__tablename__ for row in (*session.new, *session.dirty, *session.deleted)
    )


@event.listens_for(Writing, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    if not state.is_select and state.bind_mapper is not None:
        assert isinstance(state.session, Writing)
        state.session.touched.add(state.bind_mapper.local_table.description)


class Database:
    """`url` as SQLAlchemy writes it; raises BadSetting with the mend where it cannot be one."""

    def __init__(self, url: str, *, synchronous: str = "FULL"):
        self.engine = _engine(url, synchronous)
        self._writing = self.engine.execution_options(write=True)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def in_memory(self) -> bool:
        """SQLite without a file: gone with the process."""
        return self.is_sqlite and file_of(self.engine.url) is None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking only: whatever is changed in it is thrown away."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """A session that is one transaction: all of it happens, or nothing. Where the line breaks while it is being
        committed nobody knows which of the two: the error then is `unclear`."""
        committing = False
        with self._writing.connect() as connection:
            with Writing(connection, expire_on_commit=False, autoflush=True) as session:
                try:
                    with session.begin():
                        yield session
                        session.flush()
                        for deed in session.at_last:
                            deed()
                        session.flush()
                        committing = True
                except DBAPIError as error:
                    error.unclear = committing  # type: ignore[attr-defined]
                    raise

    def dispose(self) -> None:
        self.engine.dispose()


def _engine(url: str, synchronous: str) -> Engine:
    parsed = read_url(url)
    options: dict[str, Any] = {"pool_pre_ping": not parsed.drivername.startswith("sqlite")}
    try:
        if parsed.drivername.startswith("sqlite"):
            options["connect_args"] = {"timeout": 30, "check_same_thread": False}
            if file := file_of(parsed):
                file.parent.mkdir(parents=True, exist_ok=True)
        else:
            options["connect_args"] = SOON_KNOWN
        engine = create_engine(parsed, **options)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, OSError, ValueError) as error:
        if isinstance(error, OSError):
            raise BadSetting(
                N_(
                    "PEERREVIEW_DATABASE_URL: the folder of %(database)s cannot be made (%(why)s); name a file in a "
                    "folder that belongs to the user who runs Peerreview",
                    database=shown(parsed),
                    why=why(error),
                )
            ) from error
        raise BadSetting(
            N_(
                "PEERREVIEW_DATABASE_URL: %(database)s cannot be used (%(why)s); write for example "
                "sqlite:////var/lib/peerreview/peerreview.db or postgresql://user:password@host/name",
                database=shown(parsed),
                why=_unusable(error),
            )
        ) from error
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, synchronous)
    return engine


def _unusable(error: Exception) -> Message:
    if isinstance(error, NoSuchModuleError | ModuleNotFoundError):
        return N_("it is neither SQLite nor PostgreSQL")
    return N_("it is written otherwise than it should be")


def _prepare_sqlite(engine: Engine, synchronous: str) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        write = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
