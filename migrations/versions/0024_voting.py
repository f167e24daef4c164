"""Contests, who may vote in them, and how sure the city is of a person

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BIG = sa.BigInteger()
SMALL = sa.SmallInteger()
SMALLS = postgresql.ARRAY(SMALL)
KEY = sa.Text(collation="C")
WHEN = sa.DateTime(timezone=True)
JSON = postgresql.JSONB()
NOW = sa.func.now()


# What was published, sealed, counted or decided stays.
KEPT = """
CREATE FUNCTION contest_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving text[] := ARRAY['state', 'closed_at', 'sealed_at', 'sealed_root', 'tallied_at',
                         'certified_at', 'key_destroyed_at', 'void_at', 'void_reason'];
  states text[] := ARRAY['draft', 'published', 'open', 'closed', 'sealed', 'tallied', 'certified'];
  was int := array_position(states, OLD.state);
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state = 'draft' THEN RETURN OLD; END IF;
  ELSIF NEW.id <> OLD.id THEN
    NULL;
  ELSIF OLD.state = 'draft' THEN
    IF NEW.state IN ('draft', 'published') THEN RETURN NEW; END IF;
  ELSIF to_jsonb(OLD) - moving = to_jsonb(NEW) - moving THEN
    IF NEW.state = OLD.state
       OR (NEW.state = 'void' AND OLD.state <> 'certified')
       OR (NEW.state = 'closed' AND OLD.state = 'published')
       OR array_position(states, NEW.state) = was + 1 THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'a contest does not change once it is published: % % refused', TG_OP, OLD.id
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION contest_part_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  found text;
BEGIN
  SELECT state INTO found FROM contest
   WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.contest_id ELSE NEW.contest_id END;
  IF found = 'draft' AND (TG_OP <> 'UPDATE' OR NEW.contest_id = OLD.contest_id) THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  RAISE EXCEPTION 'what is voted on does not change once it is published: % refused', TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only added to: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;
"""
ONLY_ADDED = ("roll_version", "contest_consent", "tally", "contest_file", "contest_decision")


def upgrade() -> None:
    """Make the tables, and what keeps them."""
    _contest()
    _contest_item()
    _eligible()
    _roll_version()
    _roll_dispute()
    _contest_consent()
    _tally()
    _contest_file()
    _contest_decision()
    _verification()
    _attestation_quota()
    op.execute(KEPT)
    op.execute(
        "CREATE TRIGGER contest_kept BEFORE UPDATE OR DELETE ON contest "
        "FOR EACH ROW EXECUTE FUNCTION contest_kept()"
    )
    op.execute(
        "CREATE TRIGGER contest_item_kept BEFORE INSERT OR UPDATE OR DELETE ON contest_item "
        "FOR EACH ROW EXECUTE FUNCTION contest_part_kept()"
    )
    for table in ONLY_ADDED:
        op.execute(
            f"CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_changed()"
        )


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("attestation_quota")
    op.drop_table("verification")
    op.drop_table("contest_decision")
    op.drop_table("contest_file")
    op.drop_table("tally")
    op.drop_table("contest_consent")
    op.drop_table("roll_dispute")
    op.drop_table("roll_version")
    op.drop_table("eligible")
    op.drop_table("contest_item")
    op.drop_table("contest")
    op.execute("DROP FUNCTION contest_kept, contest_part_kept, never_changed")


def _contest() -> None:
    op.create_table(
        "contest",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("level", KEY, server_default="", nullable=False),
        sa.Column("area_code", KEY, nullable=False),
        sa.Column("department_code", KEY, nullable=True),
        sa.Column("plan_year", sa.Integer(), nullable=True),
        sa.Column("series", KEY, server_default="", nullable=False),
        sa.Column("mode", KEY, nullable=False),
        sa.Column("least", SMALL, server_default="1", nullable=False),
        sa.Column("most", SMALL, server_default="5", nullable=False),
        sa.Column("points", SMALL, server_default="0", nullable=False),
        sa.Column("items", SMALL, server_default="0", nullable=False),
        sa.Column("pagu", BIG, nullable=True),
        sa.Column("min_level", SMALL, server_default="2", nullable=False),
        sa.Column("rule", JSON, server_default="{}", nullable=False),
        sa.Column("terms", JSON, server_default="{}", nullable=False),
        sa.Column("receipts", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("precedence", KEY, server_default="online", nullable=False),
        sa.Column("opens_at", WHEN, nullable=False),
        sa.Column("closes_at", WHEN, nullable=False),
        sa.Column("disputes_until", WHEN, nullable=True),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("created_at", WHEN, server_default=NOW, nullable=False),
        sa.Column("spec_hash", KEY, server_default="", nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("state", KEY, server_default="draft", nullable=False),
        sa.Column("published_at", WHEN, nullable=True),
        sa.Column("closed_at", WHEN, nullable=True),
        sa.Column("sealed_at", WHEN, nullable=True),
        sa.Column("sealed_root", KEY, server_default="", nullable=False),
        sa.Column("tallied_at", WHEN, nullable=True),
        sa.Column("certified_at", WHEN, nullable=True),
        sa.Column("key_destroyed_at", WHEN, nullable=True),
        sa.Column("void_at", WHEN, nullable=True),
        sa.Column("void_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(spec_hash = '') = (published_at IS NULL)", name="ck_contest_published"
        ),
        sa.CheckConstraint(
            "mode IN ('support', 'approval', 'points', 'named_points', 'jury')",
            name="ck_contest_mode",
        ),
        sa.CheckConstraint("precedence IN ('paper', 'online')", name="ck_contest_precedence"),
        sa.CheckConstraint("state <> 'void' OR void_reason <> ''", name="ck_contest_void"),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'open', 'closed', 'sealed', 'tallied', 'certified', 'void')",
            name="ck_contest_state",
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'void') OR spec_hash <> ''", name="ck_contest_frozen"
        ),
        sa.CheckConstraint("items BETWEEN 0 AND 10000", name="ck_contest_items"),
        sa.CheckConstraint("least BETWEEN 1 AND most", name="ck_contest_least"),
        sa.CheckConstraint("min_level BETWEEN 0 AND 3", name="ck_contest_min_level"),
        sa.CheckConstraint("most BETWEEN 1 AND 200", name="ck_contest_most"),
        sa.CheckConstraint("opens_at < closes_at", name="ck_contest_period"),
        sa.CheckConstraint("pagu > 0", name="ck_contest_pagu"),
        sa.CheckConstraint("points BETWEEN 0 AND 10000", name="ck_contest_points"),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name="fk_contest_area_code_area"),
        sa.ForeignKeyConstraint(
            ["department_code"], ["department.code"], name="fk_contest_department_code_department"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contest"),
    )
    op.create_index("ix_contest_area_code", "contest", ["area_code"], unique=False)
    op.create_index(
        "ix_contest_series", "contest", ["series"], unique=False, postgresql_where="series <> ''"
    )
    op.create_index("ix_contest_state", "contest", ["state", "closes_at"], unique=False)


def _contest_item() -> None:
    op.create_table(
        "contest_item",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("no", SMALL, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("cost", BIG, nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("area_code", KEY, nullable=True),
        sa.Column("department_code", KEY, nullable=True),
        sa.CheckConstraint("cost > 0", name="ck_contest_item_cost"),
        sa.CheckConstraint("no BETWEEN 1 AND 10000", name="ck_contest_item_no"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_contest_item_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_contest_item_item_id_item"),
        sa.PrimaryKeyConstraint("contest_id", "no", name="pk_contest_item"),
        sa.UniqueConstraint("contest_id", "item_id", name="uq_contest_item_contest_id_item_id"),
    )
    op.create_index("ix_contest_item_item_id", "contest_item", ["item_id"], unique=False)


def _eligible() -> None:
    op.create_table(
        "eligible",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("area_code", KEY, nullable=True),
        sa.Column("rw", sa.Integer(), nullable=True),
        sa.Column("level", SMALL, nullable=False),
        sa.Column("source", KEY, server_default="snapshot", nullable=False),
        sa.Column("series", KEY, server_default="", nullable=False),
        sa.CheckConstraint(
            "source IN ('snapshot', 'dispute', 'late', 'chosen')", name="ck_eligible_source"
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_eligible_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_eligible_person_id_person"),
        sa.PrimaryKeyConstraint("contest_id", "person_id", name="pk_eligible"),
    )
    op.create_index("ix_eligible_person_id", "eligible", ["person_id"], unique=False)
    op.create_index(
        "uq_eligible_chosen",
        "eligible",
        ["series", "person_id"],
        unique=True,
        postgresql_where="source = 'chosen'",
    )


def _roll_version() -> None:
    op.create_table(
        "roll_version",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("no", SMALL, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", KEY, nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("seat", sa.Text(), server_default="", nullable=False),
        sa.Column("at", WHEN, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_roll_version_contest_id_contest"
        ),
        sa.PrimaryKeyConstraint("contest_id", "no", name="pk_roll_version"),
    )


def _roll_dispute() -> None:
    op.create_table(
        "roll_dispute",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("raised_by_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("claim", KEY, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", KEY, server_default="open", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("seat", sa.Text(), server_default="", nullable=False),
        sa.Column("at", WHEN, server_default=NOW, nullable=False),
        sa.Column("decided_at", WHEN, nullable=True),
        sa.CheckConstraint("claim IN ('missing', 'wrongly_listed')", name="ck_roll_dispute_claim"),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'refused')", name="ck_roll_dispute_state"
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_roll_dispute_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_roll_dispute_person_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["raised_by_id"], ["user_account.id"], name="fk_roll_dispute_raised_by_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_roll_dispute"),
    )
    op.create_index(
        "ix_roll_dispute_contest_id", "roll_dispute", ["contest_id", "state"], unique=False
    )
    op.create_index("ix_roll_dispute_raised_by_id", "roll_dispute", ["raised_by_id"], unique=False)


def _contest_consent() -> None:
    op.create_table(
        "contest_consent",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("act", KEY, nullable=False),
        sa.Column("subject", KEY, server_default="", nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", WHEN, server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "act IN ('certify', 'void', 'void_ballots', 'correct')", name="ck_contest_consent_act"
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_contest_consent_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_contest_consent_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint(
            "contest_id", "act", "subject", "user_id", name="pk_contest_consent"
        ),
    )


def _tally() -> None:
    op.create_table(
        "tally",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("input_root", KEY, nullable=False),
        sa.Column("rule_hash", KEY, nullable=False),
        sa.Column("outcome", JSON, nullable=False),
        sa.Column("result_hash", KEY, nullable=False),
        sa.Column("near", JSON, server_default="[]", nullable=False),
        sa.Column("at", WHEN, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_tally_contest_id_contest"),
        sa.PrimaryKeyConstraint("contest_id", name="pk_tally"),
    )


def _contest_file() -> None:
    op.create_table(
        "contest_file",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("version", SMALL, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", WHEN, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_contest_file_contest_id_contest"
        ),
        sa.PrimaryKeyConstraint("contest_id", "version", "name", name="pk_contest_file"),
    )


def _contest_decision() -> None:
    op.create_table(
        "contest_decision",
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("no", SMALL, nullable=False),
        sa.Column("computed", sa.Boolean(), nullable=False),
        sa.Column("decided", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("at", WHEN, server_default=NOW, nullable=False),
        sa.CheckConstraint("decided = computed OR reason <> ''", name="ck_contest_decision_reason"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_contest_decision_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_contest_decision_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("contest_id", "no", name="pk_contest_decision"),
    )


def _verification() -> None:
    op.create_table(
        "verification",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("level", SMALL, nullable=False),
        sa.Column("method", KEY, nullable=False),
        sa.Column("area_code", KEY, nullable=True),
        sa.Column("rw", sa.Integer(), nullable=True),
        sa.Column("by_id", BIG, nullable=True),
        sa.Column("seat", sa.Text(), server_default="", nullable=False),
        sa.Column("at", WHEN, server_default=NOW, nullable=False),
        sa.Column("revoked_at", WHEN, nullable=True),
        sa.Column("revoked_by_id", BIG, nullable=True),
        sa.Column("revoked_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "method IN ('phone', 'attestation', 'counter', 'dukcapil')",
            name="ck_verification_method",
        ),
        sa.CheckConstraint(
            "revoked_at IS NULL OR revoked_reason <> ''", name="ck_verification_revoked"
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name="ck_verification_level"),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name="fk_verification_area_code_area"
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name="fk_verification_by_id_user_account"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_verification_person_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"],
            ["user_account.id"],
            name="fk_verification_revoked_by_id_user_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_verification"),
    )
    op.create_index("ix_verification_by", "verification", ["by_id", "at"], unique=False)
    op.create_index("ix_verification_person_id", "verification", ["person_id"], unique=False)


def _attestation_quota() -> None:
    op.create_table(
        "attestation_quota",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("area_code", KEY, nullable=False),
        sa.Column("rw", sa.Integer(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.CheckConstraint("most BETWEEN 0 AND 20000", name="ck_attestation_quota_most"),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name="fk_attestation_quota_area_code_area"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attestation_quota"),
        sa.UniqueConstraint(
            "area_code", "rw", "valid_from", name="uq_attestation_quota_area_code_rw_valid_from"
        ),
    )
