"""Who has not answered an anonymous form is nobody's to know; an answer has its person's function.

Mails to those who had not answered are told from others: reminders of a step that is each person's (their key names
the person), what was gathered for one, and what was sent by hand at one. An answer gets the function of its person's
seat.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAMELESS = ("gathered_mail", "outgoing", "planned_mail")


def upgrade() -> None:
    op.add_column("form_answer", sa.Column("function", sa.String(60), server_default="", nullable=False))
    op.add_column("hours", sa.Column("struck_at", sa.DateTime(), nullable=True))
    for table in NAMELESS:
        op.add_column(table, sa.Column("nameless", sa.Boolean(), server_default=sa.false(), nullable=False))
    bind = op.get_bind()
    bind.execute(sa.text("UPDATE planned_mail SET nameless = :yes WHERE occurrence <> 0"), {"yes": True})
    gathered = [
        {"id": row.id}
        for row in bind.execute(sa.text("SELECT id, asks FROM gathered_mail"))
        if _plain(row.asks).get("person") is not None
    ]
    if gathered:
        bind.execute(
            sa.text("UPDATE gathered_mail SET nameless = :yes WHERE id = :id").bindparams(yes=True), gathered
        )
    for table in ("planned_mail", "gathered_mail"):
        bind.execute(
            sa.text(
                f"UPDATE outgoing SET nameless = :yes WHERE id IN (SELECT outgoing_id FROM {table} "
                "WHERE nameless AND outgoing_id IS NOT NULL)"
            ),
            {"yes": True},
        )
    _sent_by_hand(bind)
    bind.execute(
        sa.text(
            "UPDATE form_answer SET function = COALESCE((SELECT CASE WHEN seat.function = '' "
            "THEN 'role:' || seat.role ELSE seat.function END FROM seat WHERE seat.review_id = form_answer.review_id "
            "AND seat.person_id = form_answer.person_id AND seat.party = form_answer.party "
            "ORDER BY seat.removed_at IS NOT NULL, seat.id LIMIT 1), '')"
        )
    )


def _sent_by_hand(bind: sa.Connection) -> None:
    """Reminders that the lead sent at a step that is each person's."""
    personal: dict[int, set[str]] = {}
    for row in bind.execute(sa.text("SELECT id, standing FROM review")):
        marks = _plain(row.standing).get("marks", [])
        personal[row.id] = {mark[0] for mark in marks if mark[2] is not None}
    for row in bind.execute(
        sa.text("SELECT review_id, at, step, data FROM history WHERE deed = 'reminded'")
    ).all():
        if row.step not in personal.get(row.review_id, ()):
            continue
        for person in _plain(row.data).get("people", []):
            bind.execute(
                sa.text(
                    "UPDATE outgoing SET nameless = :yes WHERE kind = 'by_hand' AND review_id = :review "
                    "AND person_id = :person AND about_at = :at"
                ),
                {"yes": True, "review": row.review_id, "person": person, "at": row.at},
            )


def _plain(value: Any) -> dict[str, Any]:
    return json.loads(value) if isinstance(value, str) else value or {}


def downgrade() -> None:
    for table in reversed(NAMELESS):
        op.drop_column(table, "nameless")
    # What was struck out counted as no hours before.
    op.execute("UPDATE hours SET hours = 0 WHERE struck_at IS NOT NULL")
    op.drop_column("hours", "struck_at")
    op.drop_column("form_answer", "function")
