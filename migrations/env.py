"""Alembic's way in. The product hands over a connection in a transaction (store.upkeep.schema); whoever calls
`alembic` by hand gets one from the settings."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from config import Settings
from peerreview.store.connection.database import Database, UTCDateTime
from peerreview.store.upkeep.schema import metadata, migrating


def _render(kind: str, thing: Any, autogen: Any) -> str | Literal[False]:
    """A migration stands on its own: it names the column's plain type, not our class."""
    return "sa.DateTime()" if kind == "type" and isinstance(thing, UTCDateTime) else False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch="plain" not in context.config.attributes,
        compare_type=True,
        render_item=_render,
    )
    context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("alembic --sql is not for this house: a migration runs in one transaction on a database")
given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with migrating(Database(Settings().database_url)) as opened:
        _run(opened)
