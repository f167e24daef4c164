"""Forums for tests: called, with people who came and proposals that wait for a decision."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from app.access import Actor
from app.queries.ranking_keys import ListKey
from app.services import forum as service
from app.services import forum_attendance as doors
from models import Forum, Item, User, db
from tests import factories as make

YEAR = 2027
KEY = ListKey(YEAR, "kelurahan", make.KELURAHAN)


def lurah() -> User:
    """Who runs the forum of the kelurahan."""
    return make.user(roles=("moderator",), name="Lurah Uji")


def called(by: Actor, key: ListKey = KEY, theme: str = "", **values: Any) -> Forum:
    """A forum that begins now."""
    usual = {"venue": "Aula kelurahan", "starts_at": datetime.now(UTC) + timedelta(minutes=5)}
    return service.create(by, key, {**usual, **values}, theme)


def came(forum: Forum, by: Actor, count: int, **facts: Any) -> None:
    """People who came, typed by the secretary."""
    for n in range(count):
        mark = uuid.uuid4()
        person = {"name": f"Hadirin {n} {mark.hex[:6]}", "group": "umum", "sex": "L", **facts}
        doors.add(forum, by, person, mark)


def proposal(state: str = "verified", level: str = "kelurahan", **given: Any) -> Item:
    """A proposal on the list of the kelurahan."""
    made = make.item("musrenbang", plan_year=YEAR, **given)
    made.level = level
    if state == "verified":
        made.state = "verified"
    db.session.flush()
    return made
