"""The database's address, read: what cannot be one is refused with the mend, and no password is ever printed."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ...errors import N_, BadSetting, Message

_RIGHT = N_(
    "write for example sqlite:////var/lib/peerreview/peerreview.db or postgresql://user:password@host/name"
)
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def read_url(text: str) -> URL:
    """Raises BadSetting where it is no address of a database that Peerreview runs on."""
    kind, colon, rest = text.strip().partition("://")
    if not colon:
        raise _wrong(N_("it is no database's address"), _RIGHT)
    if kind in ("postgres", "pgsql"):
        raise _wrong(
            N_("%(kind)s:// is written postgresql:// here", kind=kind), N_("put that before the rest")
        )
    if kind not in _DRIVERS:
        known = N_("SQLite and PostgreSQL, by psycopg")
        raise _wrong(
            N_(
                "%(kind)s:// is no kind of database that Peerreview runs on (%(known)s)",
                kind=_sort(kind),
                known=known,
            ),
            _RIGHT,
        )
    if kind.startswith("postgresql") and rest.count("@") > 1:
        # Cut at the wrong @, half of the password would be taken for the server's name, and be told to everybody.
        raise _wrong(
            N_("there is more than one @ in it"),
            N_(
                "in the user's name and the password, write @ / : %(percent)s as %(codes)s",
                percent="%",
                codes="%40 %2F %3A %25",
            ),
        )
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        mend = N_("see that the port is a number, and write / @ : % in the password as %2F %40 %3A %25")
        raise _wrong(N_("it cannot be read"), mend) from None
    if kind.startswith("postgresql") and not url.database:
        # Without it the server would look for one called as the user; and a password may have been taken for a port.
        raise _wrong(N_("it names no database"), _RIGHT)
    return url.set(drivername=_DRIVERS[kind])


def shown(url: URL) -> str:
    """As it can be printed: without the password, and without what stands after a question mark."""
    return url.set(query={}).render_as_string(hide_password=True)


def file_of(url: URL) -> Path | None:
    """SQLite's file; None for PostgreSQL and for a database in memory."""
    if not url.drivername.startswith("sqlite") or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def _sort(kind: str) -> str:
    """What stands first, if it looks like a kind of database and not like a secret."""
    return kind if len(kind) <= 20 and kind.replace("+", "").isalnum() else "…"


def _wrong(what: Message, mend: Message) -> BadSetting:
    return BadSetting(N_("PEERREVIEW_DATABASE_URL: %(what)s; %(mend)s", what=what, mend=mend))
