"""Watches over areas, circles and outlines; news for digests; channels beside e-mail

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "watch",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", KEY, nullable=True),
        sa.Column("category_code", KEY, nullable=True),
        sa.Column("area_code", KEY, nullable=True),
        sa.Column("outline", Geometry("POLYGON", srid=4326, spatial_index=False), nullable=True),
        sa.Column("metres", sa.Integer(), nullable=True),
        sa.Column("pace", KEY, server_default="daily", nullable=False),
        sa.Column("finished", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("mark", KEY, nullable=False),
        sa.Column("created_at", AT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watch"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_watch_user_id_user_account"
        ),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name="fk_watch_category_code_category"
        ),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name="fk_watch_area_code_area"),
        sa.UniqueConstraint("mark", name="uq_watch_mark"),
        sa.CheckConstraint("pace IN ('instant', 'daily')", name="ck_watch_pace"),
        sa.CheckConstraint("(area_code IS NULL) <> (outline IS NULL)", name="ck_watch_one_place"),
    )
    op.create_index("ix_watch_user_id", "watch", ["user_id"])
    op.create_index("ix_watch_area_code", "watch", ["area_code"])
    op.create_index("ix_watch_outline", "watch", ["outline"], postgresql_using="gist")
    op.create_table(
        "watch_news",
        sa.Column("watch_id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("at", AT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("watch_id", "change_id", name="pk_watch_news"),
        sa.ForeignKeyConstraint(
            ["watch_id"], ["watch.id"], name="fk_watch_news_watch_id_watch", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name="fk_watch_news_change_id_change"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_watch_news_item_id_item"),
    )
    op.add_column(
        "user_account",
        sa.Column("mail_pace", KEY, server_default="instant", nullable=False),
    )
    op.create_check_constraint(
        "ck_user_account_mail_pace", "user_account", "mail_pace IN ('instant', 'daily')"
    )
    op.add_column("notification", sa.Column("told_at", AT, nullable=True))
    op.create_table(
        "channel",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("code_until", AT, nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("confirmed_at", AT, nullable=True),
        sa.Column("created_at", AT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_channel"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_channel_user_id_user_account"
        ),
        sa.UniqueConstraint("user_id", "name", name="uq_channel_user_id_name"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("channel")
    op.drop_column("notification", "told_at")
    op.drop_constraint("ck_user_account_mail_pace", "user_account")
    op.drop_column("user_account", "mail_pace")
    op.drop_table("watch_news")
    op.drop_table("watch")
