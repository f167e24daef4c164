"""Questions of a category, and what partners write by GeoReport

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")
NOW = sa.text("now()")
PUBLIC = sa.text("published_at IS NOT NULL AND visibility <> 'confidential'")
DATATYPES = "('string', 'number', 'datetime', 'text', 'singlevaluelist', 'multivaluelist')"


# The moment the list of services, or a question, last became another one.
CHANGESET = """
CREATE FUNCTION georeport_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE georeport_changeset SET at = clock_timestamp();
  RETURN NULL;
END $$;

INSERT INTO georeport_changeset DEFAULT VALUES;
"""
WATCHED = ("category", "category_question")
TRIGGERS = "".join(
    f"""
CREATE TRIGGER {table}_added AFTER INSERT OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION georeport_changed();
CREATE TRIGGER {table}_changed AFTER UPDATE ON {table}
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION georeport_changed();
"""
    for table in WATCHED
)


def _run(sql: str) -> None:
    """Execute a script of several statements as it stands."""
    op.get_bind().connection.cursor().execute(sql.encode())


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _moment() -> sa.Column[object]:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False)


def _points(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=op.f(name))


def _questions() -> None:
    op.create_table(
        "category_question",
        sa.Column("category_code", KEY, nullable=False),
        sa.Column("code", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("variable", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("datatype", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), server_default="", nullable=False),
        sa.Column("help", sa.Text(), server_default="", nullable=False),
        sa.Column("choices", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(f"datatype IN {DATATYPES}", name=op.f("ck_category_question_datatype")),
        _points("category_question", "category_code", "category.code"),
        sa.PrimaryKeyConstraint("category_code", "code", name=op.f("pk_category_question")),
    )
    answers = sa.Column("answers", postgresql.JSONB(), server_default="{}", nullable=False)
    op.add_column("complaint", answers)


def _keys() -> None:
    op.create_table(
        "georeport_key",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", KEY, nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("daily", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        _moment(),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        _points("georeport_key", "user_id", "user_account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_georeport_key")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_georeport_key_secret_hash")),
    )
    op.create_index(op.f("ix_georeport_key_user_id"), "georeport_key", ["user_id"])
    op.create_table(
        "georeport_use",
        sa.Column("key_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        _points("georeport_use", "key_id", "georeport_key.id"),
        sa.PrimaryKeyConstraint("key_id", "day", name=op.f("pk_georeport_use")),
    )


def _requests() -> None:
    op.create_table(
        "georeport_request",
        _id(),
        sa.Column("token", KEY, nullable=False),
        sa.Column("key_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", KEY, nullable=False),
        sa.Column("reporter", KEY, server_default="", nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", postgresql.JSONB(none_as_null=True), nullable=True),
        _moment(),
        _points("georeport_request", "key_id", "georeport_key.id"),
        _points("georeport_request", "person_id", "person.id"),
        _points("georeport_request", "item_id", "item.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_georeport_request")),
        sa.UniqueConstraint("token", name=op.f("uq_georeport_request_token")),
    )
    for name, columns in (
        ("fingerprint", ["fingerprint", "created_at"]),
        ("reporter", ["key_id", "reporter"]),
        ("person_id", ["person_id"]),
        ("item_id", ["item_id"]),
    ):
        op.create_index(f"ix_georeport_request_{name}", "georeport_request", columns)


def _changeset() -> None:
    op.create_table(
        "georeport_changeset",
        sa.Column("one", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_georeport_changeset_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_georeport_changeset")),
    )
    _run(CHANGESET)
    _run(TRIGGERS)


def _updates() -> None:
    op.create_table(
        "georeport_update",
        _id(),
        sa.Column("key_id", sa.BigInteger(), nullable=False),
        sa.Column("update_id", KEY, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=True),
        sa.Column("comment_id", sa.BigInteger(), nullable=True),
        _moment(),
        _points("georeport_update", "key_id", "georeport_key.id"),
        _points("georeport_update", "item_id", "item.id"),
        _points("georeport_update", "change_id", "change.id"),
        _points("georeport_update", "comment_id", "comment.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_georeport_update")),
        sa.UniqueConstraint(
            "key_id", "update_id", name=op.f("uq_georeport_update_key_id_update_id")
        ),
    )
    op.create_index(op.f("ix_georeport_update_item_id"), "georeport_update", ["item_id"])


def upgrade() -> None:
    """Tables, and the three indexes by which partners read what is new."""
    _questions()
    _keys()
    _requests()
    _updates()
    _changeset()
    newest = ["kind", sa.text("created_at DESC"), sa.text("id DESC")]
    op.create_index("ix_item_public_newest", "item", newest, postgresql_where=PUBLIC)
    op.create_index("ix_change_at", "change", ["at", "id"])
    told = sa.text("official AND status = 'published'")
    op.create_index(
        "ix_comment_official_at", "comment", ["created_at", "id"], postgresql_where=told
    )


def downgrade() -> None:
    """The house as it was."""
    op.drop_index("ix_comment_official_at", "comment")
    op.drop_index("ix_change_at", "change")
    op.drop_index("ix_item_public_newest", "item")
    for table in WATCHED:
        op.execute(f"DROP TRIGGER {table}_added ON {table}")
        op.execute(f"DROP TRIGGER {table}_changed ON {table}")
    op.execute("DROP FUNCTION georeport_changed")
    for name in ("changeset", "update", "request", "use", "key"):
        op.drop_table(f"georeport_{name}")
    op.drop_column("complaint", "answers")
    op.drop_table("category_question")
