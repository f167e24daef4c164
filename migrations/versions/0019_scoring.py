"""Rounds of scoring

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
JSON = postgresql.JSONB()
NOW = sa.func.now()

# What was published stays: a round's words and weights, and what a closed one counted.
FROZEN = """
CREATE FUNCTION scoring_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  found scoring_round;
  old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
BEGIN
  IF TG_TABLE_NAME = 'scoring_round' THEN
    IF (old_row->>'published_at') IS NULL THEN
      RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND (old_row->>'closed_at') IS NULL
       AND old_row - 'closed_at' = new_row - 'closed_at' THEN
      RETURN NEW;
    END IF;
  ELSE
    SELECT * INTO found FROM scoring_round
     WHERE id = coalesce(new_row->>'round_id', old_row->>'round_id')::bigint;
    IF TG_TABLE_NAME = 'scoring_criterion' AND found.published_at IS NULL THEN
      RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_TABLE_NAME = 'assessor' AND found.closed_at IS NULL
       AND (TG_OP = 'INSERT' OR found.published_at IS NULL) THEN
      RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_TABLE_NAME = 'assessment' AND found.published_at IS NOT NULL
       AND found.closed_at IS NULL THEN
      RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_TABLE_NAME = 'scoring_result' AND TG_OP = 'INSERT' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'a round of scoring does not change any more: % on % refused',
    TG_OP, TG_TABLE_NAME;
END $$;
"""
WATCHED = ("scoring_round", "scoring_criterion", "assessor", "assessment", "scoring_result")


def upgrade() -> None:
    """Make the tables, and keep what was published."""
    _round()
    _criterion()
    _assessors()
    _result()
    op.execute(FROZEN)
    for table in WATCHED:
        when = "UPDATE OR DELETE" if table == "scoring_round" else "INSERT OR UPDATE OR DELETE"
        op.execute(
            f"CREATE TRIGGER {table}_frozen BEFORE {when} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION scoring_frozen()"
        )


def _round() -> None:
    op.create_table(
        "scoring_round",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("level", KEY, nullable=False),
        sa.Column("area_code", KEY),
        sa.Column("department_code", KEY),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("least", sa.Integer(), server_default="2", nullable=False),
        sa.Column("comparisons", JSON),
        sa.Column("ratio", sa.Float()),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("digest", KEY, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scoring_round"),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name="fk_scoring_round_area_code_area"
        ),
        sa.ForeignKeyConstraint(
            ["department_code"],
            ["department.code"],
            name="fk_scoring_round_department_code_department",
        ),
        sa.CheckConstraint("least BETWEEN 2 AND 9", name="ck_scoring_round_least"),
        sa.CheckConstraint(
            "(area_code IS NULL) <> (department_code IS NULL)", name="ck_scoring_round_place"
        ),
        sa.CheckConstraint(
            "closed_at IS NULL OR published_at IS NOT NULL", name="ck_scoring_round_order"
        ),
    )
    op.create_index(
        "ix_scoring_round_list",
        "scoring_round",
        ["plan_year", "level", "area_code", "department_code"],
    )


def _criterion() -> None:
    measures = "('', 'beneficiaries', 'support', 'readiness', 'equity')"
    op.create_table(
        "scoring_criterion",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), server_default="1", nullable=False),
        sa.Column("high", sa.Integer(), server_default="5", nullable=False),
        sa.Column("anchors", JSON, server_default="[]", nullable=False),
        sa.Column("measure", KEY, server_default="", nullable=False),
        sa.Column("limits", JSON, server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scoring_criterion"),
        sa.ForeignKeyConstraint(
            ["round_id"], ["scoring_round.id"], name="fk_scoring_criterion_round_id_scoring_round"
        ),
        sa.UniqueConstraint("round_id", "code", name="uq_scoring_criterion_round_id_code"),
        sa.CheckConstraint("low < high", name="ck_scoring_criterion_scale"),
        sa.CheckConstraint("weight BETWEEN 0 AND 10000", name="ck_scoring_criterion_weight"),
        sa.CheckConstraint(f"measure IN {measures}", name="ck_scoring_criterion_measure"),
    )


def _assessors() -> None:
    op.create_table(
        "assessor",
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("round_id", "user_id", name="pk_assessor"),
        sa.ForeignKeyConstraint(
            ["round_id"], ["scoring_round.id"], name="fk_assessor_round_id_scoring_round"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_assessor_user_id_user_account"
        ),
        sa.UniqueConstraint("round_id", "position", name="uq_assessor_round_id_position"),
    )
    op.create_index("ix_assessor_user_id", "assessor", ["user_id"])
    op.create_table(
        "assessment",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("marks", JSON, server_default="{}", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("recused", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assessment"),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name="fk_assessment_proposal_id_proposal"
        ),
        sa.ForeignKeyConstraint(
            ["round_id", "user_id"],
            ["assessor.round_id", "assessor.user_id"],
            name="fk_assessment_assessor",
        ),
        sa.UniqueConstraint(
            "round_id", "proposal_id", "user_id", name="uq_assessment_round_id_proposal_id_user_id"
        ),
    )
    op.create_index("ix_assessment_proposal_id", "assessment", ["proposal_id"])


def _result() -> None:
    op.create_table(
        "scoring_result",
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.Numeric(9, 6), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("measured", JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "proposal_id", name="pk_scoring_result"),
        sa.ForeignKeyConstraint(
            ["round_id"], ["scoring_round.id"], name="fk_scoring_result_round_id_scoring_round"
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name="fk_scoring_result_proposal_id_proposal"
        ),
        sa.CheckConstraint("points BETWEEN 0 AND 100", name="ck_scoring_result_points"),
    )
    op.create_index("ix_scoring_result_proposal_id", "scoring_result", ["proposal_id"])


def downgrade() -> None:
    """The tables go, with what they hold."""
    for table in reversed(WATCHED):
        op.drop_table(table)
    op.execute("DROP FUNCTION scoring_frozen")
