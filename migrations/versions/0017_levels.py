"""What each level decided, and what became of it

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
ROLES = (
    "operator", "moderator", "validator", "officer", "planner", "coordinator", "auditor", "admin",
)  # fmt: skip
PROPOSAL_CHECKS = (
    ("agreed_money", "LEAST(filed_volume, filed_cost, tapd_amount, redirects, credit_count) >= 0"),
)
LEVEL_CHECKS = (
    ("level", "level IN ('rw', 'kelurahan', 'kecamatan', 'forum_opd', 'kota')"),
    ("amounts", "LEAST(volume, unit_price, cost, rank) >= 0"),
)
APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION append_only()
"""
NO_TRUNCATE = """
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION append_only()
"""
KEPT = ("office_verdict", "realisation", "survey", "handover_record")


def upgrade() -> None:
    """Levels keep prices and departments; surveys, verdicts, works and their handing over."""
    _seat((*ROLES, "tapd"))
    _proposals()
    _levels()
    _credit()
    _survey()
    _verdict()
    _works()
    for table in KEPT:
        op.execute(APPEND_ONLY.format(table=table))
        op.execute(NO_TRUNCATE.format(table=table))


def _seat(roles: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_mandate_role"), "mandate")
    op.create_check_constraint(op.f("ck_mandate_role"), "mandate", f"role IN {roles}")


def _link(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    target = to.partition(".")[0]
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}_{target}"))


def _ref(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _key(name: str, default: str | None = None, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, KEY, server_default=default, nullable=nullable)


def _at() -> sa.Column[object]:
    default = sa.text("now()")
    return sa.Column("at", sa.DateTime(timezone=True), server_default=default, nullable=False)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _proposals() -> None:
    for column in (
        sa.Column("filed_volume", sa.Numeric(14, 2), nullable=True),
        sa.Column("filed_cost", sa.BigInteger(), nullable=True),
        sa.Column("split_from_id", sa.BigInteger(), nullable=True),
        sa.Column("credit_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("redirects", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tapd_amount", sa.BigInteger(), nullable=True),
        sa.Column("contractor", sa.Text(), server_default="", nullable=False),
        sa.Column("contract_on", sa.Date(), nullable=True),
        sa.Column("disputed", sa.Boolean(), server_default="false", nullable=False),
    ):
        op.add_column("proposal", column)
    op.create_foreign_key(
        op.f("fk_proposal_split_from_id_proposal"),
        "proposal",
        "proposal",
        ["split_from_id"],
        ["id"],
    )
    op.create_index(
        "ix_proposal_split_from_id",
        "proposal",
        ["split_from_id"],
        postgresql_where=sa.text("split_from_id IS NOT NULL"),
    )
    for name, rule in PROPOSAL_CHECKS:
        op.create_check_constraint(op.f(f"ck_proposal_{name}"), "proposal", rule)


def _levels() -> None:
    for column in (
        sa.Column("unit_price", sa.BigInteger(), nullable=True),
        sa.Column("department_code", KEY, nullable=True),
        sa.Column("change_id", sa.BigInteger(), nullable=True),
        sa.Column("adjusted_id", sa.BigInteger(), nullable=True),
    ):
        op.add_column("proposal_level", column)
    links = (
        ("department_code", "department.code"),
        ("change_id", "change.id"),
        ("adjusted_id", "change.id"),
    )
    for column, to in links:
        table, _dot, far = to.partition(".")
        op.create_foreign_key(
            op.f(f"fk_proposal_level_{column}_{table}"), "proposal_level", table, [column], [far]
        )
    for name, rule in LEVEL_CHECKS:
        op.create_check_constraint(op.f(f"ck_proposal_level_{name}"), "proposal_level", rule)


def _credit() -> None:
    op.create_table(
        "proposal_credit",
        _ref("proposal_id"),
        _ref("person_id"),
        _ref("from_id"),
        _link("proposal_credit", "proposal_id", "proposal.id"),
        _link("proposal_credit", "person_id", "person.id"),
        _link("proposal_credit", "from_id", "proposal.id"),
        sa.PrimaryKeyConstraint(
            "proposal_id", "person_id", "from_id", name=op.f("pk_proposal_credit")
        ),
    )
    for column in ("person_id", "from_id"):
        op.create_index(op.f(f"ix_proposal_credit_{column}"), "proposal_credit", [column])


def _of_change(table: str, *columns: sa.Column[object] | sa.Constraint) -> None:
    """A table whose rows belong to a proposal and to one change of its trail."""
    op.create_table(
        table,
        _id(),
        _ref("proposal_id"),
        _ref("change_id"),
        *columns,
        _at(),
        _link(table, "proposal_id", "proposal.id"),
        _link(table, "change_id", "change.id"),
        sa.UniqueConstraint("change_id", name=op.f(f"uq_{table}_change_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_proposal_id"), table, ["proposal_id"])


def _survey() -> None:
    _of_change(
        "survey",
        _key("skipped", ""),
        sa.Column("checklist", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("volume", sa.Numeric(14, 2), nullable=True),
        sa.Column("place", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("metres", sa.Integer(), nullable=True),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.CheckConstraint("LEAST(volume, metres) >= 0", name=op.f("ck_survey_amounts")),
    )


def _verdict() -> None:
    op.create_table(
        "office_verdict",
        _ref("change_id"),
        _ref("proposal_id"),
        _key("body"),
        _key("verdict"),
        _key("department_code", nullable=True),
        _ref("amount", nullable=True),
        _key("reason", ""),
        sa.Column("seat", sa.Text(), nullable=False),
        _at(),
        sa.CheckConstraint("body IN ('opd', 'tapd')", name=op.f("ck_office_verdict_body")),
        sa.CheckConstraint(
            "verdict IN ('feasible', 'with_changes', 'not_feasible')",
            name=op.f("ck_office_verdict_verdict"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_office_verdict_amount")),
        _link("office_verdict", "change_id", "change.id"),
        _link("office_verdict", "proposal_id", "proposal.id"),
        _link("office_verdict", "department_code", "department.code"),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_office_verdict")),
    )
    op.create_index(op.f("ix_office_verdict_proposal_id"), "office_verdict", ["proposal_id"])


def _works() -> None:
    _of_change(
        "realisation",
        sa.Column("progress", sa.SmallInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        _key("reason", ""),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_realisation_progress")),
        sa.CheckConstraint("spent >= 0", name=op.f("ck_realisation_spent")),
    )
    _of_change(
        "handover_record",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("keeper", sa.Text(), nullable=False),
    )
    op.create_table(
        "work_confirmation",
        _ref("proposal_id"),
        _ref("person_id"),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        _ref("change_id", nullable=True),
        _at(),
        _link("work_confirmation", "proposal_id", "proposal.id"),
        _link("work_confirmation", "person_id", "person.id"),
        _link("work_confirmation", "change_id", "change.id"),
        sa.PrimaryKeyConstraint("proposal_id", "person_id", name=op.f("pk_work_confirmation")),
    )
    op.create_index(op.f("ix_work_confirmation_person_id"), "work_confirmation", ["person_id"])


def downgrade() -> None:
    """The tables go, with what they hold; seats of the budget team with them."""
    for table in ("work_confirmation", *KEPT, "proposal_credit"):
        op.drop_table(table)
    for name, _rule in LEVEL_CHECKS:
        op.drop_constraint(op.f(f"ck_proposal_level_{name}"), "proposal_level")
    for column in ("adjusted_id", "change_id", "department_code", "unit_price"):
        op.drop_column("proposal_level", column)
    for name, _rule in PROPOSAL_CHECKS:
        op.drop_constraint(op.f(f"ck_proposal_{name}"), "proposal")
    op.drop_index("ix_proposal_split_from_id", "proposal")
    for column in (
        "disputed",
        "contract_on",
        "contractor",
        "tapd_amount",
        "redirects",
        "credit_count",
        "split_from_id",
        "filed_cost",
        "filed_volume",
    ):
        op.drop_column("proposal", column)
    op.execute("DELETE FROM mandate WHERE role = 'tapd'")
    _seat(ROLES)
