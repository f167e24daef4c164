"""The factories reach every state of every kind."""

from __future__ import annotations

from typing import Any

import pytest

from app.kinds import KINDS
from models import Change
from tests import factories

STATES = [(kind.slug, s.name) for kind in KINDS.values() for s in kind.workflow.states]


@pytest.mark.parametrize(("kind", "state"), STATES)
def test_an_item_walks_to_any_state(session: Any, kind: str, state: str):
    made = factories.item(kind, state=state)
    assert made.state == state
    changes = session.query(Change).filter_by(item_id=made.id).order_by(Change.seq).all()
    assert changes[0].step == "file"
    assert changes[-1].target == state or state == KINDS[kind].workflow.initial
    assert made.published_at is not None


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_may_be_unpublished_and_anybodys(session: Any, kind: str):
    someone = factories.person("Tanpa Login", level=0)
    made = factories.item(kind, someone, published=False, visibility="anonymous", oversight=True)
    assert made.published_at is None
    assert made.author_id == someone.id
    assert made.visibility == "anonymous"
    assert made.oversight
