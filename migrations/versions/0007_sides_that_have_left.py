"""A review remembers what a side that has withdrawn saw when it did.

Of a side that withdrew before this nothing was kept: it goes on reading what it could.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("review", sa.Column("left", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    op.drop_column("review", "left")
