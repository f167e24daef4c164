"""The statements of ``services.bulk``, on temporary tables that end with the transaction.

Triggers, foreign keys and indexes stay in force.  The trail comes chained by the database's own
aggregate, and its trigger checks every link once the statement ends.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table

SETTINGS = (
    "SET LOCAL work_mem = '64MB'",
    "SET LOCAL gin_pending_list_limit = '256MB'",  # words are sorted into the index once a batch
    "SET LOCAL jit = off",
)

PEOPLE_STAGING = (
    "DROP TABLE IF EXISTS bulk_person",
    """
    CREATE TEMP TABLE bulk_person (
      ref int, name text, area_code text, rw int, rt int, level int, created_at timestamptz,
      email text
    ) ON COMMIT DROP
    """,
)

PEOPLE = (
    "ALTER TABLE bulk_person ADD person_id bigint, ADD user_id bigint",
    """
    UPDATE bulk_person SET
      person_id = nextval('person_id_seq'),
      user_id = CASE WHEN email IS NOT NULL
                     THEN nextval('user_account_id_seq') END
    """,
    """
    INSERT INTO person (id, name, area_code, rw, rt, level, resident_since, created_at)
    SELECT person_id, name, area_code, rw, rt, level, created_at::date, created_at
    FROM bulk_person ORDER BY person_id
    """,
    """
    INSERT INTO user_account
      (id, person_id, email, password_hash, epoch, wants_email, confirmed_at, created_at)
    SELECT user_id, person_id, email, '', md5(random()::text), false,
           CASE WHEN level > 0 THEN created_at END, created_at
    FROM bulk_person WHERE user_id IS NOT NULL ORDER BY user_id
    """,
)

PEOPLE_IDS = "SELECT person_id, user_id FROM bulk_person ORDER BY ref"

STAGING = (
    """
    DROP TABLE IF EXISTS
      bulk_item, bulk_change, bulk_comment, bulk_support, bulk_level, bulk_new, bulk_step
    """,
    """
    CREATE TEMP TABLE bulk_item (
      ref int, kind text COLLATE "C", category_code text COLLATE "C", state text COLLATE "C",
      title text, body text, lon float8, lat float8, area_code text COLLATE "C", rw int, rt int,
      address text, author_id bigint, filed_by_id bigint, channel text, visibility text,
      oversight boolean, department_code text COLLATE "C", published_at timestamptz, due_on date,
      state_since timestamptz, created_at timestamptz, year int,
      due_at timestamptz, next_mark_at timestamptz, own jsonb
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMP TABLE bulk_change (
      ref int, pos int, seat text, step text COLLATE "C", source text COLLATE "C",
      target text COLLATE "C", reason text COLLATE "C", text text, at timestamptz, actor_id bigint
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMP TABLE bulk_comment (
      ref int, person_id bigint, body text, stance text, seat text,
      department_code text COLLATE "C", at timestamptz
    ) ON COMMIT DROP
    """,
    "CREATE TEMP TABLE bulk_support (ref int, person_id bigint, at timestamptz) ON COMMIT DROP",
    """
    CREATE TEMP TABLE bulk_level (
      ref int, level text, text text, volume numeric, cost bigint, rank int, decision text,
      reason text, seat text, decided_at timestamptz
    ) ON COMMIT DROP
    """,
)

ANALYSE = ("ANALYZE bulk_item (ref)", "ANALYZE bulk_change (ref)", "ANALYZE bulk_support (ref)")

CHECKS = {
    "Items named twice": "SELECT count(*) - count(DISTINCT ref) FROM bulk_item",
    "Items with an unknown category, or one of another kind": """
        SELECT count(*) FROM bulk_item i
        LEFT JOIN category c ON c.code = i.category_code AND c.kind = i.kind
        WHERE c.code IS NULL
        """,
    "Items in an unknown area": """
        SELECT count(*) FROM bulk_item i LEFT JOIN area a ON a.code = i.area_code
        WHERE a.code IS NULL
        """,
    "Items with an unknown department": """
        SELECT count(*) FROM bulk_item i LEFT JOIN department d ON d.code = i.department_code
        WHERE i.department_code IS NOT NULL AND d.code IS NULL
        """,
    "Items by an unknown person": """
        SELECT count(*) FROM bulk_item i LEFT JOIN person p ON p.id = i.author_id
        WHERE p.id IS NULL
        """,
    "Items whose title has not 1 to 140 characters or whose text has not 1 to 5,000": """
        SELECT count(*) FROM bulk_item
        WHERE length(title) NOT BETWEEN 1 AND 140 OR length(body) NOT BETWEEN 1 AND 5000
        """,
    "Items at no place on the earth": """
        SELECT count(*) FROM bulk_item
        WHERE lon NOT BETWEEN -180 AND 180 OR lat NOT BETWEEN -90 AND 90
        """,
    "Items from the future, or that stand since before they began": """
        SELECT count(*) FROM bulk_item
        WHERE created_at > now() OR state_since > now() OR state_since < created_at
           OR published_at < created_at
        """,
    "Items about an office that would be public": """
        SELECT count(*) FROM bulk_item WHERE oversight AND visibility <> 'confidential'
        """,
    "Changes, comments or supports of no item of the batch": """
        SELECT count(*) FROM (
          SELECT ref FROM bulk_change UNION ALL SELECT ref FROM bulk_comment
          UNION ALL SELECT ref FROM bulk_support UNION ALL SELECT ref FROM bulk_level
        ) AS part LEFT JOIN bulk_item USING (ref) WHERE kind IS NULL
        """,
    "Items without a trail that ends in their state": """
        SELECT count(*) FROM bulk_item i
        LEFT JOIN (
          SELECT DISTINCT ON (ref) ref, target FROM bulk_change ORDER BY ref, pos DESC
        ) AS last USING (ref)
        WHERE last.target IS DISTINCT FROM i.state
        """,
    "Steps that do not follow from the one before, or that lie in the future": """
        SELECT count(*) FROM (
          SELECT pos, source, at,
                 lag(target, 1, '') OVER trail AS stood, lag(at) OVER trail AS before,
                 row_number() OVER trail AS place
          FROM bulk_change WINDOW trail AS (PARTITION BY ref ORDER BY pos)
        ) AS step
        WHERE source <> stood OR pos <> place OR at < before OR at > now()
        """,
    "Steps no kind declares": """
        SELECT count(*) FROM bulk_change c JOIN bulk_item i USING (ref)
        LEFT JOIN unnest(
          CAST(:kinds AS text[]), CAST(:steps AS text[]), CAST(:sources AS text[]),
          CAST(:targets AS text[])
        ) AS arrow (kind, step, source, target)
          ON arrow.kind = i.kind AND arrow.step = c.step AND arrow.source = c.source
         AND arrow.target = c.target
        WHERE arrow.kind IS NULL
        """,
}

# Ids and numbers follow the time of filing: lists are ordered by id.
NEW = """
    CREATE TEMP TABLE bulk_new ON COMMIT DROP AS
    SELECT nextval('item_id_seq') AS id, next_item_number(letter, year) AS number, one.*
    FROM (
      SELECT bulk_item.*, letter
      FROM bulk_item
      JOIN unnest(CAST(:kinds AS text[]), CAST(:letters AS text[])) AS kinds (kind, letter)
        USING (kind)
      ORDER BY created_at, ref OFFSET 0
    ) AS one
    """

ITEMS = (
    "CREATE UNIQUE INDEX ON bulk_new (ref)",
    "ANALYZE bulk_new (id, ref)",
    """
    INSERT INTO item (
      id, kind, number, filing_key, state, title, body, category_code, place, area_code, area_basis,
      rw, rt, address, author_id, filed_by_id, channel, visibility, oversight, department_code,
      published_at, due_on, due_at, next_mark_at, state_since, created_at, updated_at,
      support_count, comment_count
    )
    SELECT i.id, i.kind, i.number, gen_random_uuid(), i.state, i.title, i.body, i.category_code,
           format('SRID=4326;POINT(%s %s)', i.lon, i.lat)::geometry, i.area_code, 'confirmed',
           i.rw, i.rt, i.address, i.author_id, i.filed_by_id, i.channel, i.visibility, i.oversight,
           i.department_code, i.published_at, i.due_on, i.due_at, i.next_mark_at,
           i.state_since, i.created_at, i.state_since, coalesce(s.n, 0), coalesce(c.n, 0)
    FROM bulk_new i
    LEFT JOIN (SELECT ref, count(DISTINCT person_id) AS n FROM bulk_support GROUP BY ref) AS s
      USING (ref)
    LEFT JOIN (SELECT ref, count(*) AS n FROM bulk_comment GROUP BY ref) AS c USING (ref)
    ORDER BY i.id
    """,
)

FINISH = (
    """
    CREATE TEMP TABLE bulk_step ON COMMIT DROP AS
    SELECT nextval('change_id_seq') AS id, one.*
    FROM (
      SELECT i.id AS item_id, i.number, c.pos, c.seat, c.step, c.source, c.target, c.reason, c.text,
             c.at, c.actor_id, uuid_send(gen_random_uuid()) AS salt
      FROM bulk_change c JOIN bulk_new i USING (ref) ORDER BY i.id, c.pos OFFSET 0
    ) AS one
    """,
    """
    INSERT INTO change (
      id, item_id, seq, seat, step, source, target, reason, at, text_hash, previous_hash, hash
    )
    SELECT id, item_id, pos, seat, step, source, target, reason, at, text_hash,
           lag(hash) OVER trail, hash
    FROM (
      SELECT *, trail_hash(number, pos, seat, step, source, target, reason, at, text_hash)
                OVER (PARTITION BY item_id ORDER BY pos) AS hash
      FROM (SELECT *, sha256(salt || convert_to(text, 'UTF8')) AS text_hash FROM bulk_step) AS step
    ) AS step
    WINDOW trail AS (PARTITION BY item_id ORDER BY pos) ORDER BY item_id, pos
    """,
    """
    INSERT INTO change_text (change_id, text, salt, actor_id)
    SELECT id, text, salt, actor_id FROM bulk_step ORDER BY id
    """,
    """
    INSERT INTO comment
      (item_id, person_id, form_key, body, stance, official, seat, department_code, created_at)
    SELECT i.id, c.person_id, gen_random_uuid(), c.body, c.stance, c.seat <> '', c.seat,
           c.department_code, c.at
    FROM bulk_comment c JOIN bulk_new i USING (ref) ORDER BY i.id, c.at
    """,
    """
    INSERT INTO support (item_id, person_id, created_at)
    SELECT i.id, s.person_id, min(s.at)
    FROM bulk_support s JOIN bulk_new i USING (ref)
    GROUP BY i.id, s.person_id ORDER BY i.id, s.person_id
    """,
    """
    INSERT INTO proposal_level
      (proposal_id, level, text, volume, cost, rank, decision, reason, seat, decided_at, change_id)
    SELECT i.id, l.level, l.text, l.volume, l.cost, l.rank, l.decision, l.reason, l.seat,
           l.decided_at, s.id
    FROM bulk_level l JOIN bulk_new i USING (ref)
    LEFT JOIN (
      SELECT item_id, step, at, max(id) AS id FROM bulk_step GROUP BY item_id, step, at
    ) AS s ON s.item_id = i.id AND s.step = l.decision AND s.at = l.decided_at
    ORDER BY i.id, l.decided_at
    """,
    """
    INSERT INTO follow (item_id, user_id, created_at)
    SELECT id, filed_by_id, created_at FROM bulk_new WHERE filed_by_id IS NOT NULL ORDER BY id
    """,
)


def own_columns(table: Table) -> str:
    """The statement that fills a kind's own table from the JSON of its items.

    What the JSON does not name gets the table's default.
    """
    columns = [column for column in table.columns if column.name != "id"]
    names = [f'"{column.name}"' for column in columns]
    picked = ", ".join(_or_default(column) for column in columns)
    return (
        f"INSERT INTO {table.name} (id, {', '.join(names)}) SELECT i.id, {picked} FROM bulk_new i, "
        f"LATERAL jsonb_populate_record(NULL::{table.name}, i.own) AS own "
        "WHERE i.kind = :kind ORDER BY i.id"
    )


def _or_default(column: Column[Any]) -> str:
    default: Any = column.server_default
    if default is None:
        return f'own."{column.name}"'
    usual = str(default.arg).strip("'")
    return f"coalesce(own.\"{column.name}\", '{usual}')"
