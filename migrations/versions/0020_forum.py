"""Forums and their minutes

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
JSON = postgresql.JSONB()
NOW = sa.func.now()

# What a forum signed stays: it and what belongs to it are fixed from its closing on.  Names may
# still be erased.  The row of the forum is locked, so that whoever comes in the moment of closing
# waits and is then refused.
FROZEN = """
CREATE FUNCTION forum_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  names text[] := ARRAY['name', 'body', 'user_id', 'same_as'];
  old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  closed timestamptz;
BEGIN
  IF TG_TABLE_NAME = 'forum' THEN
    closed := (old_row->>'closed_at')::timestamptz;
  ELSIF TG_TABLE_NAME = 'forum_version' THEN
    RAISE EXCEPTION 'what a forum signed is not changed: % refused', TG_OP;
  ELSIF TG_TABLE_NAME = 'forum_minute' AND TG_OP <> 'INSERT' THEN
    RAISE EXCEPTION 'minutes are not changed, only added to: % refused', TG_OP;
  ELSE
    SELECT closed_at INTO closed FROM forum
     WHERE id = coalesce(new_row->>'forum_id', old_row->>'forum_id')::bigint FOR SHARE;
  END IF;
  IF closed IS NOT NULL THEN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME IN ('forum_guest', 'forum_attendance')
       AND old_row - names = new_row - names AND new_row->>'name' = ''
       AND new_row->>'body' = '' AND new_row->>'user_id' IS NULL THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'this forum is closed: % on % refused', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
"""
WATCHED = (
    "forum",
    "forum_guest",
    "forum_attendance",
    "forum_minute",
    "forum_decision",
    "forum_asset",
    "forum_version",
)


def upgrade() -> None:
    """Make the tables, and keep what a forum signed."""
    _forum()
    _forum_guest()
    _forum_attendance()
    _forum_minute()
    _forum_decision()
    _forum_asset()
    _forum_version()
    _forum_print()
    op.execute(FROZEN)
    for table in WATCHED:
        own = table in ("forum", "forum_version")
        when = "UPDATE OR DELETE" if own else "INSERT OR UPDATE OR DELETE"
        op.execute(
            f"CREATE TRIGGER {table}_frozen BEFORE {when} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION forum_frozen()"
        )


def _forum() -> None:
    op.create_table(
        "forum",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("level", KEY, nullable=False),
        sa.Column("area_code", KEY, nullable=True),
        sa.Column("rw", sa.Integer(), nullable=True),
        sa.Column("department_code", KEY, nullable=True),
        sa.Column("theme", KEY, server_default="", nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chair", sa.Text(), server_default="", nullable=False),
        sa.Column("chair_role", sa.Text(), server_default="", nullable=False),
        sa.Column("secretary", sa.Text(), server_default="", nullable=False),
        sa.Column("letter_number", sa.Text(), server_default="", nullable=False),
        sa.Column("quorum_rule", KEY, server_default="share", nullable=False),
        sa.Column("quorum", sa.Integer(), server_default="50", nullable=False),
        sa.Column("women", sa.Integer(), server_default="30", nullable=False),
        sa.Column("agenda", JSON, server_default="[]", nullable=False),
        sa.Column("door", KEY, server_default="fixed", nullable=False),
        sa.Column("door_code", KEY, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("seat", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_for", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(level = 'rw') = (rw IS NOT NULL)", name="ck_forum_rw"),
        sa.CheckConstraint("door IN ('fixed', 'rotating')", name="ck_forum_door"),
        sa.CheckConstraint(
            "level IN ('rw', 'kelurahan', 'kecamatan', 'forum_opd', 'kota')", name="ck_forum_level"
        ),
        sa.CheckConstraint("quorum_rule IN ('share', 'number')", name="ck_forum_quorum_rule"),
        sa.CheckConstraint(
            "theme IN ('', 'perempuan', 'anak', 'lansia', 'disabilitas', 'pemuda')",
            name="ck_forum_theme",
        ),
        sa.CheckConstraint("closed_at IS NULL OR cancelled_at IS NULL", name="ck_forum_ended"),
        sa.CheckConstraint("num_nonnulls(area_code, department_code) = 1", name="ck_forum_whose"),
        sa.CheckConstraint("quorum BETWEEN 0 AND 100000", name="ck_forum_quorum"),
        sa.CheckConstraint("women BETWEEN 0 AND 100", name="ck_forum_women"),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name="fk_forum_area_code_area"),
        sa.ForeignKeyConstraint(
            ["department_code"], ["department.code"], name="fk_forum_department_code_department"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_forum"),
        sa.UniqueConstraint("door_code", name="uq_forum_door_code"),
    )
    op.create_index("ix_forum_area_code", "forum", ["area_code"], unique=False)
    op.create_index("ix_forum_department_code", "forum", ["department_code"], unique=False)
    op.create_index("ix_forum_starts_at", "forum", ["starts_at"], unique=False)
    op.create_index(
        "uq_forum_list",
        "forum",
        ["plan_year", "level", "area_code", "rw", "department_code"],
        unique=True,
        postgresql_where=sa.text("theme = '' AND cancelled_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )


def _forum_guest() -> None:
    op.create_table(
        "forum_guest",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("forum_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("group", KEY, nullable=False),
        sa.Column("sex", KEY, server_default="", nullable=False),
        sa.Column("disability", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("child", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("token", KEY, nullable=False),
        sa.Column("seat", KEY, nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("letter_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sex IN ('', 'L', 'P')", name="ck_forum_guest_sex"),
        sa.CheckConstraint(
            "\"group\" IN ('rw', 'lpm', 'pkk', 'karang_taruna', 'posyandu', 'perempuan', 'anak', 'lansia', 'disabilitas', 'tokoh', 'delegasi', 'opd', 'dprd', 'kelurahan', 'kecamatan', 'akademisi', 'usaha', 'umum')",
            name="ck_forum_guest_group",
        ),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name="fk_forum_guest_forum_id_forum"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_forum_guest_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_forum_guest"),
        sa.UniqueConstraint("token", name="uq_forum_guest_token"),
    )
    op.create_index("ix_forum_guest_forum", "forum_guest", ["forum_id", "id"], unique=False)
    op.create_index("ix_forum_guest_user_id", "forum_guest", ["user_id"], unique=False)


def _forum_attendance() -> None:
    op.create_table(
        "forum_attendance",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("forum_id", sa.BigInteger(), nullable=False),
        sa.Column("guest_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("group", KEY, nullable=False),
        sa.Column("sex", KEY, server_default="", nullable=False),
        sa.Column("disability", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("child", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("delegate", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("how", KEY, nullable=False),
        sa.Column("same_as", KEY, nullable=False),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        sa.Column("seat", KEY, server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("how IN ('qr', 'link', 'list')", name="ck_forum_attendance_how"),
        sa.CheckConstraint("sex IN ('', 'L', 'P')", name="ck_forum_attendance_sex"),
        sa.CheckConstraint(
            "\"group\" IN ('rw', 'lpm', 'pkk', 'karang_taruna', 'posyandu', 'perempuan', 'anak', 'lansia', 'disabilitas', 'tokoh', 'delegasi', 'opd', 'dprd', 'kelurahan', 'kecamatan', 'akademisi', 'usaha', 'umum')",
            name="ck_forum_attendance_group",
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forum.id"], name="fk_forum_attendance_forum_id_forum"
        ),
        sa.ForeignKeyConstraint(
            ["guest_id"], ["forum_guest.id"], name="fk_forum_attendance_guest_id_forum_guest"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_forum_attendance"),
        sa.UniqueConstraint("form_key", name="uq_forum_attendance_form_key"),
        sa.UniqueConstraint("forum_id", "guest_id", name="uq_forum_attendance_forum_id_guest_id"),
        sa.UniqueConstraint("forum_id", "same_as", name="uq_forum_attendance_forum_id_same_as"),
    )
    op.create_index("ix_forum_attendance_guest_id", "forum_attendance", ["guest_id"], unique=False)


def _forum_minute() -> None:
    op.create_table(
        "forum_minute",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("forum_id", sa.BigInteger(), nullable=False),
        sa.Column("point", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("seat", KEY, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name="fk_forum_minute_forum_id_forum"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_forum_minute_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_forum_minute"),
        sa.UniqueConstraint(
            "forum_id", "point", "number", name="uq_forum_minute_forum_id_point_number"
        ),
    )
    op.create_index("ix_forum_minute_user_id", "forum_minute", ["user_id"], unique=False)


def _forum_decision() -> None:
    op.create_table(
        "forum_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("forum_id", sa.BigInteger(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", KEY, nullable=False),
        sa.Column("way", KEY, nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=True),
        sa.Column("votes_against", sa.Integer(), nullable=True),
        sa.Column("abstained", sa.Integer(), nullable=True),
        sa.Column("reason", KEY, server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("seat", KEY, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "(outcome = 'agreed') = (reason = '') AND (outcome = 'agreed' OR note <> '')",
            name="ck_forum_decision_reason",
        ),
        sa.CheckConstraint(
            "num_nonnulls(votes_for, votes_against, abstained) = CASE way WHEN 'suara' THEN 3 ELSE 0 END",
            name="ck_forum_decision_counted",
        ),
        sa.CheckConstraint("outcome IN ('agreed', 'not_agreed')", name="ck_forum_decision_outcome"),
        sa.CheckConstraint(
            "way <> 'suara' OR (outcome = 'agreed') = (votes_for > votes_against)",
            name="ck_forum_decision_majority",
        ),
        sa.CheckConstraint("way IN ('mufakat', 'suara')", name="ck_forum_decision_way"),
        sa.CheckConstraint(
            "LEAST(votes_for, votes_against, abstained) >= 0", name="ck_forum_decision_votes"
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forum.id"], name="fk_forum_decision_forum_id_forum"
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name="fk_forum_decision_proposal_id_proposal"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_forum_decision_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_forum_decision"),
        sa.UniqueConstraint(
            "forum_id", "proposal_id", name="uq_forum_decision_forum_id_proposal_id"
        ),
    )
    op.create_index(
        "ix_forum_decision_proposal_id", "forum_decision", ["proposal_id"], unique=False
    )
    op.create_index("ix_forum_decision_user_id", "forum_decision", ["user_id"], unique=False)


def _forum_asset() -> None:
    op.create_table(
        "forum_asset",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("forum_id", sa.BigInteger(), nullable=False),
        sa.Column("sort", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("holder", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("seat", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("sort IN ('fasos', 'fasum', 'aset')", name="ck_forum_asset_sort"),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name="fk_forum_asset_forum_id_forum"),
        sa.PrimaryKeyConstraint("id", name="pk_forum_asset"),
    )
    op.create_index("ix_forum_asset_forum", "forum_asset", ["forum_id", "id"], unique=False)


def _forum_version() -> None:
    op.create_table(
        "forum_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("forum_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", KEY, server_default="", nullable=False),
        sa.Column("correction", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("seat", KEY, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("(number = 1) = (reason = '')", name="ck_forum_version_reason"),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name="fk_forum_version_forum_id_forum"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_forum_version_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_forum_version"),
        sa.UniqueConstraint("forum_id", "number", name="uq_forum_version_forum_id_number"),
    )
    op.create_index("ix_forum_version_user_id", "forum_version", ["user_id"], unique=False)


def _forum_print() -> None:
    op.create_table(
        "forum_print",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("forum_id", sa.BigInteger(), nullable=False),
        sa.Column("sort", KEY, nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", KEY, server_default="waiting", nullable=False),
        sa.Column("progress", sa.Integer(), server_default="0", nullable=False),
        sa.Column("file_name", KEY, server_default="", nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("seat", KEY, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "sort IN ('letters', 'set', 'table', 'public_set', 'public_table')",
            name="ck_forum_print_sort",
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'ready', 'failed', 'deleted')", name="ck_forum_print_status"
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="ck_forum_print_progress"),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name="fk_forum_print_forum_id_forum"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_forum_print_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_forum_print"),
    )
    op.create_index(
        "ix_forum_print_forum",
        "forum_print",
        ["forum_id", sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_forum_print_user_id", "forum_print", ["user_id"], unique=False)


def downgrade() -> None:
    """The tables go, with what they hold."""
    for table in ("forum_print", *reversed(WATCHED)):
        op.drop_table(table)
    op.execute("DROP FUNCTION forum_frozen")
