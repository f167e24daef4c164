"""Places where reports come again and again, found once a night

Revision ID: 0027
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")


def upgrade() -> None:
    """Make the tables; the places are found by the next night's job."""
    op.create_table(
        "repeated_place",
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("category_code", KEY, nullable=False),
        sa.Column("area_code", KEY, nullable=False),
        sa.Column("areas", ARRAY(KEY), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("item_ids", ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("rank", name="pk_repeated_place"),
    )
    op.create_index("ix_repeated_place_areas", "repeated_place", ["areas"], postgresql_using="gin")
    op.create_table(
        "repeated_refresh",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_repeated_refresh"),
    )


def downgrade() -> None:
    """The tables go; they are found again."""
    op.drop_table("repeated_refresh")
    op.drop_table("repeated_place")
