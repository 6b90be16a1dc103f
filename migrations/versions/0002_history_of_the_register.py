"""The register has a history, links have addresses, and what is met at the door is kept for whoever runs the house."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "register_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_head")),
    )
    op.create_table(
        "remark",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_remark")),
    )
    op.create_table(
        "register_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("deed", sa.String(length=50), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("words_salt", sa.String(length=32), nullable=False),
        sa.Column("words_digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_register_history_actor_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_register_history_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_register_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_history")),
        sa.UniqueConstraint("number", name=op.f("uq_register_history_number")),
    )
    with op.batch_alter_table("register_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_history_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_register_history_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_link_by_id"), "person", ["by_id"], ["id"])

    with op.batch_alter_table("link", schema=None) as batch_op:
        # The default was for the rows that were there.
        batch_op.alter_column("email", server_default=None)


def downgrade() -> None:
    # Without their address they would be links to nowhere, and the earlier tables know no such kinds.
    op.execute("DELETE FROM link WHERE kind IN ('address', 'stop')")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_link_by_id"), type_="foreignkey")
        batch_op.drop_column("by_id")
        batch_op.drop_column("email")

    with op.batch_alter_table("register_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_history_person_id"))
        batch_op.drop_index(batch_op.f("ix_register_history_organisation_id"))

    op.drop_table("register_history")
    op.drop_table("remark")
    op.drop_table("register_head")
