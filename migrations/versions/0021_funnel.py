"""What became of proposals, counted

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
COUNTS = (
    "submitted", "kelurahan", "kecamatan", "forum_opd", "kota", "in_plan", "budgeted", "begun",
    "done", "refused", "deferred", "merged", "withdrawn", "not_realised",
)  # fmt: skip
MONEY = ("asked", "agreed", "budget", "contracts", "spent")


def upgrade() -> None:
    """Make the tables; an index for the proposals of one year."""
    op.create_table(
        "funnel",
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("code", KEY, nullable=False),
        sa.Column("rw", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in MONEY),
        sa.PrimaryKeyConstraint("plan_year", "scope", "code", "rw", name="pk_funnel"),
    )
    op.create_table(
        "funnel_refresh",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_funnel_refresh"),
    )
    op.create_index("ix_proposal_plan_year", "proposal", ["plan_year", "id"])


def downgrade() -> None:
    """The tables go; they are counted again."""
    op.drop_index("ix_proposal_plan_year", "proposal")
    op.drop_table("funnel_refresh")
    op.drop_table("funnel")
