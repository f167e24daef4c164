"""How a proof was checked; appeals

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEEP = """
CREATE TRIGGER proof_check_append_only BEFORE UPDATE OR DELETE ON proof_check
  FOR EACH ROW EXECUTE FUNCTION append_only();
"""
KEEP_ALL = """
CREATE TRIGGER proof_check_no_truncate BEFORE TRUNCATE ON proof_check
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""


def key(name: str, nullable: bool = False, default: str | None = None) -> sa.Column[str]:
    kind = sa.Text(collation="C")
    return sa.Column(name, kind, nullable=nullable, server_default=default)


def ref(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def moment(name: str, now: bool = True) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=default)


def link(table: str, column: str, to: str, gone: str | None = None) -> sa.ForeignKeyConstraint:
    target = to.split(".")[0]
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [to], name=name, ondelete=gone)


def upgrade() -> None:
    """What photos look like, what was found on proofs, and what residents made of answers."""
    _photos()
    _complaints()
    _checks()
    _verdicts()


def _photos() -> None:
    op.add_column("photo", ref("for_item_id", nullable=True))
    op.add_column("photo", key("for_step", default=""))
    op.create_foreign_key(
        op.f("fk_photo_for_item_id_item"), "photo", "item", ["for_item_id"], ["id"]
    )
    op.create_index(op.f("ix_photo_for_item_id"), "photo", ["for_item_id"])
    bands = [(f"band{n}", f"((phash >> {shift}) & 65535)::integer")
             for n, shift in enumerate((48, 32, 16, 0))]  # fmt: skip
    op.create_table(
        "photo_hash",
        ref("photo_id"),
        sa.Column("view", sa.SmallInteger(), nullable=False),
        ref("phash"),
        ref("dhash"),
        *(
            sa.Column(name, sa.Integer(), sa.Computed(cut, persisted=True), nullable=False)
            for name, cut in bands
        ),
        link("photo_hash", "photo_id", "photo.id", gone="CASCADE"),
        sa.PrimaryKeyConstraint("photo_id", "view", name=op.f("pk_photo_hash")),
    )
    for name, _cut in bands:
        op.create_index(op.f(f"ix_photo_hash_{name}"), "photo_hash", [name])


def _complaints() -> None:
    for column in (
        sa.Column("disputes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("appealed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("appeal_until", sa.Date(), nullable=True),
        sa.Column("decided_by", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    ):
        op.add_column("complaint", column)


def _checks() -> None:
    op.create_table(
        "proof_check",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        ref("item_id"),
        ref("change_id"),
        ref("photo_id"),
        key("name"),
        key("result"),
        sa.Column("value", sa.Integer(), nullable=True),
        ref("match_item_id", nullable=True),
        moment("at"),
        sa.CheckConstraint(
            "name IN ('time', 'distance', 'report', 'city')", name=op.f("ck_proof_check_name")
        ),
        sa.CheckConstraint(
            "result IN ('passed', 'failed', 'no_data')", name=op.f("ck_proof_check_result")
        ),
        link("proof_check", "item_id", "item.id"),
        link("proof_check", "change_id", "change.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_check")),
    )
    op.create_index(op.f("ix_proof_check_item_id"), "proof_check", ["item_id"])
    op.create_index(op.f("ix_proof_check_change_id"), "proof_check", ["change_id"])
    op.execute(KEEP)
    op.execute(KEEP_ALL)


def _verdicts() -> None:
    op.create_table(
        "objection",
        ref("change_id"),
        ref("person_id"),
        ref("item_id"),
        moment("created_at"),
        link("objection", "change_id", "change.id"),
        link("objection", "person_id", "person.id"),
        link("objection", "item_id", "item.id"),
        sa.PrimaryKeyConstraint("change_id", "person_id", name=op.f("pk_objection")),
    )
    op.create_index(op.f("ix_objection_person_id"), "objection", ["person_id"])
    op.create_index(op.f("ix_objection_item_id"), "objection", ["item_id"])
    op.create_table(
        "closing_event",
        ref("change_id"),
        key("event"),
        ref("item_id"),
        key("department_code", nullable=True),
        key("area_code"),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        moment("at", now=False),
        sa.CheckConstraint(
            "event IN ('resolved', 'disputed', 'appealed', 'upheld', 'dismissed', 'rated')",
            name=op.f("ck_closing_event_event"),
        ),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_closing_event_rating")),
        link("closing_event", "change_id", "change.id"),
        link("closing_event", "item_id", "item.id"),
        link("closing_event", "department_code", "department.code"),
        link("closing_event", "area_code", "area.code"),
        sa.PrimaryKeyConstraint("change_id", "event", name=op.f("pk_closing_event")),
    )
    op.create_index(op.f("ix_closing_event_item_id"), "closing_event", ["item_id"])
    op.create_index(op.f("ix_closing_event_at"), "closing_event", ["at"])


def downgrade() -> None:
    """Take it all away again."""
    for table in ("closing_event", "objection", "proof_check", "photo_hash"):
        op.drop_table(table)
    for column in ("decided_by", "appeal_until", "appealed", "disputes"):
        op.drop_column("complaint", column)
    for column in ("for_step", "for_item_id"):
        op.drop_column("photo", column)
