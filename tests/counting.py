"""How often the database is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from peerreview.services.base.house import House


@contextmanager
def asked(house: House) -> Iterator[list[str]]:
    """The statements that are run inside, as they are run."""
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    event.listen(house.db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(house.db.engine, "before_cursor_execute", note)
