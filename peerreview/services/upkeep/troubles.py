"""What keeps the house from its work for a while and is no fault of its own: a database that is gone, a full disk."""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

log = logging.getLogger(__name__)

Trouble = Literal["away", "full"]

# What it may come as; which of these it is, and which is a fault after all, `trouble_of` says.
SORTS = (SQLAlchemyError, OSError)

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# SQLite says "full" for ENOSPC alone; a quota or a limit on files it calls a write that failed.
_SQLITE_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_TRUNCATE")
_SQLITE_AWAY = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_CANTOPEN",
    "SQLITE_IOERR",
    "SQLITE_READONLY",
    "SQLITE_PROTOCOL",
)
# Classes of PostgreSQL's codes: the connection, too few means, an operator's doing, the machine's own faults.
_PG_FULL, _PG_AWAY = "53100", ("08", "53", "57", "58", "25006")


def trouble_of(error: BaseException) -> Trouble | None:
    """None: it is a fault of ours (a statement that no database understands is)."""
    if isinstance(error, OSError):
        return "full" if error.errno in _NO_ROOM else None
    if isinstance(error, NoConnection):
        return "away"
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        name = getattr(error.orig, "sqlite_errorname", "")
        return "full" if name.startswith(_SQLITE_FULL) else "away" if name.startswith(_SQLITE_AWAY) else None
    code = getattr(error.orig, "sqlstate", None)
    if code:
        return "full" if code == _PG_FULL else "away" if code.startswith(_PG_AWAY) else None
    # Where nobody has answered, there is no code.
    return "away" if error.connection_invalidated or type(error).__name__ in _NOBODY else None


_NOBODY = ("OperationalError", "InterfaceError")


@contextmanager
def by_the_way(what: str) -> Iterator[None]:
    """A note for which nobody is turned away: while it cannot be written, it is left out."""
    try:
        yield
    except SORTS as error:
        if trouble_of(error) is None:
            raise
        log.warning("%s is not noted: %s", what, said(error))


def is_unclear(error: BaseException) -> bool:
    """Whether what was to be written may be there all the same: the database went while it was committing."""
    return trouble_of(error) == "away" and bool(getattr(error, "unclear", False))


def said(error: BaseException) -> str:
    """On one line, for a log: what the database or the disk says, without the statement."""
    return " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
