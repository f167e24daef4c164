"""Ceilings and ranked lists

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
MUSRENBANG = sa.text("kind = 'musrenbang'")

# What is in force: of each area and department the amount of the last published version naming it.
# An area without a ceiling of its own needs what its parts need.  The areas of a city, and
# likewise its departments, share what the city has.
NESTED = """
CREATE FUNCTION ceiling_in_force(year int)
RETURNS TABLE (area_code text, department_code text, amount bigint, version_id bigint)
LANGUAGE sql STABLE AS $$
  SELECT DISTINCT ON (c.area_code, c.department_code)
         c.area_code, c.department_code, c.amount, v.id
    FROM ceiling c JOIN ceiling_version v ON v.id = c.version_id
   WHERE v.plan_year = year AND v.published_at IS NOT NULL
   ORDER BY c.area_code, c.department_code, v.number DESC
$$;

CREATE FUNCTION ceiling_excess(year int)
RETURNS TABLE (area_code text, amount bigint, parts numeric, of_departments boolean)
LANGUAGE sql STABLE AS $$
  WITH given AS MATERIALIZED (SELECT * FROM ceiling_in_force(year)),
  kelurahan AS (
    SELECT a.parent_code, sum(g.amount) AS parts FROM given g
      JOIN area a ON a.code = g.area_code WHERE a.level = 'kelurahan' GROUP BY a.parent_code
  ),
  kecamatan AS (
    SELECT a.code, a.parent_code, g.amount, k.parts, coalesce(g.amount, k.parts) AS need
      FROM area a
      LEFT JOIN given g ON g.area_code = a.code
      LEFT JOIN kelurahan k ON k.parent_code = a.code
     WHERE a.level = 'kecamatan'
  ),
  city AS (
    SELECT a.code, g.amount FROM given g JOIN area a ON a.code = g.area_code
     WHERE a.level = 'kota'
  )
  SELECT code, amount, parts, false FROM kecamatan WHERE parts > amount
  UNION ALL
  SELECT c.code, c.amount, sum(k.need), false
    FROM city c JOIN kecamatan k ON k.parent_code = c.code
   GROUP BY c.code, c.amount HAVING sum(k.need) > c.amount
  UNION ALL
  SELECT c.code, c.amount, sum(g.amount), true
    FROM city c CROSS JOIN given g WHERE g.department_code IS NOT NULL
   GROUP BY c.code, c.amount HAVING sum(g.amount) > c.amount
$$;

CREATE FUNCTION ceiling_lock(year int) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('ceiling', year))
$$;

CREATE FUNCTION ceiling_nested() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong record;
BEGIN
  -- One at a time, and each sees what the one before has committed.
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'ceilings are published under READ COMMITTED only';
  END IF;
  PERFORM ceiling_lock(NEW.plan_year);
  SELECT * INTO wrong FROM ceiling_excess(NEW.plan_year) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the parts of % come to %, more than its ceiling of %',
      wrong.area_code, wrong.parts, wrong.amount
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ceiling_nested', TABLE = 'ceiling';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION ceiling_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.published_at IS NOT NULL THEN
    RAISE EXCEPTION 'ceilings of version % are published: % refused', OLD.number, TG_OP;
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION ceiling_line_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE line record;
BEGIN
  IF TG_OP = 'DELETE' THEN line := OLD; ELSE line := NEW; END IF;
  IF TG_OP = 'UPDATE' AND NEW.version_id <> OLD.version_id THEN
    RAISE EXCEPTION 'a ceiling stays with its version';
  END IF;
  -- Held until the end, so that nobody publishes the draft meanwhile.
  PERFORM FROM ceiling_version WHERE id = line.version_id AND published_at IS NOT NULL FOR SHARE;
  IF FOUND THEN
    RAISE EXCEPTION 'ceilings of version % are published: % refused', line.version_id, TG_OP;
  END IF;
  PERFORM FROM ceiling_version WHERE id = line.version_id FOR SHARE;
  RETURN line;
END $$;

CREATE CONSTRAINT TRIGGER ceiling_nested AFTER INSERT OR UPDATE ON ceiling_version
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.published_at IS NOT NULL)
  EXECUTE FUNCTION ceiling_nested();
CREATE TRIGGER ceiling_kept BEFORE UPDATE OR DELETE ON ceiling_version
  FOR EACH ROW EXECUTE FUNCTION ceiling_kept();
CREATE TRIGGER ceiling_line_kept BEFORE INSERT OR UPDATE OR DELETE ON ceiling
  FOR EACH ROW EXECUTE FUNCTION ceiling_line_kept();
"""
KEPT = "".join(
    f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""
    for table in ("ranking_version", "ceiling_effect")
)
FUNCTIONS = (
    "ceiling_line_kept()",
    "ceiling_kept()",
    "ceiling_nested()",
    "ceiling_lock(int)",
    "ceiling_excess(int)",
    "ceiling_in_force(int)",
)


def _run(sql: str) -> None:
    """Execute a script of several statements as it stands."""
    op.get_bind().connection.cursor().execute(sql.encode())


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _key(name: str, nullable: bool = False, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, KEY, nullable=nullable, server_default=default)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _ref(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _number(name: str, nullable: bool = False, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable, server_default=default)


def _moment(name: str, now: bool = True) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not now, server_default=default)


def _link(table: str, column: str, to: str, gone: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to.split('.')[0]}")
    return sa.ForeignKeyConstraint([column], [to], name=name, ondelete=gone)


def _whose(table: str) -> sa.CheckConstraint:
    name = op.f(f"ck_{table}_whose")
    return sa.CheckConstraint("num_nonnulls(area_code, department_code) = 1", name=name)


def upgrade() -> None:
    """What each year has for whom, and in which order each level wants its proposals."""
    _versions()
    _lines()
    _rankings()
    _orders()
    _effects()
    _places()
    _run(NESTED)
    _run(KEPT)


def _versions() -> None:
    op.create_table(
        "ceiling_version",
        _id(),
        _number("plan_year"),
        _number("number", nullable=True),
        _key("kind", default="indikatif"),
        _words("decree"),
        sa.Column("decree_on", sa.Date(), nullable=True),
        _words("reason"),
        _key("seat"),
        _number("revision", default="0"),
        _moment("made_at"),
        _moment("changed_at"),
        _moment("published_at", now=False),
        sa.CheckConstraint(
            "kind IN ('indikatif', 'penyesuaian', 'final')", name=op.f("ck_ceiling_version_kind")
        ),
        sa.CheckConstraint(
            "(number IS NULL) = (published_at IS NULL)", name=op.f("ck_ceiling_version_numbered")
        ),
        sa.CheckConstraint(
            "plan_year BETWEEN 2000 AND 2999", name=op.f("ck_ceiling_version_plan_year")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceiling_version")),
        sa.UniqueConstraint(
            "plan_year", "number", name=op.f("uq_ceiling_version_plan_year_number")
        ),
    )
    op.create_index(
        "uq_ceiling_version_draft",
        "ceiling_version",
        ["plan_year"],
        unique=True,
        postgresql_where=sa.text("published_at IS NULL"),
    )


def _lines() -> None:
    op.create_table(
        "ceiling",
        _id(),
        _ref("version_id"),
        _key("area_code", nullable=True),
        _key("department_code", nullable=True),
        _ref("amount"),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_ceiling_amount")),
        _whose("ceiling"),
        _link("ceiling", "version_id", "ceiling_version.id", gone="CASCADE"),
        _link("ceiling", "area_code", "area.code"),
        _link("ceiling", "department_code", "department.code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceiling")),
        sa.UniqueConstraint(
            "version_id",
            "area_code",
            "department_code",
            name=op.f("uq_ceiling_version_id_area_code_department_code"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_ceiling_area_code"), "ceiling", ["area_code"])
    op.create_index(op.f("ix_ceiling_department_code"), "ceiling", ["department_code"])


def _rankings() -> None:
    op.create_table(
        "ranking",
        _id(),
        _number("plan_year"),
        _key("level"),
        _key("area_code", nullable=True),
        _number("rw", nullable=True),
        _key("department_code", nullable=True),
        _key("rule", default="stop"),
        _number("version", default="0"),
        _moment("frozen_at", now=False),
        _moment("changed_at"),
        sa.CheckConstraint(
            "level IN ('rw', 'kelurahan', 'kecamatan', 'forum_opd', 'kota')",
            name=op.f("ck_ranking_level"),
        ),
        sa.CheckConstraint("rule IN ('stop', 'skip')", name=op.f("ck_ranking_rule")),
        sa.CheckConstraint("(level = 'rw') = (rw IS NOT NULL)", name=op.f("ck_ranking_rw")),
        _whose("ranking"),
        _link("ranking", "area_code", "area.code"),
        _link("ranking", "department_code", "department.code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking")),
        sa.UniqueConstraint(
            "plan_year",
            "level",
            "area_code",
            "rw",
            "department_code",
            name=op.f("uq_ranking_plan_year_level_area_code_rw_department_code"),
            postgresql_nulls_not_distinct=True,
        ),
    )


def _orders() -> None:
    op.create_table(
        "ranking_version",
        _id(),
        _ref("ranking_id"),
        _number("number"),
        _key("what"),
        _key("rule"),
        _key("seat"),
        _moment("at"),
        _words("reason"),
        _ref("item_id", nullable=True),
        sa.Column("ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("costs", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        _link("ranking_version", "ranking_id", "ranking.id"),
        _link("ranking_version", "item_id", "item.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_version")),
        sa.UniqueConstraint(
            "ranking_id", "number", name=op.f("uq_ranking_version_ranking_id_number")
        ),
    )
    op.create_index("ix_ranking_version_item", "ranking_version", ["item_id"])


def _effects() -> None:
    op.create_table(
        "ceiling_effect",
        _ref("version_id"),
        _ref("ranking_id"),
        _ref("proposal_id"),
        _number("rank"),
        _ref("cost", nullable=True),
        sa.Column("above", sa.Boolean(), nullable=False),
        _link("ceiling_effect", "version_id", "ceiling_version.id"),
        _link("ceiling_effect", "ranking_id", "ranking.id"),
        _link("ceiling_effect", "proposal_id", "proposal.id"),
        sa.PrimaryKeyConstraint(
            "version_id", "ranking_id", "proposal_id", name=op.f("pk_ceiling_effect")
        ),
    )
    op.create_index("ix_ceiling_effect_proposal", "ceiling_effect", ["proposal_id"])


def _places() -> None:
    """Where a proposal stands on a list; and the way to the proposals of an area or an office."""
    op.add_column("proposal_level", _ref("ranking_id", nullable=True))
    op.create_foreign_key(
        op.f("fk_proposal_level_ranking_id_ranking"),
        "proposal_level",
        "ranking",
        ["ranking_id"],
        ["id"],
    )
    op.create_check_constraint(
        op.f("ck_proposal_level_ranked"), "proposal_level", "ranking_id IS NULL OR rank >= 1"
    )
    op.create_unique_constraint(
        op.f("uq_proposal_level_ranking_id_rank"),
        "proposal_level",
        ["ranking_id", "rank"],
        deferrable=True,
        initially="DEFERRED",
    )
    for name in ("area", "department"):
        op.create_index(
            f"ix_item_proposal_{name}", "item", [f"{name}_code", "id"], postgresql_where=MUSRENBANG
        )


def downgrade() -> None:
    """The lists and ceilings go, with what they hold."""
    for name in ("area", "department"):
        op.drop_index(f"ix_item_proposal_{name}", "item")
    op.drop_constraint("uq_proposal_level_ranking_id_rank", "proposal_level")
    op.drop_constraint("ck_proposal_level_ranked", "proposal_level")
    op.drop_column("proposal_level", "ranking_id")
    for table in ("ceiling_effect", "ranking_version", "ranking", "ceiling", "ceiling_version"):
        op.drop_table(table)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
