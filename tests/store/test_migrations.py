"""Migrations on a full demo of the first version: nothing is lost on the way up, and the house goes on from there."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import inspect, select, text

from config import MIGRATIONS, Settings
from peerreview.engine.definition import Workflow
from peerreview.services.board import board
from peerreview.services.clock import method_now
from peerreview.services.home import home
from peerreview.services.house import Account, House, calendar_by
from peerreview.services.ticking import tick
from peerreview.services.verifying import verify
from peerreview.store import schema
from peerreview.store.database import Database
from peerreview.store.files import FileStore
from peerreview.store.people import Person

FROZEN = "e93aaf71feda7b71da38a43ce66a097535defcc5f61ac43765960087061d0b92"


def rows(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.engine.connect() as connection:
        return {
            table: connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()
            for table in sorted(inspect(connection).get_table_names())
            if table != "alembic_version"
        }


def test_first_migration_is_frozen() -> None:
    first = MIGRATIONS / "versions" / "0001_first.py"
    assert hashlib.sha256(first.read_bytes()).hexdigest() == FROZEN, (
        "databases have been made by it: a change of tables is a migration of its own (script/migration)"
    )


def test_demo_keeps_every_row_on_the_way_up(old_demo: Database) -> None:
    before = rows(old_demo)
    assert (before["review"], before["history"], before["person"]) == (11, 654, 106)
    schema.upgrade(old_demo, MIGRATIONS)
    schema.check(old_demo, MIGRATIONS)
    after = rows(old_demo)
    assert {table: after[table] for table in before if table in after and after[table] < before[table]} == {}
    assert [table for table in before if before[table] and table not in after] == []


def test_demo_goes_down_and_up_again(old_demo: Database) -> None:
    before = rows(old_demo)
    schema.upgrade(old_demo, MIGRATIONS)
    schema.downgrade(old_demo, MIGRATIONS, "0001")
    assert rows(old_demo) == before
    schema.upgrade(old_demo, MIGRATIONS)
    schema.check(old_demo, MIGRATIONS)


def test_demo_goes_on_where_it_left_off(
    old_demo: Database, settings: Settings, workflows: dict[str, Workflow]
) -> None:
    schema.upgrade(old_demo, MIGRATIONS)
    house = House(
        db=old_demo,
        workflows=workflows,
        calendar=calendar_by(settings),
        files=FileStore(settings.files_dir, max_upload=settings.max_upload),
        settings=settings,
    )
    assert verify(house) == []
    lead = account_of(house)
    real_now = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
    now = method_now(house, real_now)
    assert len(board(house, actor=lead, now=now, real_now=real_now).rows) >= 5
    assert home(house, actor=lead, now=now, real_now=real_now)
    # A month passes: what is late is reminded of, what has its day begins, and the chains still hold.
    assert tick(house, now=now + timedelta(days=30), real_now=real_now + timedelta(days=30)) > 0
    assert verify(house) == []


def account_of(house: House) -> Account:
    with house.db.read() as session:
        lead = session.scalars(select(Person).where(Person.is_lead)).first()
        assert lead is not None
        return Account(lead.id, lead.name, lead.email, lead.language, True)
