"""Tables held against the code's: whatever is missing is named, and mended where nothing is lost by it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, text

from config import MIGRATIONS
from peerreview.errors import BadSetting, in_english
from peerreview.store.connection.database import Base, Database
from peerreview.store.upkeep import schema, shape


@pytest.fixture(params=["sqlite_url", "pg_url"])
def made(request: pytest.FixtureRequest) -> Iterator[Database]:
    database = Database(request.getfixturevalue(request.param), synchronous="OFF")
    yield database
    database.dispose()


def do(database: Database, *statements: str) -> None:
    with schema.migrating(database) as connection:
        for one in statements:
            connection.execute(text(one))


def told(database: Database) -> list[str]:
    return list(map(in_english, shape.differences(database, schema.metadata)))


BROKEN = {
    "table": ("DROP TABLE heartbeat", "the table heartbeat is missing"),
    "column": ("ALTER TABLE person DROP COLUMN away_until", "the column person.away_until is missing"),
    "filled column": ("ALTER TABLE person DROP COLUMN rhythm", "the column person.rhythm is missing"),
    "index": ("DROP INDEX ix_organisation_sort_key", "the index of organisation on sort_key is missing"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_missing_is_named_and_mended(made: Database, what: str) -> None:
    statement, says = BROKEN[what]
    do(made, "INSERT INTO organisation (id, code, name, sort_key, healthcare_region, university_hospital, attributes) "
       "VALUES (1, 'H', 'Kalmar', 'kalmar', '', false, '{}')", statement)  # fmt: skip
    assert told(made) == [says]
    for deed in (schema.check, schema.upgrade):
        with pytest.raises(BadSetting, match="are not those of their version") as caught:
            deed(made, MIGRATIONS)
        assert says in str(caught.value)
        assert "db mend" in str(caught.value)
    assert len(schema.mend(made, MIGRATIONS)) == 1
    assert told(made) == []
    schema.check(made, MIGRATIONS)
    assert schema.mend(made, MIGRATIONS) == []
    with made.engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM organisation")).scalar() == "Kalmar"


def test_rows_get_the_default_of_a_column_that_was_missing(made: Database) -> None:
    do(
        made,
        "INSERT INTO organisation (id, code, name, sort_key, healthcare_region, university_hospital, attributes) "
        "VALUES (1, 'H', 'Kalmar', 'kalmar', '', false, '{}')",
        "ALTER TABLE organisation DROP COLUMN attributes",
        "ALTER TABLE organisation DROP COLUMN university_hospital",
    )
    assert sorted(map(in_english, schema.mend(made, MIGRATIONS))) == [
        "the column organisation.attributes",
        "the column organisation.university_hospital",
    ]
    with made.read() as session:
        row = session.execute(text("SELECT university_hospital, attributes FROM organisation")).one()
    assert not row[0]
    assert row[1] in ("{}", {})
    # As the migrations leave them: the default was for the rows that were there.
    columns = {one["name"]: one for one in inspect(made.engine).get_columns("organisation")}
    assert columns["attributes"]["default"] is None
    assert not columns["attributes"]["nullable"]


def test_column_whose_rows_cannot_be_guessed_is_not_mended_and_nothing_else_is(made: Database) -> None:
    do(made, "ALTER TABLE link DROP COLUMN expires_at", "DROP TABLE heartbeat")
    with pytest.raises(BadSetting, match="what its rows should hold is not known"):
        schema.mend(made, MIGRATIONS)
    assert "the table heartbeat is missing" in told(made)


def test_what_others_have_put_beside_ours_is_no_fault(made: Database) -> None:
    do(
        made,
        "CREATE TABLE theirs (id INTEGER)",
        "ALTER TABLE person ADD COLUMN theirs INTEGER",
        "CREATE INDEX theirs_too ON person (phone)",
    )
    assert told(made) == []


def test_column_of_theirs_that_must_be_filled_is_one(made: Database) -> None:
    do(
        made,
        "DROP TABLE heartbeat",
        "CREATE TABLE heartbeat (name VARCHAR(50) PRIMARY KEY, theirs INTEGER NOT NULL)",
    )
    assert "the column heartbeat.theirs must hold something, and this program does not know it" in told(made)


def test_column_of_another_kind_is_found_by_the_thorough_look(made: Database) -> None:
    if made.is_sqlite:
        pytest.skip("SQLite keeps whatever it is given in any column")
    do(made, "ALTER TABLE person ALTER COLUMN phone TYPE VARCHAR(7)")
    assert told(made) == []
    assert [in_english(one) for one in schema.kinds(made)] == [
        "the column person.phone is of another kind than in this program"
    ]


def test_tables_of_the_code_itself_are_as_they_should_be(made: Database) -> None:
    Base.metadata.drop_all(made.engine)
    Base.metadata.create_all(made.engine)
    assert told(made) == []
