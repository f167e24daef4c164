"""Numbers counted beforehand: facts of each complaint, figures of each office and area

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
AT = sa.DateTime(timezone=True)
COUNTS = (
    "received",
    "decided",
    "decided_due",
    "decided_in_time",
    "answered",
    "answered_due",
    "answered_in_time",
    "declared",
    "resolved",
    "resolved_due",
    "resolved_in_time",
    "returned",
    "disputed",
    "appealed",
    "upheld",
    "rated",
    "rating_sum",
    "open_now",
    "late_now",
)
DONE = (
    "published_at IS NOT NULL AND visibility <> 'confidential' AND "
    "state = ANY (ARRAY['adopted', 'closed', 'done', 'replicated', 'resolved'])"
)
SPREADS = ("decided_days", "answered_days", "resolved_days")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "working_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_working_day"),
    )
    op.create_table(
        "complaint_fact",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("area_code", KEY, nullable=False),
        sa.Column("department_code", KEY, nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("divided", sa.Boolean(), nullable=False),
        sa.Column("received_at", AT, nullable=False),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("routed_at", AT, nullable=True),
        sa.Column("answered_at", AT, nullable=True),
        sa.Column("resolved_at", AT, nullable=True),
        sa.Column("due_at", AT, nullable=True),
        sa.Column("state", KEY, nullable=False),
        sa.Column("returned_by", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("disputes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("appeals", sa.Integer(), server_default="0", nullable=False),
        sa.Column("upheld", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("item_id", name="pk_complaint_fact"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_complaint_fact_item_id_item"),
    )
    op.create_table(
        "figure",
        sa.Column("scope", KEY, nullable=False),
        sa.Column("code", KEY, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in COUNTS),
        *(sa.Column(name, sa.ARRAY(sa.Float()), nullable=True) for name in SPREADS),
        sa.PrimaryKeyConstraint("scope", "code", "days", name="pk_figure"),
    )
    op.create_table(
        "figure_month",
        sa.Column("scope", KEY, nullable=False),
        sa.Column("code", KEY, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "code", "month", name="pk_figure_month"),
    )
    op.create_table(
        "figure_refresh",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("change_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_figure_refresh"),
    )
    op.create_index(
        "ix_item_public_done",
        "item",
        [sa.text("state_since DESC"), sa.text("id DESC")],
        postgresql_where=sa.text(DONE),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_item_public_done", table_name="item")
    for table in ("figure_refresh", "figure_month", "figure", "complaint_fact", "working_day"):
        op.drop_table(table)
