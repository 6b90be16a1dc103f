"""A review remembers that something waits for nobody, or for the lead; a lead, for which week they were told what
stands still.

Every running review is woken at the next tick, and so finds out; its reminders are planned anew as well.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("vacant", "leads_turn"):
        op.add_column("review", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        op.create_index(op.f(f"ix_review_{name}"), "review", [name])
    op.add_column("person", sa.Column("still_told", sa.Date(), nullable=True))
    # Its last deed: before any time that is now, and after the days of whoever sits in had begun.
    op.execute(
        "UPDATE review SET wake_at = (SELECT max(history.at) FROM history WHERE history.review_id = review.id) "
        "WHERE ended IS NULL"
    )


def downgrade() -> None:
    op.drop_column("person", "still_told")
    for name in ("vacant", "leads_turn"):
        op.drop_index(op.f(f"ix_review_{name}"), "review")
        op.drop_column("review", name)
