"""The statements of ``services.bulk``: its settings, and people in volumes."""

from __future__ import annotations

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
