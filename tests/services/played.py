"""A review that another test has played as far already is put back, not played again.

Playing a review to a step takes a second and more, putting its rows back some hundredths. What is put back is the
whole database as it was after the same deeds, in the same house, from the same rows: the key holds all of them,
so that a test gets what it would have played itself. Each process of a test run remembers what it has played.
"""

from __future__ import annotations

import hashlib
import pickle
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from peerreview.services.base.house import House
from peerreview.store.connection.database import Base

# Python's copy of one table: its name, its rows as COPY writes them, what its sequence has come to.
_PgTable = tuple[str, bytes, tuple[int, bool] | None]
_played: dict[tuple[object, ...], tuple[Any, bytes]] = {}


def key_of(house: House, *deeds: object) -> tuple[object, ...]:
    """What decides how the database looks after `deeds`: what is in it now, the definitions, the settings."""
    settings = house.settings.model_copy(update={"files_dir": Path(), "database_url": ""})
    definitions = sorted((name, workflow.hash) for name, workflow in house.workflows.items())
    return house.db.is_sqlite, _digest(house), repr(settings), repr(definitions), repr(deeds)


def known(key: tuple[object, ...]) -> bool:
    return key in _played


def remember(key: tuple[object, ...], house: House, value: object) -> None:
    """Keep the database as it is now, and with it what the deeds gave."""
    taken = _taken_of_sqlite(house) if house.db.is_sqlite else _taken_of_pg(house)
    _played[key] = taken, pickle.dumps(value)


def put_back(key: tuple[object, ...], house: House) -> Any:
    """Make the database what it was after the deeds; gives what they gave."""
    taken, value = _played[key]
    if house.db.is_sqlite:
        _put_back_sqlite(house, taken)
    else:
        _put_back_pg(house, taken)
    return pickle.loads(value)


def _names() -> Sequence[str]:
    return [table.name for table in Base.metadata.sorted_tables]


def _digest(house: House) -> str:
    found = hashlib.sha256()
    with house.db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        for name in _names():
            found.update(name.encode())
            if house.db.is_sqlite:
                assert isinstance(driver, sqlite3.Connection)
                found.update(repr(driver.execute(f'SELECT * FROM "{name}"').fetchall()).encode())
            else:
                found.update(_copied(driver, name))
    return found.hexdigest()


def _taken_of_sqlite(house: House) -> sqlite3.Connection:
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    with house.db.engine.connect() as connection:
        connection.connection.driver_connection.backup(kept)  # type: ignore[union-attr]
    return kept


def _put_back_sqlite(house: House, kept: sqlite3.Connection) -> None:
    # A connection of its own: one of the pool may hold what it has read.
    house.db.engine.dispose()
    with sqlite3.connect(house.db.engine.url.database) as connection:  # type: ignore[arg-type]
        kept.backup(connection)
    connection.close()


def _copied(driver: Any, name: str) -> bytes:
    with driver.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:
        return b"".join(bytes(part) for part in copy)


_SEQUENCES = """SELECT t.relname, s.relname FROM pg_class s
    JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') JOIN pg_class t ON t.oid = d.refobjid
    WHERE s.relkind = 'S'"""


def _taken_of_pg(house: House) -> list[_PgTable]:
    taken: list[_PgTable] = []
    with house.db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        sequences = dict(driver.execute(_SEQUENCES).fetchall())
        for name in _names():
            at = None
            if name in sequences:
                at = driver.execute(f'SELECT last_value, is_called FROM "{sequences[name]}"').fetchone()
            taken.append((name, _copied(driver, name), at))
    return taken


def _put_back_pg(house: House, taken: list[_PgTable]) -> None:
    url = house.db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        sequences = dict(connection.execute(_SEQUENCES).fetchall())
        for name, rows, at in taken:
            cursor.execute(f'DELETE FROM "{name}"')
            if rows:
                with cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                    copy.write(rows)
            if at:
                cursor.execute("SELECT setval(%s::regclass, %s, %s)", (f'"{sequences[name]}"', *at))
