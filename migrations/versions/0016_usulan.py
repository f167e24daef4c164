"""What a proposal says of itself

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
STOP_WORDS = "'dan','di','ke','dari','yang','untuk','ini','itu','ada','dengan','pada','atau','nya'"
SEARCHED = (
    "ts_delete(setweight(to_tsvector('indonesian', name), 'A') || "
    "setweight(to_tsvector('indonesian', keywords || ' ' || note || ' ' || example), 'B'), "
    f"ARRAY[{STOP_WORDS}])"
)

# Two who hand in the last proposal of an RW at one moment come one after the other; what was taken
# back, joined, refused or carried over from an earlier year does not count.
WITHIN_LIMIT = """
CREATE FUNCTION proposal_within_rw_limit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  here record;
  most_here integer;
  taken integer;
BEGIN
  IF NEW.carried_from_id IS NOT NULL OR NEW.funding <> 'musrenbang' THEN
    RETURN NULL;
  END IF;
  SELECT area_code, rw, channel INTO here FROM item WHERE id = NEW.id;
  SELECT most INTO most_here FROM rw_limit
    WHERE plan_year = NEW.plan_year
      AND (here.area_code = area_code OR here.area_code LIKE area_code || '.%')
    ORDER BY length(area_code) DESC LIMIT 1;
  IF most_here IS NULL OR here.rw IS NULL OR here.channel = 'import' THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(
    hashtextextended(concat_ws('/', 'rw_limit', NEW.plan_year, here.area_code, here.rw), 0));
  SELECT count(*) INTO taken FROM item JOIN proposal USING (id)
    WHERE area_code = here.area_code AND rw = here.rw AND plan_year = NEW.plan_year
      AND carried_from_id IS NULL AND funding = 'musrenbang'
      AND state NOT IN ('withdrawn', 'merged', 'refused');
  IF taken > most_here THEN
    RAISE EXCEPTION 'This RW has handed in all % proposals of the year', most_here
      USING ERRCODE = 'check_violation', CONSTRAINT = 'rw_limit';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER proposal_within_rw_limit AFTER INSERT ON proposal
  FOR EACH ROW EXECUTE FUNCTION proposal_within_rw_limit();
"""


def upgrade() -> None:
    """The catalogue has prices by day and says what it wants; proposals keep what they answered."""
    _catalogue()
    _prices()
    _readiness()
    _proposals()
    _documents()
    _limits()


def _limits() -> None:
    op.create_table(
        "rw_limit",
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("area_code", KEY, nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("envelope", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("most BETWEEN 1 AND 500", name=op.f("ck_rw_limit_most")),
        sa.CheckConstraint("envelope >= 0", name=op.f("ck_rw_limit_envelope")),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_rw_limit_area_code_area")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_rw_limit_made_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("plan_year", "area_code", name=op.f("pk_rw_limit")),
    )
    op.execute(WITHIN_LIMIT)


def _catalogue() -> None:
    for column in (
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("photos_wanted", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "documents_wanted", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("example", sa.Text(), server_default="", nullable=False),
        sa.Column("keywords", sa.Text(), server_default="", nullable=False),
        sa.Column("largest", sa.Numeric(14, 2), nullable=True),
        sa.Column("origin", sa.Text(), server_default="city", nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), sa.Computed(SEARCHED, persisted=True)),
    ):
        op.add_column("catalogue_entry", column)
    op.create_check_constraint(
        op.f("ck_catalogue_entry_origin"), "catalogue_entry", "origin IN ('city', 'admin')"
    )
    op.create_check_constraint(
        op.f("ck_catalogue_entry_photos_wanted"),
        "catalogue_entry",
        "photos_wanted BETWEEN 0 AND 5",
    )
    op.create_index(
        "ix_catalogue_entry_search", "catalogue_entry", ["search"], postgresql_using="gin"
    )


def _prices() -> None:
    op.create_table(
        "catalogue_price",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_code", KEY, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("unit_price > 0", name=op.f("ck_catalogue_price_unit_price")),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_catalogue_price_validity")),
        postgresql.ExcludeConstraint(
            (sa.column("entry_code"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name="ex_catalogue_price_one_a_day",
        ),
        sa.ForeignKeyConstraint(
            ["entry_code"],
            ["catalogue_entry.code"],
            name=op.f("fk_catalogue_price_entry_code_catalogue_entry"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"],
            ["user_account.id"],
            name=op.f("fk_catalogue_price_made_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_price")),
    )
    op.execute(
        "INSERT INTO catalogue_price (entry_code, unit_price) "
        "SELECT code, unit_price FROM catalogue_entry WHERE unit_price > 0"
    )
    op.drop_column("catalogue_entry", "unit_price")


def _readiness() -> None:
    op.create_table(
        "readiness_question",
        sa.Column("code", KEY, nullable=False),
        sa.Column("bidang", sa.Text(), server_default="", nullable=False),
        sa.Column("entry_code", KEY, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("missing", sa.Text(), server_default="", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_code"],
            ["catalogue_entry.code"],
            name=op.f("fk_readiness_question_entry_code_catalogue_entry"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_readiness_question")),
    )


def _proposals() -> None:
    for column in (
        sa.Column("catalogue_review", sa.Text(), server_default="", nullable=False),
        sa.Column("readiness", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("sipd_id", KEY, nullable=True),
        sa.Column("carried_from_id", sa.BigInteger(), nullable=True),
        sa.Column("contract_value", sa.BigInteger(), nullable=True),
        sa.Column("spent", sa.BigInteger(), server_default="0", nullable=False),
    ):
        op.add_column("proposal", column)
    op.create_foreign_key(
        op.f("fk_proposal_carried_from_id_proposal"),
        "proposal",
        "proposal",
        ["carried_from_id"],
        ["id"],
    )
    for name, rule in (
        ("catalogue_review", "catalogue_review IN ('', 'waiting', 'accepted', 'refused')"),
        ("funding", "funding IN ('musrenbang', 'prakarsa_rw', 'pokir')"),
        ("money", "LEAST(volume, unit_price, cost, budget, contract_value, spent) >= 0"),
    ):
        op.create_check_constraint(op.f(f"ck_proposal_{name}"), "proposal", rule)
    op.create_index("ix_proposal_catalogue_code", "proposal", ["catalogue_code"])
    op.create_index("ix_proposal_carried_from_id", "proposal", ["carried_from_id"])
    op.create_index(
        "ix_proposal_sipd_id",
        "proposal",
        ["sipd_id"],
        unique=True,
        postgresql_where=sa.text("sipd_id IS NOT NULL"),
    )
    op.create_index(
        "ix_proposal_waiting",
        "proposal",
        ["id"],
        postgresql_where=sa.text("catalogue_review = 'waiting'"),
    )


def _documents() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("draft_key", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("uploaded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("stored_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "sort IN ('proposal', 'rab', 'surat_pengantar', 'bukti_lahan', 'lainnya')",
            name=op.f("ck_document_sort"),
        ),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'image/jpeg')", name=op.f("ck_document_media_type")
        ),
        sa.CheckConstraint("size BETWEEN 1 AND 10485760", name=op.f("ck_document_size")),
        sa.ForeignKeyConstraint(
            ["draft_key"],
            ["draft.key"],
            name=op.f("fk_document_draft_key_draft"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_document_item_id_item")),
        sa.ForeignKeyConstraint(
            ["published_by_id"],
            ["user_account.id"],
            name=op.f("fk_document_published_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"],
            ["user_account.id"],
            name=op.f("fk_document_uploaded_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_draft_key"), "document", ["draft_key"])
    op.create_index(op.f("ix_document_item_id"), "document", ["item_id"])


def downgrade() -> None:
    """The tables go, with what they hold; of an entry's prices the latest stays."""
    op.execute("DROP TRIGGER proposal_within_rw_limit ON proposal")
    op.execute("DROP FUNCTION proposal_within_rw_limit()")
    op.drop_table("rw_limit")
    op.drop_table("document")
    for name in ("waiting", "sipd_id", "carried_from_id", "catalogue_code"):
        op.drop_index(f"ix_proposal_{name}", "proposal")
    for name in ("money", "funding", "catalogue_review"):
        op.drop_constraint(op.f(f"ck_proposal_{name}"), "proposal")
    for name in (
        "spent",
        "contract_value",
        "carried_from_id",
        "sipd_id",
        "readiness",
        "catalogue_review",
    ):
        op.drop_column("proposal", name)
    op.drop_table("readiness_question")
    op.add_column(
        "catalogue_entry", sa.Column("unit_price", sa.Integer(), server_default="0", nullable=False)
    )
    op.execute(
        "UPDATE catalogue_entry SET unit_price = least(latest.unit_price, 2147483647) FROM "
        "(SELECT DISTINCT ON (entry_code) entry_code, unit_price FROM catalogue_price "
        "ORDER BY entry_code, valid_from DESC NULLS LAST) AS latest "
        "WHERE latest.entry_code = catalogue_entry.code"
    )
    op.alter_column("catalogue_entry", "unit_price", server_default=None)
    op.drop_table("catalogue_price")
    op.drop_index("ix_catalogue_entry_search", "catalogue_entry")
    for name in ("photos_wanted", "origin"):
        op.drop_constraint(op.f(f"ck_catalogue_entry_{name}"), "catalogue_entry")
    for name in (
        "search",
        "origin",
        "largest",
        "keywords",
        "example",
        "documents_wanted",
        "photos_wanted",
        "valid_to",
        "valid_from",
    ):
        op.drop_column("catalogue_entry", name)
