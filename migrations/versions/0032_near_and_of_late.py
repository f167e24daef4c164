"""Places are found with the time of the present state

Revision ID: 0032
Revises: 0031
"""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What may be a duplicate lies near and changed of late: one index tells both."""
    op.drop_index("ix_item_place", "item")
    op.create_index("ix_item_place", "item", ["place", "state_since"], postgresql_using="gist")


def downgrade() -> None:
    """Places alone."""
    op.drop_index("ix_item_place", "item")
    op.create_index("ix_item_place", "item", ["place"], postgresql_using="gist")
