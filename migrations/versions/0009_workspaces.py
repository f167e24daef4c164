"""Templates, notes, assignments, saved filters, bulk acts, disposition sheets; indexes of queues

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)
OVER = (
    "archived", "closed", "done", "merged", "not_realised", "refused", "rejected", "replicated",
    "resolved", "stopped", "to_proposal", "withdrawn",
)  # fmt: skip
ON_A_DESK = "state <> ALL (ARRAY[" + ", ".join(f"'{state}'" for state in OVER) + "])"
DUE = "COALESCE(due_on, '9999-12-31'::date)"
CURRENT = "ended_at IS NULL"


def identity() -> sa.Column[int]:
    """A key the database counts."""
    return sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False)


def moment(name: str) -> sa.Column[object]:
    """A moment that is now unless told."""
    return sa.Column(name, MOMENT, server_default=sa.text("now()"), nullable=False)


def ref(table: str, name: str, target: str, nullable: bool = False) -> tuple[object, ...]:
    """A reference to the id of another table."""
    return (
        sa.Column(name, sa.BigInteger(), nullable=nullable),
        sa.ForeignKeyConstraint([name], [f"{target}.id"], name=op.f(f"fk_{table}_{name}_{target}")),
    )


def upgrade() -> None:
    _queues()
    _assignments()
    _notes()
    _filters()
    _templates()
    _bulk_acts()
    _sheets()


def _queues() -> None:
    due, open_ones = sa.literal_column(DUE), sa.text(ON_A_DESK)
    op.create_index("ix_item_queue", "item", [due, "id", "state"], postgresql_where=open_ones)
    op.create_index(
        "ix_item_queue_owner",
        "item",
        ["department_code", due, "id", "state"],
        postgresql_where=open_ones,
    )
    op.create_index("ix_item_area_new", "item", ["area_code", "id"])
    held = sa.text("status = 'held'")
    op.create_index("ix_comment_held", "comment", ["id"], postgresql_where=held)
    op.create_index("ix_item_owner_new", "item", ["department_code", "id"])


def _assignments() -> None:
    table = "assignment"
    op.create_table(
        table,
        identity(),
        *ref(table, "item_id", "item"),
        sa.Column("seat", KEY, nullable=False),
        *ref(table, "user_id", "user_account", nullable=True),
        *ref(table, "by_id", "user_account", nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        moment("at"),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    current = sa.text(CURRENT)
    op.create_index(
        "uq_assignment_current", table, ["item_id", "seat"], unique=True, postgresql_where=current
    )
    op.create_index("ix_assignment_mine", table, ["user_id", "seat"], postgresql_where=current)
    op.create_index("ix_assignment_item", table, ["item_id"])


def _notes() -> None:
    table = "internal_note"
    op.create_table(
        table,
        identity(),
        *ref(table, "item_id", "item"),
        *ref(table, "author_id", "user_account"),
        sa.Column("seat", KEY, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        moment("at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_note")),
        sa.UniqueConstraint("form_key", name=op.f("uq_internal_note_form_key")),
    )
    op.create_index("ix_internal_note_item", table, ["item_id", "id"])
    op.create_index(op.f("ix_internal_note_author_id"), table, ["author_id"])


def _filters() -> None:
    table = "saved_filter"
    op.create_table(
        table,
        identity(),
        *ref(table, "user_id", "user_account"),
        sa.Column("seat", KEY, nullable=False),
        sa.Column("queue", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cut", postgresql.JSONB(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default="false", nullable=False),
        moment("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint(
            "user_id", "seat", "name", name=op.f("uq_saved_filter_user_id_seat_name")
        ),
    )
    op.create_index("ix_saved_filter_shared", table, ["seat"], postgresql_where=sa.text("shared"))


def _templates() -> None:
    table = "answer_template"
    op.create_table(
        table,
        identity(),
        sa.Column("department_code", KEY, nullable=True),
        sa.Column("kind", KEY, server_default="", nullable=False),
        sa.Column("category_code", KEY, nullable=True),
        sa.Column("step", KEY, server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="100", nullable=False),
        *ref(table, "changed_by_id", "user_account", nullable=True),
        moment("changed_at"),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["department_code"],
            ["department.code"],
            name=op.f("fk_answer_template_department_code_department"),
        ),
        sa.ForeignKeyConstraint(
            ["category_code"],
            ["category.code"],
            name=op.f("fk_answer_template_category_code_category"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_template")),
    )
    op.create_index("ix_answer_template_kind", table, ["kind", "step"])
    op.create_index(op.f("ix_answer_template_department_code"), table, ["department_code"])


def _bulk_acts() -> None:
    table = "bulk_act"
    op.create_table(
        table,
        identity(),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        *ref(table, "user_id", "user_account"),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("act", KEY, nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("status", KEY, server_default="waiting", nullable=False),
        moment("created_at"),
        sa.Column("run_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'running', 'done', 'cancelled')", name=op.f("ck_bulk_act_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_act")),
        sa.UniqueConstraint("form_key", name=op.f("uq_bulk_act_form_key")),
    )
    op.create_index("ix_bulk_act_user", table, ["user_id", sa.literal_column("id DESC")])
    op.create_index(
        "ix_bulk_act_waiting",
        table,
        ["run_at"],
        postgresql_where=sa.text("status IN ('waiting', 'running')"),
    )
    table = "bulk_act_item"
    op.create_table(
        table,
        *ref(table, "bulk_act_id", "bulk_act"),
        *ref(table, "item_id", "item"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("outcome", KEY, server_default="", nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        *ref(table, "change_id", "change", nullable=True),
        sa.PrimaryKeyConstraint("bulk_act_id", "item_id", name=op.f("pk_bulk_act_item")),
    )
    op.create_index("ix_bulk_act_item_item", table, ["item_id"])


def _sheets() -> None:
    table = "disposition_sheet"
    op.create_table(
        table,
        identity(),
        *ref(table, "item_id", "item"),
        *ref(table, "user_id", "user_account", nullable=True),
        sa.Column("seat", KEY, nullable=False),
        sa.Column("orders", postgresql.JSONB(), nullable=False),
        sa.Column("status", KEY, server_default="waiting", nullable=False),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        moment("created_at"),
        sa.Column("ready_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'ready', 'failed', 'deleted')",
            name=op.f("ck_disposition_sheet_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposition_sheet")),
    )
    op.create_index("ix_disposition_sheet_item", table, ["item_id", sa.literal_column("id DESC")])
    op.create_index(op.f("ix_disposition_sheet_user_id"), table, ["user_id"])
    op.create_index(
        "ix_disposition_sheet_kept",
        table,
        ["created_at"],
        postgresql_where=sa.text("status <> 'deleted'"),
    )


def downgrade() -> None:
    for table in (
        "disposition_sheet", "bulk_act_item", "bulk_act", "answer_template", "saved_filter",
        "internal_note", "assignment",
    ):  # fmt: skip
        op.drop_table(table)
    for index in ("ix_item_owner_new", "ix_item_area_new", "ix_item_queue_owner", "ix_item_queue"):
        op.drop_index(index, table_name="item")
    op.drop_index("ix_comment_held", table_name="comment")
