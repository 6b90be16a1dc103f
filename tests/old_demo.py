"""A whole demo's database as the first migration left it (tables as at commit 8839201): what migrations are tried on.

`store/demo_at_0001.jsonl.xz` holds its rows: one line a table, parents before children, with what JSON lacks tagged
({"b64": bytes}, {"at": time}, {"day": date}, {"json": a value of a JSON column})."""

from __future__ import annotations

import json
import lzma
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, MetaData, inspect, text

from config import MIGRATIONS
from peerreview.store.connection.database import Database
from peerreview.store.upkeep import schema
from tests.databases import TEMPLATE, PgServer

ROWS = Path(__file__).parent / "store" / "demo_at_0001.jsonl.xz"
PG_TEMPLATE = f"{TEMPLATE}_old_demo"
TAGS = {
    "b64": b64decode,
    "at": datetime.fromisoformat,
    "day": date.fromisoformat,
    "json": lambda value: value,
}


def furnish(database: Database) -> None:
    """Make the tables of the first migration in an empty database and put the demo's rows into them."""
    schema.upgrade(database, MIGRATIONS, "0001")
    with database.engine.connect() as connection, _without_foreign_keys(connection):
        with connection.begin():
            _insert(connection)


def _insert(connection: Connection) -> None:
    tables = MetaData()
    tables.reflect(connection)
    for table in tables.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = True
    for line in lzma.decompress(ROWS.read_bytes()).splitlines():
        told = json.loads(line)
        table = tables.tables[told["table"]]
        rows = [dict(zip(told["columns"], map(_value, row), strict=True)) for row in told["rows"]]
        connection.execute(table.insert(), rows)
        _count_on(connection, table.name)


def _value(told: Any) -> Any:
    if isinstance(told, dict):
        ((tag, value),) = told.items()
        return TAGS[tag](value)
    return told


def _count_on(connection: Connection, table: str) -> None:
    """Rows with given ids do not move PostgreSQL's counter for the next one."""
    if connection.dialect.name != "postgresql":
        return
    if any(
        column["name"] == "id" and column.get("autoincrement")
        for column in inspect(connection).get_columns(table)
    ):
        connection.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        )


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Rows that point at each other come one after the other."""
    sqlite = connection.dialect.name == "sqlite"
    off, on = (
        ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON")
        if sqlite
        else ("SET session_replication_role = replica", "SET session_replication_role = origin")
    )
    connection.execute(text(off))
    connection.commit()
    yield
    connection.execute(text(on))
    connection.commit()


def sqlite_file(folder: Path) -> Path:
    """A file to copy for each test."""
    file = folder / "old_demo.db"
    database = Database(f"sqlite:///{file}", synchronous="OFF")
    furnish(database)
    database.dispose()
    return file


@contextmanager
def pg_copy(server: PgServer) -> Iterator[str]:
    """The address of a copy of its own, gone afterwards."""
    server.prepared(PG_TEMPLATE, furnish)
    with server.database(template=PG_TEMPLATE) as url:
        yield url
