"""Complaints brought in from elsewhere

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
COUNTS = ("accepted", "repaired", "refused", "known", "conflicts")


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def upgrade() -> None:
    """Runs of imports, ids in other systems, and leave for confidential items to go there."""
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("system", KEY, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_hash", KEY, nullable=False),
        _moment("started_at"),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_table(
        "external_ref",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("system", KEY, nullable=False),
        sa.Column("external_id", KEY, nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("row_hash", KEY, server_default="", nullable=False),
        sa.Column("their_state", KEY, server_default="", nullable=False),
        sa.Column("our_seq", sa.Integer(), server_default="0", nullable=False),
        _moment("seen_at"),
        _moment("created_at"),
        sa.CheckConstraint("external_id <> ''", name=op.f("ck_external_ref_external_id")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_external_ref_item_id_item")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_external_ref_run_id_import_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_ref")),
        sa.UniqueConstraint(
            "system", "external_id", name=op.f("uq_external_ref_system_external_id")
        ),
        sa.UniqueConstraint("item_id", "system", name=op.f("uq_external_ref_item_id_system")),
    )
    op.create_index(
        "ix_external_ref_run",
        "external_ref",
        ["run_id"],
        postgresql_where=sa.text("run_id IS NOT NULL"),
    )
    op.create_table(
        "exchange_permit",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("system", KEY, nullable=False),
        sa.Column("given_by_id", sa.BigInteger(), nullable=True),
        _moment("given_at"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["given_by_id"],
            ["user_account.id"],
            name=op.f("fk_exchange_permit_given_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_exchange_permit_item_id_item")
        ),
        sa.PrimaryKeyConstraint("item_id", "system", name=op.f("pk_exchange_permit")),
    )


def downgrade() -> None:
    """Forget where items came from."""
    op.drop_table("exchange_permit")
    op.drop_table("external_ref")
    op.drop_table("import_run")
