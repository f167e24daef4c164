"""Heads of departments; the audit log by its days

Revision ID: 0029
Revises: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An officer's seat may be the head's, who hears last of all in the department."""
    op.add_column(
        "mandate", sa.Column("leads", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_check_constraint("leads", "mandate", "role = 'officer' OR NOT leads")
    op.create_index("ix_audit_event_at", "audit_event", ["at", "id"])


def downgrade() -> None:
    """Take both away."""
    op.drop_index("ix_audit_event_at", "audit_event")
    op.drop_column("mandate", "leads")
