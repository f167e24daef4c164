"""Counts per square of the map, kept exact by triggers on item

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")

SHOWN = "({row}.published_at IS NOT NULL AND {row}.visibility <> 'confidential')"
SQUARE = (
    "floor((ST_X({row}.place) + 180) * 262144 / 360)::int, "
    "floor((ST_Y({row}.place) + 90) * 262144 / 360)::int"
)
COLUMNS = "x, y, kind, state, category_code, department_code, n, sum_lon, sum_lat, sum_id"
ONE = (
    "SELECT "
    + SQUARE
    + ", {row}.kind, {row}.state, {row}.category_code, coalesce({row}.department_code, ''), "
    "{sign}1, {sign}ST_X({row}.place), {sign}ST_Y({row}.place), {sign}{row}.id WHERE " + SHOWN
)

MANY = f"""
CREATE FUNCTION map_delta_many() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO map_delta ({COLUMNS})
  SELECT {SQUARE.format(row="fresh")}, kind, state, category_code, coalesce(department_code, ''),
         count(*), sum(ST_X(place)), sum(ST_Y(place)), sum(id)
  FROM fresh WHERE {SHOWN.format(row="fresh")}
  GROUP BY 1, 2, 3, 4, 5, 6;
  RETURN NULL;
END $$
"""

CHANGED = f"""
CREATE FUNCTION map_delta_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO map_delta ({COLUMNS})
  {ONE.format(row="OLD", sign="-")};
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO map_delta ({COLUMNS})
    {ONE.format(row="NEW", sign="")};
  END IF;
  RETURN NULL;
END $$
"""

EMPTIED = """
CREATE FUNCTION map_grid_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM map_delta;
  DELETE FROM map_grid;
  RETURN NULL;
END $$
"""

TRIGGERS = (
    """
    CREATE TRIGGER item_map_insert AFTER INSERT ON item REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION map_delta_many()
    """,
    """
    CREATE TRIGGER item_map_update AFTER UPDATE ON item FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state
          OR OLD.kind IS DISTINCT FROM NEW.kind
          OR OLD.category_code IS DISTINCT FROM NEW.category_code
          OR OLD.department_code IS DISTINCT FROM NEW.department_code
          OR OLD.visibility IS DISTINCT FROM NEW.visibility
          OR (OLD.published_at IS NULL) <> (NEW.published_at IS NULL)
          OR ST_X(OLD.place) IS DISTINCT FROM ST_X(NEW.place)
          OR ST_Y(OLD.place) IS DISTINCT FROM ST_Y(NEW.place))
    EXECUTE FUNCTION map_delta_one()
    """,
    """
    CREATE TRIGGER item_map_delete AFTER DELETE ON item FOR EACH ROW
    EXECUTE FUNCTION map_delta_one()
    """,
    """
    CREATE TRIGGER item_map_truncate AFTER TRUNCATE ON item FOR EACH STATEMENT
    EXECUTE FUNCTION map_grid_empty()
    """,
)


def counts() -> tuple[sa.Column[object], ...]:
    """The columns both tables add up."""
    return (
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("sum_lon", sa.Float(), nullable=False),
        sa.Column("sum_lat", sa.Float(), nullable=False),
        sa.Column("sum_id", sa.BigInteger(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "map_grid",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("facet", KEY, nullable=False),
        sa.Column("phase", KEY, nullable=False),
        sa.Column("x", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("y", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        *counts(),
        sa.PrimaryKeyConstraint(
            "level", "facet", "phase", "x", "y", "kind", name=op.f("pk_map_grid")
        ),
    )
    op.create_table(
        "map_delta",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        *(
            sa.Column(name, KEY, nullable=False)
            for name in ("kind", "state", "category_code", "department_code")
        ),
        *counts(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_delta")),
    )
    for statement in (MANY, CHANGED, EMPTIED, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    for name in ("insert", "update", "delete", "truncate"):
        op.execute(f"DROP TRIGGER item_map_{name} ON item")
    for name in ("map_delta_many", "map_delta_one", "map_grid_empty"):
        op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("map_delta")
    op.drop_table("map_grid")
