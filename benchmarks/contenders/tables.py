"""Two tables as anybody would make them, a state and its history, in SQLite or PostgreSQL without an ORM."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import make_url

TABLES = (
    "CREATE TABLE review (id INTEGER PRIMARY KEY, state TEXT NOT NULL)",
    "CREATE TABLE history (id {serial}, review_id INTEGER NOT NULL REFERENCES review (id), "
    "deed TEXT NOT NULL, person INTEGER NOT NULL, at TEXT NOT NULL)",
)


class Tables:
    def __init__(self, url: str, synchronous: str):
        self.sqlite = url.startswith("sqlite")
        self.connection: Any
        if self.sqlite:
            path = make_url(url).database
            assert path
            self.connection = sqlite3.connect(path, isolation_level=None)
            self.connection.execute("PRAGMA journal_mode=WAL")
            self.connection.execute(f"PRAGMA synchronous={synchronous}")
        else:
            self.connection = psycopg.connect(url, autocommit=True)
        serial = "INTEGER PRIMARY KEY" if self.sqlite else "SERIAL PRIMARY KEY"
        for table in TABLES:
            self.connection.execute(table.format(serial=serial))

    def run(self, sql: str, *values: Any) -> Any:
        return self.connection.execute(sql if self.sqlite else sql.replace("?", "%s"), values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE" if self.sqlite else "BEGIN")
        yield
        self.connection.execute("COMMIT")
