"""The house: every table, the trail's triggers, public numbers and the job queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

# Public numbers: "L-2026-0012345-7", the last digit by ISO 7064 MOD 11,10 over year and number.
NUMBERS = r"""
CREATE FUNCTION item_check_digit(digits text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE p int := 10; d text;
BEGIN
  FOREACH d IN ARRAY regexp_split_to_array(digits, '') LOOP
    p := (p + d::int) % 10;
    IF p = 0 THEN p := 10; END IF;
    p := (p * 2) % 11;
  END LOOP;
  RETURN ((11 - p) % 10)::text;
END $$;

CREATE FUNCTION next_item_number(letter text, plan_year int) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  series text := format('item_number_%s_%s', lower(letter), plan_year);
  digits text;
BEGIN
  IF letter !~ '^[A-Z]$' OR plan_year NOT BETWEEN 2000 AND 2999 THEN
    RAISE EXCEPTION 'no such series of numbers: % %', letter, plan_year;
  END IF;
  IF to_regclass(series) IS NULL THEN
    PERFORM pg_advisory_xact_lock(hashtext(series));
    EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %I', series);
  END IF;
  digits := lpad(nextval(series::regclass)::text, 7, '0');
  RETURN format('%s-%s-%s-%s', letter, plan_year, digits, item_check_digit(plan_year || digits));
END $$;
"""

# The chain: each change carries the hash of the one before; nobody can rewrite, only append.  A
# change that comes without a hash is numbered and chained row by row; volumes may bring theirs,
# made by trail_hash().  Whatever came is checked once more when its statement ends.
TRAIL = r"""
CREATE FUNCTION change_hash(
  before bytea, number text, seq int, seat text, step text, source text, target text, reason text,
  at timestamptz, text_hash bytea
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT sha256(convert_to(json_build_array(
    number, seq, seat, step, source, target, reason,
    to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    encode(text_hash, 'hex'), coalesce(encode(before, 'hex'), '')
  )::text, 'UTF8'))
$$;

CREATE AGGREGATE trail_hash(text, int, text, text, text, text, text, timestamptz, bytea) (
  sfunc = change_hash, stype = bytea
);

CREATE FUNCTION change_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before record;
BEGIN
  SELECT i.number, c.seq, c.hash INTO STRICT before FROM item i
    LEFT JOIN LATERAL (
      SELECT seq, hash FROM change WHERE item_id = i.id ORDER BY seq DESC LIMIT 1
    ) c ON true
   WHERE i.id = NEW.item_id;
  NEW.seq := coalesce(before.seq, 0) + 1;
  NEW.previous_hash := before.hash;
  NEW.hash := change_hash(before.hash, before.number, NEW.seq, NEW.seat, NEW.step, NEW.source,
                          NEW.target, NEW.reason, NEW.at, NEW.text_hash);
  RETURN NEW;
END $$;

CREATE FUNCTION change_continues() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  SELECT c.id INTO wrong FROM fresh c
    LEFT JOIN item i ON i.id = c.item_id
    LEFT JOIN change before ON before.item_id = c.item_id AND before.seq = c.seq - 1
   WHERE (c.seq = 1) <> (before.id IS NULL)
      OR c.previous_hash IS DISTINCT FROM before.hash
      OR c.hash IS DISTINCT FROM change_hash(before.hash, i.number, c.seq, c.seat, c.step, c.source,
                                             c.target, c.reason, c.at, c.text_hash)
   LIMIT 1;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'change % does not continue the trail of its item', wrong;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP;
END $$;

CREATE FUNCTION change_text_matches() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  SELECT f.change_id INTO wrong FROM fresh f LEFT JOIN change c ON c.id = f.change_id
   WHERE c.text_hash IS DISTINCT FROM sha256(f.salt || convert_to(f.text, 'UTF8'))
   LIMIT 1;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'the text of change % does not match its hash', wrong;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION change_text_erase_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.change_id = OLD.change_id
     AND (NEW.text IS NOT DISTINCT FROM OLD.text OR NEW.text IS NULL)
     AND (NEW.salt IS NOT DISTINCT FROM OLD.salt OR NEW.salt IS NULL)
     AND (NEW.actor_id IS NOT DISTINCT FROM OLD.actor_id OR NEW.actor_id IS NULL) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a text of the trail can be erased, not changed';
END $$;

CREATE TRIGGER change_chain BEFORE INSERT ON change
  FOR EACH ROW WHEN (NEW.hash IS NULL) EXECUTE FUNCTION change_chain();
CREATE TRIGGER change_continues AFTER INSERT ON change REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION change_continues();
CREATE TRIGGER change_text_matches AFTER INSERT ON change_text REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION change_text_matches();
CREATE TRIGGER change_text_erase_only BEFORE UPDATE ON change_text
  FOR EACH ROW EXECUTE FUNCTION change_text_erase_only();
CREATE TRIGGER change_text_no_delete BEFORE DELETE ON change_text
  FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER change_text_no_truncate BEFORE TRUNCATE ON change_text
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""
KEPT = ("change", "trail_seal", "audit_event")
APPEND_ONLY = "".join(
    f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""
    for table in KEPT
)
EXTENSIONS = ("postgis", "pg_trgm", "unaccent", "btree_gist", "pgcrypto")


def run(sql: str) -> None:
    """Execute a script of several statements as it stands."""
    op.get_bind().connection.cursor().execute(sql.encode())


def upgrade() -> None:
    for extension in EXTENSIONS:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.create_geospatial_table(
        "area",
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(collation="C"), nullable=True),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("area_km2", sa.Double(), nullable=False),
        sa.Column("bps_code", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "level IN ('kota', 'kecamatan', 'kelurahan')", name=op.f("ck_area_level")
        ),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["area.code"], name=op.f("fk_area_parent_code_area")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.create_geospatial_index(
            "idx_area_point", ["point"], unique=False, postgresql_using="gist", postgresql_ops={}
        )
        batch_op.create_index(batch_op.f("ix_area_parent_code"), ["parent_code"], unique=False)

    op.create_table(
        "category",
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("name_su", sa.Text(), server_default="", nullable=False),
        sa.Column("help", sa.Text(), server_default="", nullable=False),
        sa.Column("complaint_class", sa.Text(), server_default="", nullable=False),
        sa.Column("place_bound", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("asks_road_class", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("oversight", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("emergency", sa.Text(), server_default="", nullable=False),
        sa.Column("keywords", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category")),
    )
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.create_index("ix_category_kind_position", ["kind", "position"], unique=False)

    op.create_table(
        "department",
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("abbreviation", sa.Text(), nullable=False),
        sa.Column("handles", sa.Text(), server_default="", nullable=False),
        sa.Column("external", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("successor_code", sa.Text(collation="C"), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["successor_code"],
            ["department.code"],
            name=op.f("fk_department_successor_code_department"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_department")),
    )
    op.create_table(
        "facet",
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("category_code", sa.Text(collation="C"), nullable=False),
        sa.Column("department_code", sa.Text(collation="C"), nullable=False),
        sa.Column("state", sa.Text(collation="C"), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "kind", "area_code", "category_code", "department_code", "state", name=op.f("pk_facet")
        ),
    )
    op.create_table(
        "facet_refresh",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facet_refresh")),
    )
    op.create_table(
        "holiday_override",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_holiday_override")),
    )
    op.create_geospatial_table(
        "neighbour",
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_neighbour")),
    )
    with op.batch_alter_table("neighbour", schema=None) as batch_op:
        batch_op.create_geospatial_index(
            "idx_neighbour_point",
            ["point"],
            unique=False,
            postgresql_using="gist",
            postgresql_ops={},
        )

    op.create_geospatial_table(
        "place",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_geospatial_index(
            "idx_place_point", ["point"], unique=False, postgresql_using="gist", postgresql_ops={}
        )
        batch_op.create_index(
            "ix_place_search",
            ["search"],
            unique=False,
            postgresql_using="gin",
            postgresql_ops={"search": "gin_trgm_ops"},
        )

    op.create_table(
        "rate_count",
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_count")),
        prefixes=["UNLOGGED"],
    )
    with op.batch_alter_table("rate_count", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rate_count_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "trail_seal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("after_id", sa.BigInteger(), nullable=False),
        sa.Column("upto_id", sa.BigInteger(), nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column(
            "sealed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_seal")),
        sa.UniqueConstraint("upto_id", name=op.f("uq_trail_seal_upto_id")),
    )
    op.create_geospatial_table(
        "area_boundary",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "simple",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("approximate", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_area_boundary_area_code_area")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_boundary")),
    )
    with op.batch_alter_table("area_boundary", schema=None) as batch_op:
        batch_op.create_geospatial_index(
            "idx_area_boundary_geom",
            ["geom"],
            unique=False,
            postgresql_using="gist",
            postgresql_ops={},
        )
        batch_op.create_index(batch_op.f("ix_area_boundary_area_code"), ["area_code"], unique=False)
        batch_op.create_index(
            "uq_area_boundary_current",
            ["area_code"],
            unique=True,
            postgresql_where=sa.text("valid_to IS NULL"),
        )

    op.create_table(
        "catalogue_entry",
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("bidang", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("unit_price", sa.Integer(), nullable=False),
        sa.Column("department_code", sa.Text(collation="C"), nullable=True),
        sa.Column("category_code", sa.Text(collation="C"), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["category_code"],
            ["category.code"],
            name=op.f("fk_catalogue_entry_category_code_category"),
        ),
        sa.ForeignKeyConstraint(
            ["department_code"],
            ["department.code"],
            name=op.f("fk_catalogue_entry_department_code_department"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_catalogue_entry")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=True),
        sa.Column("rw", sa.Integer(), nullable=True),
        sa.Column("rt", sa.Integer(), nullable=True),
        sa.Column("resident_since", sa.Date(), nullable=True),
        sa.Column("nik_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("nik_last4", sa.Text(), server_default="", nullable=False),
        sa.Column("level", sa.Integer(), server_default="0", nullable=False),
        sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_person_area_code_area")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(
            "uq_person_nik_hash", ["nik_hash"], unique=True, postgresql_where="nik_hash <> ''"
        )

    op.create_table(
        "routing_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("category_code", sa.Text(collation="C"), nullable=True),
        sa.Column("area_code", sa.Text(collation="C"), nullable=True),
        sa.Column("road_class", sa.Text(), nullable=True),
        sa.Column("keyword", sa.Text(), nullable=True),
        sa.Column("department_code", sa.Text(collation="C"), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_routing_rule_area_code_area")
        ),
        sa.ForeignKeyConstraint(
            ["category_code"],
            ["category.code"],
            name=op.f("fk_routing_rule_category_code_category"),
        ),
        sa.ForeignKeyConstraint(
            ["department_code"],
            ["department.code"],
            name=op.f("fk_routing_rule_department_code_department"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
        sa.UniqueConstraint("position", name=op.f("uq_routing_rule_position")),
    )
    with op.batch_alter_table("routing_rule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_routing_rule_category_code"), ["category_code"], unique=False
        )

    op.create_table(
        "sla_policy",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("complaint_class", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(collation="C"), nullable=True),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("verify_days", sa.Integer(), nullable=False),
        sa.Column("plan_days", sa.Integer(), nullable=False),
        sa.Column("resolve_days", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_sla_policy_category_code_category")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_policy")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="id", nullable=False),
        sa.Column("wants_email", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_user_account_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("person_id", name=op.f("uq_user_account_person_id")),
    )
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.create_index(
            "uq_user_account_email", [sa.literal_column("lower(email)")], unique=True
        )

    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("act", sa.Text(collation="C"), nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_audit_event_actor_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index("ix_audit_event_subject", ["subject"], unique=False)

    op.create_table(
        "draft",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_draft_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_draft")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_user_id"), ["user_id"], unique=False)

    op.create_geospatial_table(
        "item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("filing_key", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "place",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "district_code",
            sa.Text(collation="C"),
            sa.Computed("left(area_code, 8)", persisted=True),
            nullable=False,
        ),
        sa.Column("area_basis", sa.Text(), server_default="exact", nullable=False),
        sa.Column("rw", sa.Integer(), nullable=True),
        sa.Column("rt", sa.Integer(), nullable=True),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("filed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), server_default="web", nullable=False),
        sa.Column("visibility", sa.Text(), server_default="public", nullable=False),
        sa.Column("oversight", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("subject_department_code", sa.Text(collation="C"), nullable=True),
        sa.Column("department_code", sa.Text(collation="C"), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "state_since",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("support_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("comment_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "ts_delete(setweight(to_tsvector('indonesian', title), 'A') || setweight(to_tsvector('indonesian', address || ' ' || body), 'B'), ARRAY['dan','di','ke','dari','yang','untuk','ini','itu','ada','dengan','pada','atau','nya'])",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "visibility IN ('public', 'anonymous', 'confidential')", name=op.f("ck_item_visibility")
        ),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_item_area_code_area")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_item_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_item_category_code_category")
        ),
        sa.ForeignKeyConstraint(
            ["department_code"],
            ["department.code"],
            name=op.f("fk_item_department_code_department"),
        ),
        sa.ForeignKeyConstraint(
            ["filed_by_id"], ["user_account.id"], name=op.f("fk_item_filed_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["item.id"], name=op.f("fk_item_merged_into_id_item")
        ),
        sa.ForeignKeyConstraint(
            ["subject_department_code"],
            ["department.code"],
            name=op.f("fk_item_subject_department_code_department"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("filing_key", name=op.f("uq_item_filing_key")),
        sa.UniqueConstraint("number", name=op.f("uq_item_number")),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_author_id"), ["author_id"], unique=False)
        batch_op.create_index(
            "ix_item_due", ["due_on"], unique=False, postgresql_where=sa.text("due_on IS NOT NULL")
        )
        batch_op.create_index(batch_op.f("ix_item_filed_by_id"), ["filed_by_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_item_merged_into_id"), ["merged_into_id"], unique=False
        )
        batch_op.create_index(
            "ix_item_owner", ["department_code", "state", "due_on", "id"], unique=False
        )
        batch_op.create_geospatial_index(
            "ix_item_place", ["place"], unique=False, postgresql_using="gist", postgresql_ops={}
        )
        batch_op.create_index(
            "ix_item_public",
            [sa.literal_column("id DESC")],
            unique=False,
            postgresql_where=sa.text("published_at IS NOT NULL AND visibility <> 'confidential'"),
        )
        batch_op.create_index(
            "ix_item_public_area",
            ["area_code", "category_code", "state", sa.literal_column("id DESC")],
            unique=False,
            postgresql_where=sa.text("published_at IS NOT NULL AND visibility <> 'confidential'"),
        )
        batch_op.create_index(
            "ix_item_public_category",
            ["category_code", sa.literal_column("id DESC")],
            unique=False,
            postgresql_where=sa.text("published_at IS NOT NULL AND visibility <> 'confidential'"),
        )
        batch_op.create_index(
            "ix_item_public_department",
            ["department_code", sa.literal_column("id DESC")],
            unique=False,
            postgresql_where=sa.text("published_at IS NOT NULL AND visibility <> 'confidential'"),
        )
        batch_op.create_index(
            "ix_item_public_district",
            ["district_code", sa.literal_column("id DESC")],
            unique=False,
            postgresql_where=sa.text("published_at IS NOT NULL AND visibility <> 'confidential'"),
        )
        batch_op.create_index(
            "ix_item_public_kind",
            ["kind", sa.literal_column("id DESC")],
            unique=False,
            postgresql_where=sa.text("published_at IS NOT NULL AND visibility <> 'confidential'"),
        )
        batch_op.create_index(
            "ix_item_public_state",
            ["kind", "state", sa.literal_column("id DESC")],
            unique=False,
            postgresql_where=sa.text("published_at IS NOT NULL AND visibility <> 'confidential'"),
        )
        batch_op.create_index("ix_item_search", ["search"], unique=False, postgresql_using="gin")
        batch_op.create_index(
            "ix_item_title_words",
            [sa.literal_column("lower(title) gin_trgm_ops")],
            unique=False,
            postgresql_using="gin",
        )
        batch_op.create_index(
            "ix_item_triage", ["area_code", "state", "due_on", "id"], unique=False
        )

    op.create_table(
        "mandate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=True),
        sa.Column("rw", sa.Integer(), nullable=True),
        sa.Column("department_code", sa.Text(collation="C"), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("given_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "given_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("ended_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "role IN ('operator', 'moderator', 'validator', 'officer', 'planner', 'coordinator', 'auditor', 'admin')",
            name=op.f("ck_mandate_role"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_mandate_period")
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_mandate_area_code_area")
        ),
        sa.ForeignKeyConstraint(
            ["department_code"],
            ["department.code"],
            name=op.f("fk_mandate_department_code_department"),
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["user_account.id"], name=op.f("fk_mandate_ended_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["user_account.id"], name=op.f("fk_mandate_given_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_mandate_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
    )
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mandate_area_code"), ["area_code"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_mandate_department_code"), ["department_code"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_mandate_user_id"), ["user_id"], unique=False)

    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(collation="C"), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("target", sa.Text(collation="C"), nullable=False),
        sa.Column("reason", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("step_key", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_change_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sa.UniqueConstraint("item_id", "seq", name=op.f("uq_change_item_id_seq")),
        sa.UniqueConstraint("step_key", name=op.f("uq_change_step_key")),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("stance", sa.Text(), server_default="", nullable=False),
        sa.Column("official", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("seat", sa.Text(), server_default="", nullable=False),
        sa.Column("department_code", sa.Text(collation="C"), nullable=True),
        sa.Column("status", sa.Text(), server_default="published", nullable=False),
        sa.Column("hidden_reason", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("stance IN ('', 'for', 'against')", name=op.f("ck_comment_stance")),
        sa.CheckConstraint(
            "status IN ('published', 'held', 'hidden')", name=op.f("ck_comment_status")
        ),
        sa.ForeignKeyConstraint(
            ["department_code"],
            ["department.code"],
            name=op.f("fk_comment_department_code_department"),
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_comment_item_id_item")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["comment.id"], name=op.f("fk_comment_parent_id_comment")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_comment_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("form_key", name=op.f("uq_comment_form_key")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index("ix_comment_item_id_id", ["item_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "complaint",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("complaint_class", sa.Text(), server_default="bukan_pengawasan", nullable=False),
        sa.Column("priority", sa.Text(), server_default="normal", nullable=False),
        sa.Column("road_class", sa.Text(), server_default="tidak_tahu", nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("returns", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("info_asked", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_complaint_rating")),
        sa.ForeignKeyConstraint(["id"], ["item.id"], name=op.f("fk_complaint_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
    )
    op.create_table(
        "follow",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_follow_item_id_item")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_follow_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("item_id", "user_id", name=op.f("pk_follow")),
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_user_id"), ["user_id"], unique=False)

    op.create_table(
        "idea",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("benefit", sa.Text(), server_default="", nullable=False),
        sa.Column("novelty", sa.Text(), server_default="", nullable=False),
        sa.Column("form", sa.Text(), server_default="lainnya", nullable=False),
        sa.Column("digital", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("mentor", sa.Text(), server_default="", nullable=False),
        sa.Column("pilot_from", sa.Date(), nullable=True),
        sa.Column("pilot_to", sa.Date(), nullable=True),
        sa.Column("indicators", sa.Text(), server_default="", nullable=False),
        sa.Column("decree", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["id"], ["item.id"], name=op.f("fk_idea_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea")),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Text(), server_default="rw", nullable=False),
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("bidang", sa.Text(), server_default="fisik", nullable=False),
        sa.Column("catalogue_code", sa.Text(collation="C"), nullable=True),
        sa.Column("volume", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("beneficiaries", sa.Integer(), nullable=True),
        sa.Column("land_status", sa.Text(), server_default="", nullable=False),
        sa.Column("swadaya", sa.Text(), server_default="", nullable=False),
        sa.Column("proposing_group", sa.Text(), server_default="umum", nullable=False),
        sa.Column("funding", sa.Text(), server_default="musrenbang", nullable=False),
        sa.Column("sub_kegiatan", sa.Text(), server_default="", nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("progress", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "level IN ('rw', 'kelurahan', 'kecamatan', 'forum_opd', 'kota')",
            name=op.f("ck_proposal_level"),
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_proposal_progress")),
        sa.ForeignKeyConstraint(
            ["catalogue_code"],
            ["catalogue_entry.code"],
            name=op.f("fk_proposal_catalogue_code_catalogue_entry"),
        ),
        sa.ForeignKeyConstraint(["id"], ["item.id"], name=op.f("fk_proposal_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_table(
        "support",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_support_item_id_item")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_support_person_id_person")
        ),
        sa.PrimaryKeyConstraint("item_id", "person_id", name=op.f("pk_support")),
    )
    with op.batch_alter_table("support", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_person_id"), ["person_id"], unique=False)

    op.create_table(
        "abuse_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_abuse_report_comment_id_comment")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_abuse_report_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_abuse_report")),
        sa.UniqueConstraint(
            "comment_id", "user_id", name=op.f("uq_abuse_report_comment_id_user_id")
        ),
    )
    op.create_table(
        "change_text",
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_change_text_actor_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_change_text_change_id_change")
        ),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_change_text")),
    )
    with op.batch_alter_table("change_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_text_actor_id"), ["actor_id"], unique=False)

    op.create_table(
        "notification",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(collation="C"), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_notification_change_id_change")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_notification_item_id_item")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_notification_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint(
            "user_id",
            "event",
            "item_id",
            "source_id",
            name=op.f("uq_notification_user_id_event_item_id_source_id"),
        ),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notification_inbox", ["user_id", sa.literal_column("id DESC")], unique=False
        )
        batch_op.create_index(batch_op.f("ix_notification_item_id"), ["item_id"], unique=False)
        batch_op.create_index(
            "ix_notification_unread",
            ["user_id"],
            unique=False,
            postgresql_where=sa.text("read_at IS NULL"),
        )

    op.create_table(
        "photo",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("draft_key", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("change_id", sa.BigInteger(), nullable=True),
        sa.Column("uploaded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), server_default="staged", nullable=False),
        sa.Column("staged_name", sa.Text(), server_default="", nullable=False),
        sa.Column("media_name", sa.Text(), server_default="", nullable=False),
        sa.Column("thumb_name", sa.Text(), server_default="", nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.LargeBinary(), nullable=True),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('staged', 'ready', 'refused')", name=op.f("ck_photo_status")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_photo_change_id_change")
        ),
        sa.ForeignKeyConstraint(
            ["draft_key"], ["draft.key"], name=op.f("fk_photo_draft_key_draft"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_photo_item_id_item")),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"],
            ["user_account.id"],
            name=op.f("fk_photo_uploaded_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photo_change_id"), ["change_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_photo_draft_key"), ["draft_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_photo_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_photo_media_name"), ["media_name"], unique=False)
        batch_op.create_index(batch_op.f("ix_photo_thumb_name"), ["thumb_name"], unique=False)

    op.create_table(
        "proposal_level",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("volume", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column(
            "decided_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_level_proposal_id_proposal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_level")),
        sa.UniqueConstraint(
            "proposal_id", "level", name=op.f("uq_proposal_level_proposal_id_level")
        ),
    )
    op.execute("ALTER TABLE item SET (fillfactor = 90)")  # room for counts beside their row
    run(NUMBERS)
    run(TRAIL)
    run(APPEND_ONLY)
    run(SchemaManager.get_schema())


def downgrade() -> None:
    raise RuntimeError("the first migration is not undone; drop the database instead")
