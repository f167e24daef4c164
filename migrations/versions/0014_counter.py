"""Filed on behalf at a counter

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """People are found by their phone's keyed hash; tables brought in keep their rows."""
    kind = sa.Text(collation="C")
    op.add_column("person", sa.Column("phone_hash", kind, server_default="", nullable=False))
    op.create_index(
        "ix_person_phone_hash",
        "person",
        ["phone_hash"],
        postgresql_where=sa.text("phone_hash <> ''"),
    )
    _batches()
    _rows()


def _batches() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("consent_how", sa.Text(), nullable=False),
        sa.Column("consent_words", sa.Text(), nullable=False),
        sa.Column("stored_name", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="reading", nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("good", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bad", sa.Integer(), server_default="0", nullable=False),
        sa.Column("filed", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('reading', 'unread', 'checked', 'filing', 'filed')",
            name=op.f("ck_batch_status"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_batch_made_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index("ix_batch_made_by_id_id", "batch", ["made_by_id", sa.literal_column("id DESC")])


def _rows() -> None:
    op.create_table(
        "batch_row",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("filing_key", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_batch_row_batch_id_batch"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_batch_row_item_id_item")),
        sa.PrimaryKeyConstraint("batch_id", "line", name=op.f("pk_batch_row")),
    )
    op.create_index(op.f("ix_batch_row_item_id"), "batch_row", ["item_id"])


def downgrade() -> None:
    """The tables go, with what they hold."""
    op.drop_table("batch_row")
    op.drop_table("batch")
    op.drop_index("ix_person_phone_hash", "person")
    op.drop_column("person", "phone_hash")
