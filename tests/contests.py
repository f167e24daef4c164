"""Contests for tests, in any state.  All flush, none commits."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, inspect, select

from app.services.changes import Said, record
from models import Contest, ContestItem, Item, db
from tests import factories

PATH = ("published", "open", "closed", "sealed", "tallied", "certified")
OWN = ("id", "number", "filing_key", "title", "search", "district_code")  # of each proposal alone


def contest(state: str = "draft", *, choices: int = 6, **values: Any) -> Contest:
    """A contest of a kelurahan in a state, with so many proposals to choose from."""
    now = datetime.now(UTC)
    values = {
        "title": "Prioritas kelurahan",
        "kind": "musrenbang",
        "level": "kelurahan",
        "area_code": factories.KELURAHAN,
        "mode": "approval",
        "pagu": 300_000_000,
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=1),
        "seat": f"moderator:{factories.KELURAHAN}",
        "salt": secrets.token_bytes(16),
        "items": choices,
        **values,
    }
    made = Contest(**values)
    for no, one in enumerate(_proposals(choices), 1):
        cost = no * 40_000_000
        made.choices.append(ContestItem(no=no, item_id=one.id, title=one.title, cost=cost))
    db.session.add(made)
    db.session.flush()
    for step in PATH[: PATH.index(state) + 1] if state in PATH else ():
        made.state = step
        if step == "published":
            made.spec_hash, made.published_at = "0" * 64, now
        db.session.flush()
    return made


def _proposals(n: int) -> list[Item]:
    """Proposals of one person, the others written all at once as the first was filed."""
    if not n:
        return []
    first = factories.item("musrenbang")
    letter, year, *_rest = first.number.split("-")
    numbers = select(func.next_item_number(letter, int(year)))
    columns = [c.key for c in inspect(type(first)).column_attrs if c.key not in OWN]
    same = {name: getattr(first, name) for name in columns}
    others = [
        type(first)(**same, number=number, filing_key=uuid.uuid4(), title=factories.title())
        for number in db.session.scalars(numbers.select_from(func.generate_series(2, n)))
    ]
    db.session.add_all(others)
    for one in others:
        told = {"actor_id": one.filed_by_id, "at": one.created_at}
        record(one, Said(seat="author", step="file", source="", target=one.state, **told))
    return [first, *others]
