"""Joining two items that mean the same, and separating them again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.access import Actor
from app.services import items, supports
from app.services.answers import Refused
from app.workflow import NotAllowed
from models import Change, ChangeText, Follow, Support
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
kinds = pytest.mark.parametrize("kind", ["lapor", "musrenbang"])


def merge(item, into):
    answers = {"into": into.number, "reason": "same_place"}
    return items.move(item, "merge", make.everybody(item), answers)


@kinds
def test_everybody_behind_the_one_stands_behind_the_other(kind, session):
    one, into = make.item(kind), make.item(kind)
    follower, supporter = make.user(), make.user()
    supports.follow(one, make.actor(follower))
    supports.support(one, make.actor(supporter))
    supports.support(into, make.actor(supporter))
    merge(one, into)
    session.expire_all()
    assert one.state == "merged"
    assert one.merged_into_id == into.id
    followers = set(session.scalars(select(Follow.user_id).where(Follow.item_id == into.id)))
    assert {follower.id, supporter.id, one.filed_by_id, into.filed_by_id} <= followers
    people = set(session.scalars(select(Support.person_id).where(Support.item_id == into.id)))
    assert people == {supporter.person_id, one.author_id}
    assert into.support_count == 2


def test_the_clock_of_the_oldest_report_holds_until_they_are_separated():
    now = datetime.now(UTC)
    one, into = make.item("lapor", at=now - timedelta(days=9)), make.item("lapor", at=now)
    promised, hop = into.whole_due_at, into.hop_due_at
    merge(one, into)
    assert (into.whole_due_at, into.hop_due_at) == (one.whole_due_at, hop)
    assert into.whole_due_at < promised
    items.move(one, "unmerge", make.everybody(one), {"note": "Bukan hal yang sama."})
    assert into.whole_due_at == promised
    assert (one.due_at, one.whole_ended_at) == (one.hop_due_at, None)


def test_both_trails_stay_and_the_other_says_what_joined(session):
    one, into = make.item("lapor", state="verified"), make.item("lapor", state="verified")
    merge(one, into)
    last = session.scalars(
        select(Change).where(Change.item_id == into.id).order_by(Change.seq.desc())
    ).first()
    assert (last.step, last.source, last.target) == ("absorb", "verified", "verified")
    assert session.get_one(ChangeText, last.id).text == one.number


def test_the_number_of_an_item_nobody_may_read_does_not_enter_a_public_trail(session):
    into = make.item("lapor", state="verified")
    for hidden in (make.item(published=False), make.item(visibility="confidential")):
        merge(hidden, into)
        rows = select(ChangeText.text).join(Change).where(Change.item_id == into.id)
        assert hidden.number not in "".join(session.scalars(rows))


@pytest.mark.parametrize("state", ["received", "verified", "accepted"])
def test_separating_again_restores_the_state_before(state):
    one, into = make.item("lapor", state=state), make.item("lapor")
    merge(one, into)
    items.move(one, "unmerge", make.everybody(one), {"note": "Ternyata lain."})
    assert (one.state, one.merged_into_id) == (state, None)


def test_an_item_joined_twice_goes_back_to_where_it_was_each_time():
    one, into, other = make.item("lapor"), make.item("lapor"), make.item("lapor")
    merge(one, into)
    items.move(one, "unmerge", make.everybody(one), {"note": "Ternyata lain."})
    items.move(one, "verify", make.everybody(one))
    merge(one, other)
    items.move(one, "unmerge", make.everybody(one), {"note": "Lain juga."})
    assert one.state == "verified"


def test_an_item_is_not_joined_with_itself_a_joined_one_or_another_kind():
    one, into, third = make.item("lapor"), make.item("lapor"), make.item("lapor")
    proposal = make.item("musrenbang")
    merge(into, third)
    for wrong in (one, into, proposal):
        with pytest.raises(Refused) as error:
            merge(one, wrong)
        assert error.value.args[0] == "into"
    assert one.state == "received"


def test_nothing_is_joined_with_an_item_that_is_over():
    one, over = make.item("lapor"), make.item("lapor", state="rejected")
    with pytest.raises(Refused):
        merge(one, over)


def test_an_item_the_moderator_may_not_read_cannot_be_found_by_joining():
    one = make.item("lapor")
    elsewhere = make.item("lapor", area_code=make.OTHER_KELURAHAN, published=False)
    moderator = make.actor(make.user(roles=("moderator",)))
    answers = {"into": elsewhere.number, "reason": "same_matter"}
    with pytest.raises(Refused):
        items.move(one, "merge", moderator, answers)


def test_a_number_typed_in_small_letters_is_understood():
    one, into = make.item("lapor"), make.item("lapor")
    answers = {"into": f" {into.number.lower()} ", "reason": "same_matter"}
    items.move(one, "merge", make.everybody(one), answers)
    assert one.merged_into_id == into.id


def test_the_reporter_may_not_join_or_separate():
    one, into = make.item("lapor"), make.item("lapor")
    author = Actor(one.filed_by_id, one.author_id)
    answers = {"into": into.number, "reason": "same_matter"}
    with pytest.raises(NotAllowed):
        items.move(one, "merge", author, answers)


def test_separating_takes_back_the_support_that_came_with_it_and_no_other(session):
    one, two, into = (make.item("lapor") for _ in range(3))
    both, own = make.user(), make.user()
    for item in (one, two):
        supports.support(item, make.actor(both))
    supports.support(into, make.actor(own))
    merge(one, into)
    merge(two, into)
    items.move(one, "unmerge", make.everybody(one), {"note": "Ternyata lain."})
    session.expire_all()
    people = set(session.scalars(select(Support.person_id).where(Support.item_id == into.id)))
    assert people == {own.person_id, both.person_id, two.author_id}
    assert into.support_count == 3
    items.move(two, "unmerge", make.everybody(two), {"note": "Ternyata lain."})
    session.expire_all()
    assert into.support_count == 1


def test_followers_stay_with_both_after_separating(session):
    one, into = make.item("lapor"), make.item("lapor")
    follower = make.user()
    supports.follow(one, make.actor(follower))
    merge(one, into)
    items.move(one, "unmerge", make.everybody(one), {"note": "Ternyata lain."})
    followed = set(session.scalars(select(Follow.item_id).where(Follow.user_id == follower.id)))
    assert {one.id, into.id} <= followed


def test_separating_stands_on_both_trails(session):
    one, into = make.item("lapor", state="verified"), make.item("lapor", state="verified")
    merge(one, into)
    items.move(one, "unmerge", make.everybody(one), {"note": "Ternyata lain."})
    steps = select(Change.step).where(Change.item_id == into.id).order_by(Change.seq)
    assert session.scalars(steps).all()[-2:] == ["absorb", "release"]
