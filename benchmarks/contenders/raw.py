"""sqlite3 or psycopg alone: the very statements that our hand_in was seen to write, transaction by transaction."""

from __future__ import annotations

import pickle
import sqlite3
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from .line import Step, serve


def prepare(url: str, synchronous: str, steps: int) -> Iterator[Step]:
    recorded = pickle.loads(Path(sys.argv[4]).read_bytes())
    is_sqlite = url.startswith("sqlite")
    connection: Any
    if is_sqlite:
        connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
    else:
        connection = psycopg.connect(url, autocommit=True)
    begin = "BEGIN IMMEDIATE" if is_sqlite else "BEGIN"

    def step(statements: list[tuple[str, Any]]) -> None:
        connection.execute(begin)
        for statement, row in statements:
            connection.execute(statement, row)
        connection.execute("COMMIT")

    for statements in recorded:
        yield partial(step, statements)


if __name__ == "__main__":
    serve(prepare)
