"""People behind a report who say that it is not solved: enough of them open it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.access import SYSTEM
from app.services import items, objections, supports
from app.workflow import NotAllowed
from models import Objection
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def behind() -> list[Any]:
    return [make.actor(make.user()) for _ in range(objections.needed())]


@pytest.fixture
def resolved(behind: list[Any]) -> Any:
    item = make.item("lapor", state="proof_submitted", department_code=make.DEPARTMENT)
    for actor in behind:
        supports.support(item, actor)
    items.move(item, "resolve", make.actor(make.user(roles=("moderator",))), {})
    return item


def test_enough_people_behind_it_open_it_again_with_priority(resolved, behind):
    *others, last = behind
    assert not any(objections.object_to(resolved, actor) for actor in others)
    assert not objections.object_to(resolved, others[0])  # twice counts once
    assert resolved.state == "resolved"
    assert objections.object_to(resolved, last)
    assert (resolved.state, resolved.priority, resolved.disputes) == ("reopened", "high", 1)


def test_the_next_answer_begins_at_nought(resolved, behind, session):
    for actor in behind:
        objections.object_to(resolved, actor)
    make.walk(resolved, "proof_submitted")
    items.move(resolved, "resolve", make.actor(make.user(roles=("moderator",))), {})
    assert not objections.object_to(resolved, behind[0])
    assert session.scalar(select(func.count()).select_from(Objection)) == len(behind) + 1


def test_who_did_not_stand_behind_it_before_the_answer_has_no_say(resolved, session):
    author, newcomer = make.everybody(resolved), make.actor(make.user(level=0))
    late, stranger = make.actor(make.user()), make.actor(make.user())
    supports.support(resolved, late)
    resolved.state_since = resolved.created_at - timedelta(days=1)  # before their support
    session.flush()
    for actor in (author, newcomer, stranger, late):
        with pytest.raises(NotAllowed):
            objections.object_to(resolved, actor)


def test_there_is_nothing_to_object_to_before_an_answer_or_after_the_end(resolved, behind):
    items.move(resolved, "lapse", SYSTEM)
    fresh = make.item("lapor", state="verified")
    supports.support(fresh, behind[0])
    for item in (resolved, fresh):
        with pytest.raises(NotAllowed):
            objections.object_to(item, behind[0])


def test_the_button_is_there_for_them_and_works(resolved, behind, client_for, session):
    user = make.user()
    supports.support(resolved, make.actor(user))
    resolved.state_since = func.now()
    session.flush()
    address = f"/lapor/{resolved.number}"
    assert "belum-selesai" in client_for(user).get(address).text
    assert client_for(user).post(f"{address}/belum-selesai").status_code == 302
    assert "belum-selesai" not in client_for(make.user()).get(address).text
    assert client_for(make.user()).post(f"{address}/belum-selesai").status_code == 409
