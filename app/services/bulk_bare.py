"""Tables laid bare for a filling: secondary indexes and foreign keys are made once, at its end.

Only for volumes larger than what is there.  Unique keys stay, and the trigger that chains a change,
so what somebody writes meanwhile is as right as ever.  The two triggers that look every hash
through once more rest: a filling chains its trails itself, and ``flask trail verify`` reads them.
What was taken away is noted in a table in the same transaction; a filling that was killed leaves
the note, and ``put_back`` follows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

NOTE = "laid_bare"
PATIENCE = "SET LOCAL lock_timeout = '5s'"
MEMORY = "SET LOCAL maintenance_work_mem = '256MB'"

# The largest first, and indexes before keys: those may be made side by side.
WHAT = f"""
    CREATE TABLE {NOTE} AS
    SELECT row_number() OVER (ORDER BY side_by_side DESC, slow DESC, name) AS place, *
    FROM (
      SELECT true AS side_by_side, am.amname = 'gin' AS slow, index.relname::text AS name,
             format('DROP INDEX %s', index.oid::regclass) AS away,
             pg_get_indexdef(index.oid) AS back
      FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid
      JOIN pg_am AS am ON am.oid = index.relam
      WHERE indrelid = ANY (CAST(CAST(:tables AS text[]) AS regclass[])) AND NOT indisunique
      UNION ALL
      SELECT false, false, conname::text,
             format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
             format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
                    pg_get_constraintdef(oid))
      FROM pg_constraint
      WHERE conrelid = ANY (CAST(CAST(:tables AS text[]) AS regclass[])) AND contype = 'f'
      UNION ALL
      SELECT false, false, tgname::text,
             format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname),
             format('ALTER TABLE %s ENABLE TRIGGER %I', tgrelid::regclass, tgname)
      FROM pg_trigger
      WHERE tgrelid = ANY (CAST(CAST(:tables AS text[]) AS regclass[])) AND tgenabled = 'O'
        AND tgname IN ('change_continues', 'change_text_matches')
    ) AS parts
"""


def lay_bare(session: Session, tables: Sequence[str]) -> bool:
    """Take indexes and keys of these tables away, until ``put_back``.

    False, and nothing done, when somebody is using them.
    """
    try:
        with session.begin_nested():
            session.execute(text(PATIENCE))
            session.execute(text(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"))
    except OperationalError:
        return False
    session.execute(text(WHAT), {"tables": list(tables)})
    for away in session.scalars(text(f"SELECT away FROM {NOTE}")).all():
        session.execute(text(away))
    return True


def missing(session: Session, side_by_side: bool) -> list[str]:
    """The statements that put back what is away, indexes or keys; none when nothing is."""
    if not inspect(session.connection()).has_table(NOTE):
        return []
    query = f"SELECT back FROM {NOTE} WHERE side_by_side = :kind ORDER BY place"
    return list(session.scalars(text(query), {"kind": side_by_side}))


def put_back(statement: str, session: Session) -> None:
    """Make one index or key again, and strike it off."""
    session.execute(text(MEMORY))
    session.execute(text(statement))
    session.execute(text(f"DELETE FROM {NOTE} WHERE back = :back"), {"back": statement})


def done(session: Session) -> None:
    """Everything is there again: the note goes."""
    session.execute(text(f"DROP TABLE IF EXISTS {NOTE}"))
