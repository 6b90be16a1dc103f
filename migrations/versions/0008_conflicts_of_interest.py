"""Conflicts of interest have rows of their own: who, in which review, what, and what the lead has decided.

Until now what a side declared in its answer lay in that answer, where all sides read it and nobody was asked. It is
moved: the answer says only whether there was one. Those of running reviews wait for the lead's decision.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATES = sa.table(
    "artefact_state",
    sa.column("review_id", sa.Integer()),
    sa.column("name", sa.String()),
    sa.column("party", sa.Integer()),
    sa.column("data", sa.JSON()),
)
CONFLICTS = sa.table(
    "conflict",
    sa.column("review_id", sa.Integer()),
    sa.column("party", sa.Integer()),
    sa.column("person_id", sa.Integer()),
    sa.column("declared_by", sa.Integer()),
    sa.column("text", sa.Text()),
    sa.column("declared_at", sa.DateTime()),
    sa.column("changed_at", sa.DateTime()),
    sa.column("decision", sa.String()),
    sa.column("note", sa.Text()),
)


def upgrade() -> None:
    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("party", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("declared_by", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_conflict_decided_by")),
        sa.ForeignKeyConstraint(["declared_by"], ["person.id"], name=op.f("fk_conflict_declared_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_conflict_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_conflict_person_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_conflict_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_review_id"), ["review_id"], unique=False)
    if op.get_context().as_sql:
        return
    for row, declared in _answers():
        answered = row.data.get("answered") or {}
        if declared and answered.get("by"):
            at = datetime.fromisoformat(answered["at"]).astimezone(UTC).replace(tzinfo=None)
            op.execute(
                CONFLICTS.insert().values(
                    review_id=row.review_id,
                    party=row.party,
                    declared_by=answered["by"],
                    text=declared,
                    declared_at=at,
                    changed_at=at,
                    decision="",
                    note="",
                )
            )
        _put(row, {**row.data, "conflict": bool(declared)})
    _let_look_again()


def downgrade() -> None:
    connection = op.get_bind()
    if not op.get_context().as_sql:
        texts: dict[tuple[int, int], str] = {}
        for one in connection.execute(sa.select(CONFLICTS).where(CONFLICTS.c.person_id.is_(None))):
            texts[(one.review_id, one.party)] = one.text
        for row, declared in _answers():
            _put(row, {**row.data, "conflict": texts.get((row.review_id, row.party), "") if declared else ""})
    op.drop_table("conflict")


def _answers() -> Iterator[tuple[Any, Any]]:
    for row in op.get_bind().execute(sa.select(STATES)).all():
        data = json.loads(row.data) if isinstance(row.data, str) else row.data
        if data and "conflict" in data:
            yield row, data["conflict"]


def _put(row: Any, data: dict[str, Any]) -> None:
    where = sa.and_(
        STATES.c.review_id == row.review_id, STATES.c.name == row.name, STATES.c.party == row.party
    )
    op.execute(STATES.update().where(where).values(data=data))


def _let_look_again() -> None:
    """Whose task something is has changed where a lead has a conflict of interest: the running reviews are woken."""
    op.execute(sa.text("UPDATE review SET wake_at = created_at WHERE ended IS NULL"))
