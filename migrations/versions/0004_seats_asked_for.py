"""People of other organisations are asked for a seat; a membership that came of a seat alone says so.

Until now whoever was given a seat by their address belonged to that organisation from then on, in the register too.
Such a membership is known by this: nobody has written a title, it is not a coordinator's, the person has a seat for the
organisation, and they were in the register of another before. They belong to that one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BY_SEAT = sa.text("""
    UPDATE membership SET by_seat = :yes
    WHERE role IN ('member', 'contact') AND title = ''
    AND EXISTS (
        SELECT 1 FROM membership AS earlier
        WHERE earlier.person_id = membership.person_id AND earlier.id < membership.id
        AND earlier.organisation_id <> membership.organisation_id
    )
    AND EXISTS (
        SELECT 1 FROM seat JOIN party ON party.review_id = seat.review_id AND party.position = seat.party
        WHERE seat.person_id = membership.person_id AND party.organisation_id = membership.organisation_id
    )
""").bindparams(sa.bindparam("yes", True, sa.Boolean()))


def upgrade() -> None:
    op.create_table(
        "seat_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("function", sa.String(length=50), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_seat_request_asked_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_request_person_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_seat_request_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_request")),
    )
    with op.batch_alter_table("seat_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_request_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_seat_request_review_id"), ["review_id"], unique=False)
        batch_op.create_index("ix_seat_request_waiting", ["state", "expires_at"], unique=False)

    op.create_table(
        "seat_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.Boolean(), nullable=True),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_seat_answer_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_seat_answer_organisation_id")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["seat_request.id"], name=op.f("fk_seat_answer_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_answer")),
        sa.UniqueConstraint(
            "request_id", "organisation_id", name=op.f("uq_seat_answer_request_id_organisation_id")
        ),
    )
    with op.batch_alter_table("seat_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_answer_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_seat_answer_request_id"), ["request_id"], unique=False)

    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_seat", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(BY_SEAT)


def downgrade() -> None:
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_column("by_seat")

    with op.batch_alter_table("seat_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_answer_request_id"))
        batch_op.drop_index(batch_op.f("ix_seat_answer_organisation_id"))

    op.drop_table("seat_answer")
    with op.batch_alter_table("seat_request", schema=None) as batch_op:
        batch_op.drop_index("ix_seat_request_waiting")
        batch_op.drop_index(batch_op.f("ix_seat_request_review_id"))
        batch_op.drop_index(batch_op.f("ix_seat_request_person_id"))

    op.drop_table("seat_request")
