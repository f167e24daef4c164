"""The discussion: who may speak, what waits, what is hidden."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from app.access import Actor
from app.services import comments
from app.workflow import NotAllowed
from models import AuditEvent, Comment
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def item():
    return make.item("lapor", state="verified")


def say(item, actor, body="Saya lewat sini tiap hari.", **more):
    return comments.add(item, actor, body, key=uuid.uuid4(), **more)


def count(item, session):
    session.expire(item)
    return item.comment_count


def test_a_confirmed_resident_speaks_at_once_and_a_new_one_waits(item, session):
    assert say(item, make.actor(make.user())).status == "published"
    assert say(item, make.actor(make.user(level=0))).status == "held"
    assert count(item, session) == 1


def test_a_stranger_does_not_speak(item):
    with pytest.raises(NotAllowed):
        say(item, Actor())


@pytest.mark.parametrize(
    "hidden", [{"published": False}, {"visibility": "confidential"}, {"state": "archived"}]
)
def test_nobody_speaks_where_they_may_not_read_or_the_talk_is_over(hidden):
    with pytest.raises(NotAllowed):
        say(make.item("lapor", **hidden), make.actor(make.user()))


@pytest.mark.parametrize(
    ("roles", "state", "seat"),
    [
        (("moderator",), "verified", f"moderator:{make.KELURAHAN}"),
        (("officer",), "accepted", f"officer:{make.DEPARTMENT}"),
    ],
)
def test_a_word_from_a_seat_is_the_official_answer(roles, state, seat):
    item = make.item("lapor", state=state, department_code=make.DEPARTMENT)
    comment = say(item, make.actor(make.user(roles=roles)), stance="for")
    assert (comment.official, comment.seat, comment.stance) == (True, seat, "")


def test_an_officer_of_another_department_speaks_as_a_resident():
    item = make.item("lapor", state="accepted", department_code=make.DEPARTMENT)
    other = make.user(roles=("officer",), department_code=make.OTHER_DEPARTMENT)
    assert not say(item, make.actor(other)).official


@pytest.mark.parametrize(
    ("kind", "kept"), [("lapor", ""), ("musrenbang", "for"), ("badami", "for")]
)
def test_sides_are_taken_on_proposals_and_ideas_alone(kind, kept):
    state = {"lapor": "verified", "musrenbang": "submitted", "badami": "discussion"}[kind]
    comment = say(make.item(kind, state=state), make.actor(make.user()), stance="for")
    assert comment.stance == kept


def test_the_same_form_twice_is_one_comment(item, session):
    actor, key = make.actor(make.user()), uuid.uuid4()
    first = comments.add(item, actor, "Satu", key=key)
    assert comments.add(item, actor, "Satu", key=key).id == first.id
    assert count(item, session) == 1


def test_threads_are_one_level_deep_and_stay_on_their_item(item):
    actor = make.actor(make.user())
    top = say(item, actor)
    reply = say(item, actor, parent_id=top.id)
    assert say(item, actor, parent_id=reply.id).parent_id == top.id
    other = make.item("lapor", state="verified")
    assert say(other, actor, parent_id=top.id).parent_id is None
    assert say(other, actor, parent_id=2**62).parent_id is None


def test_a_moderator_hides_with_a_reason_and_shows_again(item, session):
    moderator, comment = make.actor(make.user(roles=("moderator",))), None
    comment = say(item, make.actor(make.user()))
    comments.hide(comment, item, moderator, "Menyerang orang.")
    comments.hide(comment, item, moderator, "Menyerang orang.")
    assert (comment.status, comment.hidden_reason) == ("hidden", "Menyerang orang.")
    assert count(item, session) == 0
    comments.publish(comment, item, moderator)
    assert (comment.status, comment.hidden_reason) == ("published", "")
    assert count(item, session) == 1
    subject = f"comment:{comment.id}"
    acts = session.scalars(select(AuditEvent.act).where(AuditEvent.subject == subject))
    assert set(acts) == {"comment.hidden", "comment.published"}


@pytest.mark.parametrize("role", [None, "officer", "planner", "auditor", "admin"])
def test_only_a_moderator_of_the_place_judges(item, role):
    comment = say(item, make.actor(make.user()))
    judge = make.actor(make.user(roles=(role,) if role else ()))
    with pytest.raises(NotAllowed):
        comments.hide(comment, item, judge, "Tidak suka.")
    elsewhere = make.user(roles=("moderator",), area_code=make.OTHER_KELURAHAN)
    with pytest.raises(NotAllowed):
        comments.publish(comment, item, make.actor(elsewhere))


def test_three_people_who_report_a_word_put_it_before_a_moderator(item, session):
    comment = say(item, make.actor(make.user()))
    loud = make.actor(make.user())
    for _ in range(5):
        comments.report(comment, item, loud, "Kasar.")
    assert comment.status == "published"
    for _ in range(2):
        comments.report(comment, item, make.actor(make.user()), "Kasar.")
    assert comment.status == "held"
    assert count(item, session) == 0


def test_an_official_answer_is_not_taken_away_by_reports():
    item = make.item("lapor", state="accepted", department_code=make.DEPARTMENT)
    comment = say(item, make.actor(make.user(roles=("officer",))))
    for _ in range(4):
        comments.report(comment, item, make.actor(make.user()), "Tidak setuju.")
    assert comment.status == "published"


def test_a_stranger_does_not_report(item, session):
    comment = say(item, make.actor(make.user()))
    with pytest.raises(NotAllowed):
        comments.report(comment, item, Actor(), "Kasar.")
    assert session.get_one(Comment, comment.id).status == "published"
