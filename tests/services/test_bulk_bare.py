"""Indexes and keys that are away for a filling come back as they were."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.cli.fill import FILLED
from app.services import bulk_bare
from tests import factories as make

PARTS = """
    SELECT pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = ANY (CAST(CAST(:tables AS text[]) AS regclass[]))
    UNION ALL
    SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = ANY (CAST(CAST(:tables AS text[]) AS regclass[]))
    UNION ALL
    SELECT format('%s %s', tgenabled, pg_get_triggerdef(oid)) FROM pg_trigger
    WHERE tgrelid = ANY (CAST(CAST(:tables AS text[]) AS regclass[])) AND NOT tgisinternal
"""


def parts(session: Any) -> set[str]:
    """Every index, constraint and trigger of the tables that are filled."""
    return set(session.scalars(text(PARTS), {"tables": list(FILLED)}))


def whole(session: Any) -> None:
    for side_by_side in (True, False):
        for statement in bulk_bare.missing(session, side_by_side):
            bulk_bare.put_back(statement, session)
    bulk_bare.done(session)


def test_what_was_taken_away_comes_back_as_it_was(session: Any) -> None:
    before = parts(session)
    assert bulk_bare.lay_bare(session(), FILLED)
    away = before - parts(session)
    assert any("gin" in part for part in away)
    assert any("FOREIGN KEY" in part for part in away)
    assert not any("UNIQUE" in part or "PRIMARY" in part or "CHECK" in part for part in away)
    resting = [part.split()[3] for part in away if "TRIGGER" in part]
    assert sorted(resting) == ["change_continues", "change_text_matches"]
    whole(session())
    assert parts(session) == before


def test_a_filling_that_was_killed_is_tidied_up_after(session: Any) -> None:
    before = parts(session)
    bulk_bare.lay_bare(session(), FILLED)
    first, *rest = bulk_bare.missing(session(), side_by_side=True)
    bulk_bare.put_back(first, session())
    assert bulk_bare.missing(session(), side_by_side=True) == rest
    whole(session())
    assert parts(session) == before
    assert bulk_bare.missing(session(), side_by_side=True) == []


def test_a_key_that_does_not_hold_is_told(session: Any) -> None:
    item = make.item("lapor")
    bulk_bare.lay_bare(session(), FILLED)
    session.execute(text("UPDATE item SET author_id = -1 WHERE id = :id"), {"id": item.id})
    keys = bulk_bare.missing(session(), side_by_side=False)
    with pytest.raises(IntegrityError, match="fk_item_author_id_person"):
        for statement in keys:
            bulk_bare.put_back(statement, session())
