"""One action, durably, beside raw sqlite3 writing exactly the same rows in the same run."""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import event

from config import Settings
from peerreview.services import definitions
from peerreview.services.house import House, furnish, upgrade
from tests.services.review_fixtures import Cast, advance, do, make_review, put_materials

REVIEWS = 40
DML = ("INSERT", "UPDATE", "DELETE")
Statements = list[tuple[str, Any]]


def furnished(folder: Path, synchronous: str) -> House:
    settings = Settings(
        database_url=f"sqlite:///{folder}/bench.db",
        files_dir=folder / "files",
        sqlite_synchronous=synchronous,
        secret_key="x" * 40,
        secure_cookies=False,
    )
    upgrade(settings)
    return furnish(settings, definitions.read_all(settings.workflows_dir))


def prepared(house: House) -> list[Cast]:
    """Reviews in which everything is there and nobody has handed in: five documents wished for of each side."""
    casts: list[Cast] = []
    for _ in range(REVIEWS):
        cast = make_review(house, parties=2, lead=casts[0].lead if casts else None)
        advance(house, cast, to="collect")
        put_materials(house, cast, 0)
        casts.append(cast)
    return casts


def timed(house: House, casts: Sequence[Cast]) -> tuple[list[float], list[Statements]]:
    """Seconds of each hand_in, and the statements of each that changed anything."""
    seconds, recorded = [], []
    for cast in casts:
        statements: Statements = []

        def note(
            connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
        ) -> None:
            if statement.lstrip().upper().startswith(DML):
                rows = parameters if many else [parameters]
                statements.extend((statement, row) for row in rows)  # noqa: B023

        event.listen(house.db.engine, "before_cursor_execute", note)
        begun = time.perf_counter()
        do(house, cast, cast.coordinator(0), "hand_in", "exchange/collect")
        seconds.append(time.perf_counter() - begun)
        event.remove(house.db.engine, "before_cursor_execute", note)
        recorded.append(statements)
    return seconds, recorded


def raw(path: Path, recorded: Sequence[Statements], synchronous: str) -> list[float]:
    """Seconds of each of the same transactions through sqlite3 alone."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={synchronous}")
    seconds = []
    for statements in recorded:
        begun = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for statement, row in statements:
            connection.execute(statement, row)
        connection.execute("COMMIT")
        seconds.append(time.perf_counter() - begun)
    connection.close()
    return seconds


def measure(synchronous: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        house = furnished(folder, synchronous)
        casts = prepared(house)
        house.db.dispose()
        copy = folder / "copy.db"
        shutil.copy(folder / "bench.db", copy)
        ours, recorded = timed(house, casts)
        theirs = raw(copy, recorded, synchronous)
        house.close()
    rows = statistics.median(len(s) for s in recorded)
    a, b = statistics.median(ours), statistics.median(theirs)
    print(
        f"synchronous={synchronous:6} hand_in {1 / a:7.0f}/s ({1000 * a:.1f} ms; {min(ours) * 1000:.1f}-"
        f"{max(ours) * 1000:.1f})   raw sqlite3, {rows:.0f} rows: {1 / b:7.0f}/s ({1000 * b:.2f} ms)   "
        f"ratio {b / a:.3f} (bar 0.35)"
    )


if __name__ == "__main__":
    for how in sys.argv[1:] or ("FULL", "NORMAL"):
        measure(how)
