"""What waits at which desk."""

from __future__ import annotations

import pytest

from app.queries import work
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def test_a_held_comment_waits_for_those_who_may_judge_it(session):
    item = make.item("lapor", make.user(), state="verified")
    held = make.comment(item, make.user(level=0), status="held")

    def waiting(role: str, **scope: str) -> list[int]:
        actor = make.actor(make.user(roles=(role,), **scope))
        return [row.id for row in work.held_comments(session, actor)]

    assert waiting("moderator") == waiting("coordinator") == [held.id]
    assert waiting("validator") == waiting("officer") == []
    assert waiting("moderator", area_code=make.OTHER_KELURAHAN) == []
