"""Office hours, deadlines and what was warned of

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PRIORITIES = "priority IN ('low', 'normal', 'high')"
LATE = sa.text("mailed_at IS NULL AND event IN ('due_soon', 'overdue', 'overdue_twice')")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Special hours, the moments of promises, marks of late ones, and recomputations."""
    op.create_table(
        "special_hours",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("open", sa.Time(), nullable=False),
        sa.Column("close", sa.Time(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("estimated", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_special_hours_weekday")),
        sa.CheckConstraint(
            "first_day <= last_day AND open < close", name=op.f("ck_special_hours_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_hours")),
    )
    op.add_column("item", sa.Column("due_at", AT, nullable=True))
    op.add_column("item", sa.Column("next_mark_at", AT, nullable=True))
    op.create_index(
        "ix_item_next_mark",
        "item",
        ["next_mark_at"],
        postgresql_where=sa.text("next_mark_at IS NOT NULL"),
    )
    op.add_column("complaint", sa.Column("hop_due_at", AT, nullable=True))
    op.add_column("complaint", sa.Column("whole_due_at", AT, nullable=True))
    op.add_column("complaint", sa.Column("whole_ended_at", AT, nullable=True))
    op.add_column("complaint", sa.Column("round", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "complaint", sa.Column("pauses", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_check_constraint(op.f("ck_complaint_priority"), "complaint", PRIORITIES)
    op.create_check_constraint(op.f("ck_sla_policy_priority"), "sla_policy", PRIORITIES)
    op.create_table(
        "clock_mark",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("clock", sa.Text(collation="C"), nullable=False),
        sa.Column("level", sa.Text(collation="C"), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("due_at", AT, nullable=False),
        sa.Column("at", AT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "level IN ('warn', 'breach', 'twice')", name=op.f("ck_clock_mark_level")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_clock_mark_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_mark")),
        sa.UniqueConstraint(
            "item_id", "clock", "level", "run", name=op.f("uq_clock_mark_item_id_clock_level_run")
        ),
    )
    op.create_index("ix_notification_late", "notification", ["user_id"], postgresql_where=LATE)
    op.create_table(
        "clock_sweep",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("fingerprint", sa.Text(collation="C"), nullable=False),
        sa.Column("begun_at", AT, server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("after_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("looked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_sweep")),
    )


def downgrade() -> None:
    """As it was before."""
    op.drop_table("clock_sweep")
    op.drop_index("ix_notification_late", "notification")
    op.drop_table("clock_mark")
    op.drop_constraint(op.f("ck_sla_policy_priority"), "sla_policy")
    op.drop_constraint(op.f("ck_complaint_priority"), "complaint")
    for column in ("pauses", "round", "whole_ended_at", "whole_due_at", "hop_due_at"):
        op.drop_column("complaint", column)
    op.drop_index("ix_item_next_mark", "item")
    op.drop_column("item", "next_mark_at")
    op.drop_column("item", "due_at")
    op.drop_table("special_hours")
