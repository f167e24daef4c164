"""Standing behind an item, and following it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.access import Actor
from app.services import supports
from app.workflow import NotAllowed
from models import Follow
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


def follows(item, user, session):
    return session.scalar(select(Follow).filter_by(item_id=item.id, user_id=user.id)) is not None


def test_one_person_supports_once_and_follows(session):
    item, user = make.item("lapor", state="verified"), make.user()
    for _ in range(3):
        supports.support(item, make.actor(user))
    assert item.support_count == 1
    assert follows(item, user, session)


def test_withdrawing_twice_takes_one_away():
    item, one, other = make.item("lapor", state="verified"), make.user(), make.user()
    supports.support(item, make.actor(one))
    supports.support(item, make.actor(other))
    supports.withdraw(item, make.actor(one))
    supports.withdraw(item, make.actor(one))
    assert item.support_count == 1


def test_withdrawing_what_one_never_gave_changes_nothing():
    item = make.item("lapor", state="verified")
    supports.withdraw(item, make.actor(make.user()))
    assert item.support_count == 0


@pytest.mark.parametrize(
    "hidden",
    [
        {"published": False},
        {"visibility": "confidential"},
        {"state": "closed"},
        {"state": "archived"},
    ],
)
def test_nobody_supports_what_they_may_not_read_or_what_is_over(hidden):
    with pytest.raises(NotAllowed):
        supports.support(make.item("lapor", **hidden), make.actor(make.user()))


def test_a_stranger_neither_supports_nor_follows():
    item = make.item("lapor", state="verified")
    for act in (supports.support, supports.follow):
        with pytest.raises(NotAllowed):
            act(item, Actor())


def test_nobody_follows_what_they_may_not_read():
    with pytest.raises(NotAllowed):
        supports.follow(make.item("lapor", published=False), make.actor(make.user()))


def test_following_no_more(session):
    item, user = make.item("lapor", state="verified"), make.user()
    supports.follow(item, make.actor(user))
    supports.follow(item, make.actor(user))
    supports.unfollow(item, make.actor(user))
    supports.unfollow(item, make.actor(user))
    assert not follows(item, user, session)
