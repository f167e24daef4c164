"""Hand-over to owners outside, roads, where a routing rule came from

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target.partition('.')[0]}")
    return sa.ForeignKeyConstraint([column], [target], name=name)


def upgrade() -> None:
    """Add what routing under real conditions needs."""
    for column in ("phone", "email", "advice"):
        op.add_column("department", _text(column))
    for table in ("department", "category", "routing_rule"):
        op.add_column(table, _text("origin", "city"))
        op.create_check_constraint(op.f(f"ck_{table}_origin"), table, "origin IN ('city', 'admin')")
    op.add_column(
        "routing_rule", sa.Column("made_at", MOMENT, server_default=sa.func.now(), nullable=False)
    )
    op.add_column("complaint", _text("road_name"))
    _past_rules()
    _roads()
    _handovers()
    _hops()


def _past_rules() -> None:
    op.create_table(
        "past_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("category_code", KEY, nullable=True),
        sa.Column("area_code", KEY, nullable=True),
        sa.Column("road_class", sa.Text(), nullable=True),
        sa.Column("keyword", sa.Text(), nullable=True),
        sa.Column("department_code", KEY, nullable=False),
        _text("note"),
        _text("origin", "city"),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("ended_by_id", sa.BigInteger(), nullable=True),
        _foreign("past_rule", "ended_by_id", "user_account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_rule")),
    )
    op.create_index(op.f("ix_past_rule_ended_at"), "past_rule", ["ended_at"])


def _roads() -> None:
    op.create_table(
        "road_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("road_class", KEY, nullable=False),
        sa.Column(
            "geom", Geometry("MULTILINESTRING", srid=4326, spatial_index=False), nullable=False
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", MOMENT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_line")),
    )
    op.create_index("idx_road_line_geom", "road_line", ["geom"], postgresql_using="gist")


def _handovers() -> None:
    op.create_table(
        "handover",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("department_code", KEY, nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("how", KEY, nullable=False),
        _text("contact_person"),
        _text("reference"),
        _text("handed"),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        _text("outcome"),
        sa.CheckConstraint(
            "how IN ('letter', 'phone', 'portal', 'email', 'meeting')",
            name=op.f("ck_handover_how"),
        ),
        sa.CheckConstraint(
            "outcome IN ('', 'done', 'taken_back')", name=op.f("ck_handover_outcome")
        ),
        _foreign("handover", "item_id", "item.id"),
        _foreign("handover", "department_code", "department.code"),
        _foreign("handover", "change_id", "change.id"),
        _foreign("handover", "made_by_id", "user_account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("change_id", name=op.f("uq_handover_change_id")),
    )
    op.create_index(op.f("ix_handover_item_id"), "handover", ["item_id"])
    op.create_index(
        "ix_handover_waiting",
        "handover",
        ["expected_on"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "handover_note",
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("handover_id", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        _text("how"),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        _foreign("handover_note", "change_id", "change.id"),
        _foreign("handover_note", "handover_id", "handover.id"),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_handover_note")),
    )
    op.create_index(op.f("ix_handover_note_handover_id"), "handover_note", ["handover_id"])


def _hops() -> None:
    op.create_table(
        "hop",
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("step", KEY, nullable=False),
        sa.Column("from_code", KEY, nullable=True),
        sa.Column("to_code", KEY, nullable=True),
        _text("reason"),
        sa.Column("at", MOMENT, nullable=False),
        _foreign("hop", "change_id", "change.id"),
        _foreign("hop", "item_id", "item.id"),
        _foreign("hop", "from_code", "department.code"),
        _foreign("hop", "to_code", "department.code"),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_hop")),
    )
    op.create_index(op.f("ix_hop_item_id"), "hop", ["item_id"])


def downgrade() -> None:
    """Take it away again."""
    for table in ("hop", "handover_note", "handover", "road_line", "past_rule"):
        op.drop_table(table)
    op.drop_column("complaint", "road_name")
    op.drop_column("routing_rule", "made_at")
    for table in ("department", "category", "routing_rule"):
        op.drop_column(table, "origin")
    for column in ("phone", "email", "advice"):
        op.drop_column("department", column)
