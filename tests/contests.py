"""Contests for tests, in any state.  All flush, none commits."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from models import Contest, ContestItem, db
from tests import factories

PATH = ("published", "open", "closed", "sealed", "tallied", "certified")


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
    for no in range(1, choices + 1):
        one = factories.item("musrenbang")
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
