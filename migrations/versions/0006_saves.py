"""What names exactly one text and one document: how often a version was written on, how often one was described."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("material") as table:
        table.add_column(sa.Column("described", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("text_version") as table:
        table.add_column(sa.Column("saves", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("text_version") as table:
        table.drop_column("saves")
    with op.batch_alter_table("material") as table:
        table.drop_column("described")
