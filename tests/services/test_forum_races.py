"""A hall full of people: who come twice at once, two secretaries, and the moment of closing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.services import forum as service
from app.services import forum_attendance as doors
from app.services import forum_closing as closing
from app.services import forum_decisions as decisions
from app.services import forum_minutes as minutes
from models import Forum, ForumAttendance, ForumMinute, Proposal, User, db
from tests import factories as make
from tests.forums import called, came, lurah, proposal
from tests.live import at_once, live_app

EIGHT = 8


@pytest.fixture(scope="module")
def live() -> Iterator[Flask]:
    """An application whose commits are real."""
    with live_app() as app:
        yield app


@pytest.fixture
def hall(live):
    """A forum of its own area with ten people: (forum id, id of who runs it)."""
    with live.app_context():
        chair = lurah()
        forum = called(make.actor(chair), theme="anak")
        came(forum, make.actor(chair), 10)
        db.session.commit()
        return forum.id, chair.id


def there(forum_id, user_id):
    return db.session.get_one(Forum, forum_id), make.actor(db.session.get_one(User, user_id))


def test_one_code_scanned_by_eight_phones_is_one_person(live, hall):
    forum_id, user_id = hall
    with live.app_context():
        forum, chair = there(forum_id, user_id)
        (guest,) = service.invite(forum, chair, [{"name": "Ibu Euis", "group": "pkk"}])
        token = guest.token
        db.session.commit()

    def act(number):
        _row, fresh = doors.check_in(doors.find(token), {}, uuid.uuid4())
        db.session.commit()
        return fresh

    results = at_once(live, EIGHT, act)
    assert sorted(map(str, results)) == ["False"] * (EIGHT - 1) + ["True"], results
    with live.app_context():
        count = select(func.count()).where(ForumAttendance.forum_id == forum_id)
        assert db.session.scalar(count) == 11


def test_eight_secretaries_write_one_point_and_each_line_stays(live, hall):
    forum_id, user_id = hall

    def act(number):
        forum, chair = there(forum_id, user_id)
        minutes.save(forum, chair, 1, 0, f"Catatan sekretaris {number}")
        db.session.commit()
        return number

    assert sorted(at_once(live, EIGHT, act)) == list(range(EIGHT))
    with live.app_context():
        last = select(ForumMinute.text).where(ForumMinute.forum_id == forum_id)
        text = db.session.scalars(last.order_by(ForumMinute.number.desc()).limit(1)).one()
        assert sorted(text.split("\n")) == [f"Catatan sekretaris {n}" for n in range(EIGHT)]


def test_two_who_decide_one_proposal_at_once_do_not_overwrite_each_other(live, hall):
    forum_id, user_id = hall
    with live.app_context():
        item_id = proposal().id
        db.session.commit()

    def act(number):
        forum, chair = there(forum_id, user_id)
        item = db.session.get_one(Proposal, item_id)
        counts = {"votes_for": number, "votes_against": 0, "abstained": 1}
        decisions.decide(forum, chair, item, {"way": "suara", **counts, "reason": "not_priority",
                                              "note": "Tidak cukup suara."})  # fmt: skip
        db.session.commit()
        return "kept"

    results = at_once(live, EIGHT, act)
    assert results.count("kept") == 1, results
    assert sum(isinstance(one, service.Stale) for one in results) == EIGHT - 1, results


def test_whoever_comes_in_the_moment_of_closing_is_on_the_list_or_told_no(live, hall):
    forum_id, user_id = hall

    def act(number):
        forum, chair = there(forum_id, user_id)
        if number == 0:
            closing.freeze(forum, chair)
        else:
            person = {"name": f"Terakhir {number}", "group": "umum"}
            doors.check_in(doors.find(forum.door_code), person, uuid.uuid4())
        db.session.commit()
        return "kept"

    results = at_once(live, EIGHT, act)
    assert results[0] == "kept", results
    assert all(one == "kept" or isinstance(one, service.Over) for one in results), results
    with live.app_context():
        forum = db.session.get_one(Forum, forum_id)
        count = select(func.count()).where(ForumAttendance.forum_id == forum_id)
        present = db.session.scalar(count)
        assert present == 10 + results[1:].count("kept")
        (version,) = queries_versions(forum)
        assert f"\nhadir: {present}\n" in version.text


def queries_versions(forum):
    from app.queries import forum as queries

    return queries.versions(db.session, forum.id)
