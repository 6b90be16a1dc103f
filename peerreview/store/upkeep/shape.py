"""The tables as they stand in a database, held against those that the code says: what is missing, and the mend.

A version number alone says little: a database made by an earlier copy of a migration has the number and not the tables.
What others have put beside ours (a table, an index, a column that may be empty) is no fault.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from alembic.autogenerate import compare_metadata, produce_migrations
from alembic.migration import MigrationContext
from alembic.operations import Operations, ops
from sqlalchemy import (
    Column,
    Connection,
    DefaultClause,
    MetaData,
    TextClause,
    UniqueConstraint,
    inspect,
    text,
)

from ...errors import N_, BadSetting, Message
from ..connection.database import Database


def differences(database: Database, metadata: MetaData) -> list[Message]:
    """What of our tables is missing or otherwise than it should be, a few words each; [] where all is as the code says.
    By names, so that it can be asked often."""
    with database.engine.connect() as connection:
        looking = inspect(connection)
        columns, indexes = looking.get_multi_columns(), looking.get_multi_indexes()
        uniques = looking.get_multi_unique_constraints()
        there = {
            name: (columns[key], _indexed(key, indexes, uniques)) for key in columns for name in [key[1]]
        }
    found: list[Message] = []
    for table in metadata.sorted_tables:
        if table.name not in there:
            found.append(N_("the table %(table)s is missing", table=table.name))
            continue
        found += _of_columns(table.name, table.columns, there[table.name][0])
        wanted = {tuple(index.columns.keys()) for index in table.indexes}
        wanted |= {
            tuple(one.columns.keys()) for one in table.constraints if isinstance(one, UniqueConstraint)
        }
        missing = sorted(wanted - there[table.name][1])
        found += [
            N_("the index of %(table)s on %(columns)s is missing", table=table.name, columns=", ".join(names))
            for names in missing
        ]
    return found


def _indexed(key: Any, indexes: Mapping[Any, Any], uniques: Mapping[Any, Any]) -> set[tuple[str, ...]]:
    return {tuple(one["column_names"]) for one in (*indexes.get(key, ()), *uniques.get(key, ()))}


def _of_columns(table: str, wanted: Any, there: Any) -> Iterator[Message]:
    found = {one["name"]: one for one in there}
    for column in wanted:
        if column.name not in found:
            yield N_("the column %(column)s is missing", column=f"{table}.{column.name}")
        elif bool(column.nullable) != bool(found[column.name]["nullable"]) and not column.primary_key:
            full = f"{table}.{column.name}"
            yield (
                N_("the column %(column)s must hold something", column=full)
                if column.nullable
                else N_("the column %(column)s need not hold something", column=full)
            )
    for name, one in found.items():
        if name not in wanted and not one["nullable"] and one.get("default") is None:
            full = f"{table}.{name}"
            yield N_(
                "the column %(column)s must hold something, and this program does not know it", column=full
            )


def kinds(connection: Connection, metadata: MetaData) -> list[Message]:
    """Columns of another type or length than the code says. Slower than `differences`."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    changes = [one for part in compare_metadata(context, metadata) if isinstance(part, list) for one in part]
    other = [f"{one[2]}.{one[3]}" for one in changes if one[0] == "modify_type"]
    return [
        N_("the column %(column)s is of another kind than in this program", column=name) for name in other
    ]


def mend(connection: Connection, metadata: MetaData) -> list[Message]:
    """Add what is missing: tables, columns (with their defaults in the rows that are there) and indexes. Nothing is
    taken away. Gives a few words on each."""
    context = MigrationContext.configure(connection, opts={"compare_type": False})
    script = produce_migrations(context, metadata)
    operations, done = Operations(context), list[Message]()
    assert script.upgrade_ops is not None
    for op in script.upgrade_ops.ops:
        if isinstance(op, ops.CreateTableOp):
            operations.invoke(op)
            done.append(N_("the table %(table)s", table=op.table_name))
        elif isinstance(op, ops.ModifyTableOps):
            added = [one for one in op.ops if isinstance(one, _ADDING)]
            done += _mend_table(connection, operations, op.table_name, added)
        elif isinstance(op, ops.CreateIndexOp):
            operations.invoke(op)
            done.append(N_("an index of %(table)s", table=op.table_name))
    return done


_ADDING = (ops.AddColumnOp, ops.CreateIndexOp, ops.CreateUniqueConstraintOp, ops.CreateForeignKeyOp)


def _mend_table(
    connection: Connection, operations: Operations, table: str, added: list[Any]
) -> list[Message]:
    if not added:
        return []
    new = [one for one in added if isinstance(one, ops.AddColumnOp)]
    # Of the code's own table a copy: it knows no defaults of the database.
    for one in new:
        one.column = one.column._copy()
    filled = [one.column.name for one in new if not one.column.nullable]
    with operations.batch_alter_table(table) as batch:
        for one in added:
            if one in new and one.column.name in filled:
                one.column.server_default = DefaultClause(_default_of(table, one.column))
            batch.invoke(one)
    if filled:
        with operations.batch_alter_table(table) as batch:
            for name in filled:
                # It was for the rows that were there.
                batch.alter_column(name, server_default=None)
    done = [N_("the column %(column)s", column=f"{table}.{one.column.name}") for one in new]
    if len(new) < len(added):
        done.append(N_("an index or a rule of %(table)s", table=table))
    return done


def _default_of(table: str, column: Column[Any]) -> TextClause:
    """What the rows that are there get, as the code would have given it to them."""
    default: Any = column.default
    if default is not None and default.is_scalar:
        if isinstance(default.arg, bool):
            return text("true" if default.arg else "false")
        return text(str(default.arg) if isinstance(default.arg, int) else _quoted(str(default.arg)))
    if default is not None and default.is_callable:
        return text(_quoted(json.dumps(default.arg(None))))
    raise BadSetting(
        N_(
            "the column %(table)s.%(name)s is missing, and what its rows should hold is not known; "
            "restore a backup that fits this program",
            table=table,
            name=column.name,
        )
    )


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
