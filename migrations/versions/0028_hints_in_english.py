"""What a category's reporters should mention, in English as well

Revision ID: 0028
Revises: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the city's files fill it at their next loading."""
    op.add_column("category", sa.Column("help_en", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("category", "help_en")
