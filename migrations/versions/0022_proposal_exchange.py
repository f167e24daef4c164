"""Files exchanged with planning systems

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
COUNTS = ("accepted", "repaired", "refused", "known", "conflicts", "rows")
SORTS = ("sipd_export", "sipd_ids", "budget", "catalogue", "ceilings")
STATUSES = ("waiting", "checked", "applying", "done", "failed")


def _moment(name: str, now: bool = True) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=default, nullable=default is None
    )


def _key(name: str) -> sa.Column[object]:
    return sa.Column(name, KEY, server_default="", nullable=False)


def upgrade() -> None:
    """Files that came and went, what became of each row, and what was taken over already."""
    op.create_table(
        "plan_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sort", KEY, nullable=False),
        sa.Column("status", KEY, server_default="waiting", nullable=False),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        _key("file_hash"),
        _key("stored_name"),
        sa.Column(
            "options",
            postgresql.JSONB(),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in COUNTS),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        _moment("made_at"),
        _moment("done_at", now=False),
        sa.CheckConstraint(f"sort IN {SORTS}", name=op.f("ck_plan_file_sort")),
        sa.CheckConstraint(f"status IN {STATUSES}", name=op.f("ck_plan_file_status")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_plan_file_made_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_file")),
    )
    op.create_table(
        "plan_file_row",
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("their_id", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", KEY, nullable=False),
        sa.Column("item", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["plan_file.id"],
            name=op.f("fk_plan_file_row_file_id_plan_file"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("file_id", "line", name=op.f("pk_plan_file_row")),
    )
    op.create_table(
        "budget_row",
        sa.Column("row_hash", KEY, nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        _moment("at"),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_budget_row_proposal_id_proposal")
        ),
        sa.PrimaryKeyConstraint("row_hash", name=op.f("pk_budget_row")),
    )
    op.create_index("ix_budget_row_proposal_id", "budget_row", ["proposal_id"])
    op.create_table(
        "sipd_handed",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("row_hash", KEY, nullable=False),
        _moment("at"),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_sipd_handed_proposal_id_proposal")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_sipd_handed")),
    )


def downgrade() -> None:
    """Forget which files came and went."""
    for name in ("sipd_handed", "budget_row", "plan_file_row", "plan_file"):
        op.drop_table(name)
