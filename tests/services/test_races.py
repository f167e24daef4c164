"""Several people at the same moment, with real commits: one wins, the others are told."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.kinds import KINDS
from app.services import behalf, comments, items, supports
from app.services.answers import Refused
from app.workflow import NotAllowed
from models import Change, Comment, Consent, Item, Person, Support, User, db
from tests import factories as make
from tests.live import at_once, live_app

EIGHT = 8


@pytest.fixture(scope="module")
def live() -> Iterator[Flask]:
    """An application whose commits are real."""
    with live_app() as app:
        yield app


@pytest.fixture
def prepared(live):
    """Rows made and committed by a function; returns what it returns."""

    def prepare(build):
        with live.app_context():
            made = build()
            db.session.commit()
            return made

    return prepare


def ids(*rows):
    return tuple(row.id for row in rows)


def moderator_and_item():
    return ids(make.user(roles=("moderator",)), make.item("lapor"))


def actor_of(user_id):
    return make.actor(db.session.get_one(User, user_id))


@pytest.mark.parametrize("seen", [1, None])
def test_eight_people_take_one_step_and_one_wins(live, prepared, seen):
    user_id, item_id = prepared(moderator_and_item)

    def act(number):
        item = db.session.get_one(Item, item_id)
        change = items.move(item, "verify", actor_of(user_id), key=uuid.uuid4(), seen=seen)
        db.session.commit()
        return change.id

    results = at_once(live, EIGHT, act)
    lost = items.Stale if seen else NotAllowed
    assert sum(isinstance(r, int) for r in results) == 1, results
    assert sum(isinstance(r, lost) for r in results) == EIGHT - 1, results
    with live.app_context():
        count = select(func.count()).where(Change.item_id == item_id)
        assert db.session.scalar(count) == 2
        assert db.session.get_one(Item, item_id).state == "verified"


def test_eight_copies_of_one_click_are_one_step(live, prepared):
    user_id, item_id = prepared(moderator_and_item)
    key = uuid.uuid4()

    def act(number):
        item = db.session.get_one(Item, item_id)
        change = items.move(item, "verify", actor_of(user_id), key=key, seen=1)
        db.session.commit()
        return change.id

    results = at_once(live, EIGHT, act)
    assert len(set(results)) == 1, results


def test_eight_different_steps_leave_one_unbroken_trail(live, prepared):
    user_id, item_id = prepared(moderator_and_item)
    answers = {"reason": "unclear", "note": "Kurang jelas."}

    def act(number):
        item = db.session.get_one(Item, item_id)
        name = ("verify", "reject", "ask_info")[number % 3]
        change = items.move(item, name, actor_of(user_id), answers, seen=1)
        db.session.commit()
        return change.id

    results = at_once(live, EIGHT, act)
    assert sum(isinstance(r, int) for r in results) == 1, results
    with live.app_context():
        rows = db.session.scalars(
            select(Change).where(Change.item_id == item_id).order_by(Change.seq)
        ).all()
        assert [row.seq for row in rows] == [1, 2]
        assert rows[1].previous_hash == rows[0].hash
        assert rows[1].target == db.session.get_one(Item, item_id).state


def test_one_form_sent_eight_times_is_one_item(live, prepared):
    (user_id,) = prepared(lambda: ids(make.user()))
    key = uuid.uuid4()

    def act(number):
        values = make.values(title="Lampu mati di depan masjid")
        item = items.file(KINDS["lapor"], actor_of(user_id), key, values)
        db.session.commit()
        return item.id

    results = at_once(live, EIGHT, act)
    assert len(set(results)) == 1, results
    with live.app_context():
        assert db.session.scalar(select(func.count()).where(Change.item_id == results[0])) == 1


def test_eight_filings_at_once_get_eight_numbers(live, prepared):
    (user_id,) = prepared(lambda: ids(make.user()))

    def act(number):
        item = items.file(KINDS["lapor"], actor_of(user_id), uuid.uuid4(), make.values())
        db.session.commit()
        return item.number

    assert len({r for r in at_once(live, EIGHT, act) if isinstance(r, str)}) == EIGHT


def test_supports_at_once_are_counted_exactly(live, prepared):
    item_id, *people = prepared(
        lambda: ids(make.item("lapor", state="verified"), *(make.user() for _ in range(4)))
    )

    def act(number):
        supports.support(db.session.get_one(Item, item_id), actor_of(people[number % 4]))
        db.session.commit()

    assert at_once(live, EIGHT, act) == [None] * EIGHT
    with live.app_context():
        rows = db.session.scalar(select(func.count()).where(Support.item_id == item_id))
        assert db.session.get_one(Item, item_id).support_count == rows == 4


def test_one_comment_sent_eight_times_is_one_comment(live, prepared):
    user_id, item_id = prepared(lambda: ids(make.user(), make.item("lapor", state="verified")))
    key = uuid.uuid4()

    def act(number):
        item = db.session.get_one(Item, item_id)
        comment = comments.add(item, actor_of(user_id), "Saya lihat juga.", key=key)
        db.session.commit()
        return comment.id

    results = at_once(live, EIGHT, act)
    with live.app_context():
        rows = db.session.scalar(select(func.count()).where(Comment.item_id == item_id))
        assert db.session.get_one(Item, item_id).comment_count == rows == 1
    assert len(set(results)) == 1, results


def test_two_items_joined_with_each_other_at_once_do_not_form_a_ring(live, prepared):
    user_id, *pair = prepared(
        lambda: ids(make.user(roles=("moderator",)), make.item("lapor"), make.item("lapor"))
    )

    def act(number):
        item, into = (db.session.get_one(Item, n) for n in (pair[number % 2], pair[~number % 2]))
        answers = {"into": into.number, "reason": "same_matter"}
        items.move(item, "merge", actor_of(user_id), answers, seen=1)
        db.session.commit()

    results = at_once(live, 2, act)
    told = (items.Stale, NotAllowed, Refused)
    assert sum(r is None for r in results) == 1, results
    assert sum(isinstance(r, told) for r in results) == 1, results


def test_two_operators_who_send_one_form_at_once_file_one_item_and_both_see_it(live, prepared):
    clerks = prepared(lambda: ids(*(make.user(roles=("moderator",)) for _ in range(2))))
    key, values = uuid.uuid4(), prepared(make.values)
    given = behalf.Given("Ratna Baru", "0812 7777 1234", "counter", "spoken", "Saya minta.")

    def act(number):
        actor = actor_of(clerks[number % 2])
        item, code = behalf.file(KINDS["lapor"], actor, key, values, given)
        db.session.commit()
        return item.id, item.number, code, number % 2

    results = at_once(live, EIGHT, act)
    assert len({result[:2] for result in results}) == 1, results
    with live.app_context():
        people = select(Person).where(Person.name == "Ratna Baru")
        assert len(db.session.scalars(people).all()) == 1
        agreed = select(Consent.purpose).where(Consent.item_id == results[0][0])
        assert sorted(db.session.scalars(agreed)) == ["contact", "on_behalf"]
        typist = db.session.get_one(Item, results[0][0]).filed_by_id
        for _id, _number, code, who in results:
            assert (code is not None) == (clerks[who] == typist)
