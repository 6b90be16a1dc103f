"""Migrations: what they make is what the tables in the code say, on both databases, and back."""

from __future__ import annotations

from pathlib import Path
from pprint import pformat
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from config import MIGRATIONS
from peerreview.errors import BadSetting
from peerreview.store.connection.database import Base, Database
from peerreview.store.upkeep import schema


@pytest.fixture(params=["empty_sqlite_url", "empty_pg_url"])
def empty(request: pytest.FixtureRequest) -> Any:
    database = Database(request.getfixturevalue(request.param), synchronous="OFF")
    yield database
    database.dispose()


def shape(database: Database) -> dict[str, Any]:
    """Everything the database itself says of its tables."""
    looking = inspect(database.engine)
    return {
        table: {
            "columns": [{**c, "type": repr(c["type"])} for c in looking.get_columns(table)],
            "primary key": looking.get_pk_constraint(table),
            "foreign keys": _sorted(looking.get_foreign_keys(table)),
            "unique": _sorted(looking.get_unique_constraints(table)),
            "checks": _sorted(looking.get_check_constraints(table)),
            "indexes": _sorted(looking.get_indexes(table)),
        }
        for table in sorted(looking.get_table_names())
        if table != "alembic_version"
    }


def _sorted(rows: list[Any]) -> list[str]:
    return sorted(pformat(_plain(row)) for row in rows)


def _plain(value: Any) -> Any:
    """A partial index brings its condition as an object: its text is what counts."""
    return {key: _plain(one) for key, one in value.items()} if isinstance(value, dict) else str(value)


def test_upgrade_makes_what_the_code_says(empty: Database) -> None:
    Base.metadata.create_all(empty.engine)
    wanted = shape(empty)
    Base.metadata.drop_all(empty.engine)
    schema.upgrade(empty, MIGRATIONS)
    assert shape(empty) == wanted, 'run script/migration "what changes", and look at what it wrote'
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_downgrade_leaves_nothing_and_upgrade_follows(empty: Database) -> None:
    schema.upgrade(empty, MIGRATIONS)
    schema.downgrade(empty, MIGRATIONS, "base")
    assert shape(empty) == {}
    schema.upgrade(empty, MIGRATIONS)
    schema.check(empty, MIGRATIONS)


def test_upgrade_twice_changes_nothing(empty: Database) -> None:
    schema.upgrade(empty, MIGRATIONS)
    schema.upgrade(empty, MIGRATIONS)
    schema.check(empty, MIGRATIONS)


def test_failed_migration_changes_nothing(empty: Database, tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    for name in ("env.py", "script.py.mako"):
        (tmp_path / name).write_text((MIGRATIONS / name).read_text("utf-8"), "utf-8")
    (versions / "0001_breaks.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = '0001', None\n"
        "def upgrade():\n    op.create_table('half', sa.Column('id', sa.Integer()))\n"
        "    raise ValueError('no')\n",
        "utf-8",
    )
    with pytest.raises(ValueError, match="no"):
        schema.upgrade(empty, tmp_path)
    assert inspect(empty.engine).get_table_names() == []


def test_foreign_keys_are_on_again_after_a_migration(empty_sqlite_url: str) -> None:
    database = Database(empty_sqlite_url)
    schema.upgrade(database, MIGRATIONS)
    with database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_start_on_an_empty_database_says_the_mend(empty: Database) -> None:
    with pytest.raises(BadSetting, match="has no tables yet; run `peerreview db upgrade`"):
        schema.check(empty, MIGRATIONS)


def test_database_in_memory_is_none() -> None:
    with pytest.raises(BadSetting, match="is gone when the program ends"):
        schema.check(Database("sqlite://"), MIGRATIONS)


def test_version_that_this_program_does_not_know_is_told(empty: Database) -> None:
    schema.upgrade(empty, MIGRATIONS)
    with empty.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for deed in (schema.upgrade, lambda *of: schema.downgrade(*of, "base")):
        with pytest.raises(BadSetting, match="version that this program does not know"):
            deed(empty, MIGRATIONS)


def test_start_on_another_version_says_which(empty: Database) -> None:
    schema.upgrade(empty, MIGRATIONS)
    with empty.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(BadSetting, match="is at version 0000, and this program needs"):
        schema.check(empty, MIGRATIONS)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://someone:hush@127.0.0.1:9/none", "see that the server runs"),
        ("postgresql://someone:hu%40sh@127.0.0.1:9/none", "see that the server runs"),
        ("postgresql://someone:hu/sh@127.0.0.1:9/none", "see that the server runs"),
        ("postgresql://someone:hu@sh/word@127.0.0.1:9/none", "write @ / : % as %40"),
        ("postgresql://someone@127.0.0.1:9/none?password=hush", "see that the server runs"),
        ("postgresql://someone:hush", "cannot be read"),
        ("postgresql://someone:12345", "names no database"),
        ("postgresql://someone:hush@127.0.0.1:port/none", "cannot be read"),
        ("postgresql+psycopg2://someone:hush@127.0.0.1/none", "no kind of database"),
        ("postgres://someone:hush@127.0.0.1/none", "is written postgresql://"),
        ("mysql://someone:hush@127.0.0.1/none", "mysql:// is no kind of database that Peerreview runs on"),
        ("hush", "is no database's address"),
        ("hush hush://somewhere", "no kind of database"),
        ("oracle9://somewhere", "write for example"),
        ("sqlite:////dev/null/peerreview.db", "name a file in a folder that belongs"),
    ],
)
def test_database_that_cannot_be_reached_says_the_mend_and_no_password(url: str, says: str) -> None:
    with pytest.raises(BadSetting, match="DATABASE_URL: ") as caught:
        schema.check(Database(url), MIGRATIONS)
    assert says in str(caught.value)
    for secret in ("hush", "hu@sh", "hu/sh", "sh/word", "12345"):
        assert secret not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_folder_instead_of_a_database_says_the_mend(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"cannot connect to .*name a file in a folder"):
        schema.check(Database(f"sqlite:///{tmp_path}"), MIGRATIONS)
