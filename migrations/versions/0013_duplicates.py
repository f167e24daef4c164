"""Kindred categories, frequent words, joins that can be undone, parents and children

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "category_kinship",
        sa.Column("one_code", KEY, nullable=False),
        sa.Column("other_code", KEY, nullable=False),
        sa.Column("closeness", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("one_code", "other_code", name="pk_category_kinship"),
        sa.ForeignKeyConstraint(
            ["one_code"], ["category.code"], name="fk_category_kinship_one_code_category"
        ),
        sa.ForeignKeyConstraint(
            ["other_code"], ["category.code"], name="fk_category_kinship_other_code_category"
        ),
        sa.CheckConstraint("one_code < other_code", name="ck_category_kinship_order"),
        sa.CheckConstraint(
            "closeness > 0 AND closeness <= 1", name="ck_category_kinship_closeness"
        ),
    )
    op.create_table(
        "common_word",
        sa.Column("stem", KEY, nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("stem", name="pk_common_word"),
    )
    op.create_table(
        "joining",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("into_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "person_ids",
            sa.ARRAY(sa.BigInteger()),
            server_default="{}",
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_joining"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_joining_item_id_item"),
        sa.ForeignKeyConstraint(["into_id"], ["item.id"], name="fk_joining_into_id_item"),
    )
    op.create_index("ix_joining_into_id", "joining", ["into_id"])
    op.create_index(
        "uq_joining_item_id_open",
        "joining",
        ["item_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.add_column("complaint", sa.Column("parent_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_complaint_parent_id_item", "complaint", "item", ["parent_id"], ["id"])
    op.create_index(
        "ix_complaint_parent_id",
        "complaint",
        ["parent_id"],
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_complaint_parent_id", "complaint")
    op.drop_constraint("fk_complaint_parent_id_item", "complaint")
    op.drop_column("complaint", "parent_id")
    op.drop_table("joining")
    op.drop_table("common_word")
    op.drop_table("category_kinship")
