"""Identities read, tracking codes, retention

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    "breach_notice",
    "retention_log",
    "deletion_request",
    "data_export",
    "consent",
    "tracking_code",
    "identity_reading",
)
KEPT = ("retention_log", "breach_notice")
APPEND_ONLY = "".join(
    f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""
    for table in KEPT
)
# A reading stays; whom it was about, and the words, may be erased like the texts of the trail.
READINGS = """
CREATE FUNCTION identity_reading_erase_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.item_id, NEW.reader_id, NEW.seat, NEW.reason, NEW.at)
     = (OLD.id, OLD.item_id, OLD.reader_id, OLD.seat, OLD.reason, OLD.at)
     AND (NEW.person_id IS NOT DISTINCT FROM OLD.person_id OR NEW.person_id IS NULL)
     AND (NEW.note = OLD.note OR NEW.note = '') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a reading of an identity can be erased, not changed';
END $$;
CREATE TRIGGER identity_reading_erase_only BEFORE UPDATE ON identity_reading
  FOR EACH ROW EXECUTE FUNCTION identity_reading_erase_only();
CREATE TRIGGER identity_reading_no_delete BEFORE DELETE ON identity_reading
  FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER identity_reading_no_truncate BEFORE TRUNCATE ON identity_reading
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""


def number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def link(table: str, column: str, target: str, nullable: bool = False) -> list[sa.SchemaItem]:
    name = op.f(f"fk_{table}_{column}_{target}")
    key = sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)
    return [sa.Column(column, sa.BigInteger(), nullable=nullable), key]


def moment(name: str, nullable: bool = True, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    kind = sa.DateTime(timezone=True)
    return sa.Column(name, kind, server_default=default, nullable=nullable and not now)


def words(name: str, default: str | None = None, bytewise: bool = False) -> sa.Column[str]:
    kind = sa.Text(collation="C") if bytewise else sa.Text()
    return sa.Column(name, kind, server_default=default, nullable=False)


def upgrade() -> None:
    """Seven tables, three of which only grow."""
    _readings_and_codes()
    _consents_and_copies()
    _records()
    op.get_bind().connection.cursor().execute((APPEND_ONLY + READINGS).encode())


def _readings_and_codes() -> None:
    op.create_table(
        "identity_reading",
        number(),
        *link("identity_reading", "item_id", "item"),
        *link("identity_reading", "person_id", "person", nullable=True),
        *link("identity_reading", "reader_id", "user_account"),
        words("seat"),
        words("reason", bytewise=True),
        words("note"),
        moment("at", now=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_reading")),
    )
    op.create_index(op.f("ix_identity_reading_item_id"), "identity_reading", ["item_id"])
    op.create_index(op.f("ix_identity_reading_person_id"), "identity_reading", ["person_id"])
    op.create_index("ix_identity_reading_reader_at", "identity_reading", ["reader_id", "at"])
    op.create_table(
        "tracking_code",
        *link("tracking_code", "item_id", "item"),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        moment("made_at", now=True),
        *link("tracking_code", "made_by_id", "user_account", nullable=True),
        moment("used_at"),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_tracking_code")),
    )


def _consents_and_copies() -> None:
    op.create_table(
        "consent",
        number(),
        *link("consent", "person_id", "person"),
        *link("consent", "item_id", "item", nullable=True),
        words("purpose", bytewise=True),
        words("how", bytewise=True),
        words("words"),
        *link("consent", "recorded_by_id", "user_account", nullable=True),
        moment("given_at", now=True),
        moment("withdrawn_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_person_id"), "consent", ["person_id"])
    op.create_index(op.f("ix_consent_item_id"), "consent", ["item_id"])
    op.create_table(
        "data_export",
        number(),
        *link("data_export", "user_id", "user_account"),
        words("name", ""),
        sa.Column("size", sa.Integer(), nullable=True),
        moment("asked_at", now=True),
        moment("ready_at"),
        moment("fetched_at"),
        moment("gone_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_export")),
    )
    op.create_index(op.f("ix_data_export_user_id"), "data_export", ["user_id"])


def _records() -> None:
    op.create_table(
        "deletion_request",
        number(),
        *link("deletion_request", "user_id", "user_account"),
        moment("asked_at", now=True),
        moment("due_at", nullable=False),
        moment("cancelled_at"),
        moment("done_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion_request")),
    )
    op.create_index(
        "uq_deletion_request_open",
        "deletion_request",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("cancelled_at IS NULL AND done_at IS NULL"),
    )
    op.create_table(
        "retention_log",
        number(),
        sa.Column("run", sa.Uuid(), nullable=False),
        words("rule", bytewise=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("dry", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        moment("at", now=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_log")),
        sa.UniqueConstraint("run", "rule", name=op.f("uq_retention_log_run_rule")),
    )
    op.create_table(
        "breach_notice",
        number(),
        moment("since", nullable=False),
        moment("until", nullable=False),
        moment("known_at", nullable=False),
        words("scope", bytewise=True),
        words("happened"),
        sa.Column("people", sa.Integer(), nullable=False),
        *link("breach_notice", "made_by_id", "user_account", nullable=True),
        moment("at", now=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach_notice")),
    )


def downgrade() -> None:
    """The tables go, with what they hold."""
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION identity_reading_erase_only()")
