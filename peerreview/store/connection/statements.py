"""Statements that run with every deed, put into the database's words once.

SQLAlchemy's ORM takes ten times as long over a small statement as the database does. What a deed always reads and
writes goes past it: as plain values, on the same connection and in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Dialect,
    Insert,
    ScalarSelect,
    Select,
    String,
    Table,
    Update,
    bindparam,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from .database import Base, Writing

Process = Callable[[Any], Any]
Given = Mapping[str, Any]


@dataclass(frozen=True)
class _Spoken:
    """A statement as one dialect says it. `order`: the names of its gaps, where they have none in the text."""

    text: str
    order: tuple[str, ...] | None
    fixed: Given
    given: Mapping[str, Process]
    found: tuple[Process | None, ...]

    def filled(self, given: Given) -> Any:
        gaps = {**self.fixed, **given}
        for name, process in self.given.items():
            gaps[name] = process(gaps[name])
        return gaps if self.order is None else tuple(gaps[name] for name in self.order)


class Prepared:
    """A select, insert or update whose gaps are bound parameters, each of one value. `sets`: what an update sets."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update, sets: Iterable[str] = ()):
        self.statement, self.sets = statement, tuple(sets)
        self.table = "" if isinstance(statement, Select) else statement.table.description
        written = [f"{self.table}.{column}" for column in self.sets] or [self.table]
        self.touches = frozenset(written)
        self._spoken: dict[str, _Spoken] = {}

    def rows(self, session: Session, **given: Any) -> list[tuple[Any, ...]]:
        """What it finds, with values as the columns' types give them."""
        # What the session has not written yet would not be found.
        session.flush()
        connection = session.connection()
        spoken = self._for(connection.dialect)
        return [
            tuple([p(value) if p else value for p, value in zip(spoken.found, row, strict=True)])
            for row in connection.exec_driver_sql(spoken.text, spoken.filled(given))
        ]

    def run(self, session: Session, *given: Given, known: bool = False) -> None:
        """Write it, once for each of `given`. What lies in the session of that table is read again when asked for.
        `known`: the writer has seen to it that whatever a case has read of it is so."""
        session.flush()
        connection = session.connection()
        spoken = self._for(connection.dialect)
        filled = [spoken.filled(one) for one in given]
        connection.exec_driver_sql(spoken.text, filled if len(filled) > 1 else filled[0])
        if not known and isinstance(session, Writing):
            session.touched.update(self.touches)
        if self.sets:
            for row in session.identity_map.values():
                if isinstance(row, Base) and row.__tablename__ == self.table:
                    session.expire(row, self.sets)

    def _for(self, dialect: Dialect) -> _Spoken:
        spoken = self._spoken.get(dialect.name)
        if spoken is None:
            spoken = self._spoken[dialect.name] = _said(self.statement, dialect)
        return spoken


def _said(statement: Select[*tuple[Any, ...]] | Insert | Update, dialect: Dialect) -> _Spoken:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    assert not compiled.post_compile_params, "a gap of many values cannot be prepared"
    given = {
        name: process
        for name, bound in compiled.binds.items()
        if (process := bound.type.dialect_impl(dialect).bind_processor(dialect))
    }
    asked = statement.selected_columns if isinstance(statement, Select) else ()
    found = tuple(c.type.dialect_impl(dialect).result_processor(dialect, None) for c in asked)
    order = tuple(compiled.positiontup or ()) if compiled.positional else None
    return _Spoken(compiled.string, order, dict(compiled.params), given, found)


def names_in(query: Select[*tuple[Any, ...]]) -> Iterator[str]:
    """The tables and columns that a query looks at, as `Writing.touched` calls them."""
    for part in visitors.iterate(query):
        if isinstance(part, Column) and isinstance(part.table, Table):
            yield part.table.name
            yield f"{part.table.name}.{part.name}"


def inserting(of: type[Base]) -> Prepared:
    """A new row: all columns but the number that the database gives."""
    table = of.__table__
    assert isinstance(table, Table)
    gaps = {c.name: bindparam(c.name, type_=c.type) for c in table.c if c.name != "id"}
    return Prepared(table.insert().inline().values(gaps))


def updating(of: type[Base], columns: Iterable[str], **where: str) -> Prepared:
    """Set the columns, each from the gap of its name, in the rows in which a column (the name) is what stands in a gap
    (the value)."""
    table = of.__table__
    assert isinstance(table, Table)
    gaps = {name: bindparam(name, type_=table.c[name].type) for name in columns}
    found = [table.c[name] == bindparam(gap, type_=table.c[name].type) for name, gap in where.items()]
    return Prepared(table.update().where(*found).values(gaps), gaps)


# ---- many small tables in one question


class as_json(FunctionElement[str]):
    """All the rows of a select as one JSON text, each a list of its columns."""

    inherit_cache = True
    type = String()


@compiles(as_json, "sqlite")
def _for_sqlite(element: as_json, compiler: SQLCompiler, **more: Any) -> str:
    columns = [
        f"json({compiler.process(c, **more)})" if isinstance(c.type, JSON) else compiler.process(c, **more)
        for c in element.clauses
    ]
    return f"json_group_array(json_array({', '.join(columns)}))"


@compiles(as_json, "postgresql")
def _for_postgresql(element: as_json, compiler: SQLCompiler, **more: Any) -> str:
    columns = ", ".join(compiler.process(c, **more) for c in element.clauses)
    return f"CAST(json_agg(json_build_array({columns})) AS text)"


def gathered(query: Select[*tuple[Any, ...]]) -> ScalarSelect[str]:
    """The rows of `query` as one value of a question that holds many; read it with `listed`."""
    inner = query.subquery()
    return select(as_json(*inner.c)).scalar_subquery()


def instant(text: str) -> datetime:
    """An instant, as it stands in a text of `gathered`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def listed(text: str | None) -> Sequence[Sequence[Any]]:
    """The rows that `gathered` has put into a text: JSON's values, so that instants and days are text still."""
    found: Sequence[Sequence[Any]] = json.loads(text) if text else ()
    return found
