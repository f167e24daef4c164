"""Items that became one of another kind

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What led to what; an item says itself whether it has such ties."""
    op.create_table(
        "bridge",
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("from_id", "to_id", name="pk_bridge"),
        sa.ForeignKeyConstraint(["from_id"], ["item.id"], name="fk_bridge_from_id_item"),
        sa.ForeignKeyConstraint(["to_id"], ["item.id"], name="fk_bridge_to_id_item"),
    )
    op.create_index("ix_bridge_to_id", "bridge", ["to_id"])
    op.add_column(
        "item", sa.Column("bridged", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    """The ties go."""
    op.drop_column("item", "bridged")
    op.drop_table("bridge")
