"""The cycle of a plan year and its windows

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
STAGES = (
    "stage IN ('rembug_warga', 'kelurahan', 'kecamatan', 'forum_opd', 'kota', 'rkpd', 'apbd',"
    " 'realisation')"
)
KEEP = """
CREATE TRIGGER cycle_window_append_only BEFORE UPDATE OR DELETE ON cycle_window
  FOR EACH ROW EXECUTE FUNCTION append_only();
"""
KEEP_ALL = """
CREATE TRIGGER cycle_window_no_truncate BEFORE TRUNCATE ON cycle_window
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""


def moment(name: str, nullable: bool = False, default: str | None = "now()") -> sa.Column[object]:
    given = sa.text(default) if default and not nullable else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=given)


def ref(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def link(table: str, column: str, to: str, gone: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to.split('.')[0]}")
    return sa.ForeignKeyConstraint([column], [to], name=name, ondelete=gone)


def upgrade() -> None:
    """Cycles, the decisions about their windows, who was reminded, and what arrived in time."""
    op.create_table(
        "cycle",
        sa.Column("plan_year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("theme", sa.Text(), server_default="", nullable=False),
        moment("created_at"),
        sa.CheckConstraint("plan_year BETWEEN 2000 AND 2100", name=op.f("ck_cycle_plan_year")),
        sa.PrimaryKeyConstraint("plan_year", name=op.f("pk_cycle")),
    )
    _windows()
    _reminders()
    _intake()
    _notices()


def _windows() -> None:
    op.create_table(
        "cycle_window",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("stage", KEY, nullable=False),
        sa.Column("area_code", KEY, nullable=False),
        sa.Column("act", KEY, nullable=False),
        moment("opens_at", nullable=True),
        moment("closes_at", nullable=True),
        ref("replaces_id", nullable=True),
        sa.Column("seat", sa.Text(), nullable=False),
        ref("decided_by_id", nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        moment("decided_at"),
        sa.CheckConstraint(STAGES, name=op.f("ck_cycle_window_stage")),
        sa.CheckConstraint("act IN ('set', 'reopen', 'remove')", name=op.f("ck_cycle_window_act")),
        sa.CheckConstraint(
            "CASE act WHEN 'remove' THEN opens_at IS NULL AND closes_at IS NULL"
            " AND replaces_id IS NOT NULL ELSE opens_at IS NOT NULL AND closes_at IS NOT NULL"
            " AND opens_at < closes_at END",
            name=op.f("ck_cycle_window_times"),
        ),
        sa.CheckConstraint("act <> 'reopen' OR reason <> ''", name=op.f("ck_cycle_window_reason")),
        link("cycle_window", "plan_year", "cycle.plan_year"),
        link("cycle_window", "area_code", "area.code"),
        link("cycle_window", "replaces_id", "cycle_window.id"),
        link("cycle_window", "decided_by_id", "user_account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle_window")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_cycle_window_replaces_id")),
    )
    op.create_index("ix_cycle_window_place", "cycle_window", ["plan_year", "stage", "area_code"])
    op.create_index(op.f("ix_cycle_window_closes_at"), "cycle_window", ["closes_at"])
    op.execute(KEEP)
    op.execute(KEEP_ALL)


def _reminders() -> None:
    op.create_table(
        "cycle_reminder",
        ref("window_id"),
        sa.Column("mark", KEY, nullable=False),
        moment("at"),
        link("cycle_reminder", "window_id", "cycle_window.id"),
        sa.PrimaryKeyConstraint("window_id", "mark", name=op.f("pk_cycle_reminder")),
    )


def _intake() -> None:
    op.create_table(
        "intake",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("kind", KEY, nullable=False),
        ref("user_id"),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        moment("received_at", default="clock_timestamp()"),
        sa.Column("status", KEY, server_default="waiting", nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        ref("item_id", nullable=True),
        moment("settled_at", nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'filed', 'refused')", name=op.f("ck_intake_status")
        ),
        sa.CheckConstraint(
            "(status = 'filed') = (item_id IS NOT NULL)", name=op.f("ck_intake_item")
        ),
        link("intake", "user_id", "user_account.id"),
        link("intake", "item_id", "item.id"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_intake")),
    )
    op.create_index(
        "ix_intake_waiting",
        "intake",
        ["received_at"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index(op.f("ix_intake_user_id"), "intake", ["user_id"])
    op.create_index(op.f("ix_intake_item_id"), "intake", ["item_id"])


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        ref("user_id"),
        sa.Column("event", KEY, nullable=False),
        sa.Column("mark", KEY, nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        moment("created_at"),
        moment("read_at", nullable=True),
        moment("mailed_at", nullable=True),
        link("notice", "user_id", "user_account.id", gone="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("user_id", "event", "mark", name=op.f("uq_notice_user_id_event_mark")),
    )
    op.create_index("ix_notice_inbox", "notice", ["user_id", sa.text("id DESC")])
    op.create_index(
        "ix_notice_unread", "notice", ["user_id"], postgresql_where=sa.text("read_at IS NULL")
    )


def downgrade() -> None:
    """Take it all away again."""
    for table in ("notice", "intake", "cycle_reminder", "cycle_window", "cycle"):
        op.drop_table(table)
