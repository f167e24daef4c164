"""Who hears of what, once, and nobody else."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from app.services import comments, items, notify, supports
from models import Change, Follow, Item, Notification, User
from tests import factories as make

MAILS = text(
    "SELECT jsonb_array_elements(args->'notification_ids')::bigint FROM procrastinate_jobs"
    " WHERE task_name = 'mail_notifications'"
)


def lines(session: Any, item: Item) -> set[tuple[int, str]]:
    """Who has been told, and as what."""
    query = select(Notification.user_id, Notification.event).filter_by(item_id=item.id)
    return {(user_id, event) for user_id, event in session.execute(query)}


def forget(session: Any, item: Item) -> None:
    for line in session.scalars(select(Notification).filter_by(item_id=item.id)):
        session.delete(line)
    session.flush()


def told(session: Any, item: Item, user: User) -> list[str]:
    return sorted(event for user_id, event in lines(session, item) if user_id == user.id)


def moved(session: Any, item: Item, step: str, by: User) -> Change:
    from app.kinds import kind_of

    declared = kind_of(item).workflow.named(step)
    return items.move(item, step, make.actor(by), make.answers(item, declared))


def test_filing_tells_the_kelurahans_moderators_and_not_the_one_who_filed(session: Any) -> None:
    here = make.user(roles=["moderator"])
    elsewhere = make.user(roles=["moderator"], area_code=make.OTHER_KELURAHAN)
    city = make.user(roles=["coordinator"])
    author = make.user()
    item = make.item(author=author, published=False)
    assert lines(session, item) == {(here.id, "task")}
    assert told(session, item, elsewhere) == told(session, item, city) == []


def test_a_moderator_of_the_kecamatan_covers_its_kelurahan(session: Any) -> None:
    wide = make.user(roles=["moderator"], area_code=make.KECAMATAN)
    assert lines(session, make.item()) == {(wide.id, "task")}


def test_without_a_moderator_the_coordinator_hears(session: Any) -> None:
    city = make.user(roles=["coordinator"])
    assert lines(session, make.item()) == {(city.id, "task")}


def test_what_is_about_the_kelurahan_reaches_only_the_coordinator(session: Any) -> None:
    here, city = make.user(roles=["moderator"]), make.user(roles=["coordinator"])
    item = make.item(
        category_code=make.category(oversight=True, place_bound=False).code, published=False
    )
    assert item.oversight
    assert lines(session, item) == {(city.id, "task")}
    assert told(session, item, here) == []


def test_routing_tells_the_departments_officers_the_author_and_the_followers(session: Any) -> None:
    author, follower, clerk = make.user(), make.user(), make.user(roles=["moderator"])
    officer = make.user(roles=["officer"])
    other = make.user(roles=["officer"], department_code=make.OTHER_DEPARTMENT)
    item = make.item(author=author, state="verified")
    supports.follow(item, make.actor(follower))
    forget(session, item)
    moved(session, item, "route", clerk)
    assert lines(session, item) == {
        (officer.id, "task"),
        (author.id, "step"),
        (follower.id, "step"),
    }
    assert told(session, item, other) == []


def test_a_step_within_one_department_troubles_no_colleague(session: Any) -> None:
    author = make.user()
    one, two = make.user(roles=["officer"]), make.user(roles=["officer"])
    item = make.item(author=author, state="accepted")
    forget(session, item)
    moved(session, item, "start", one)
    assert lines(session, item) == {(author.id, "step")}
    assert told(session, item, two) == []


def test_a_corrected_kelurahan_hands_the_item_to_its_moderators(session: Any) -> None:
    here = make.user(roles=["moderator"])
    there = make.user(roles=["moderator"], area_code=make.OTHER_KELURAHAN)
    item = make.item(published=False)
    forget(session, item)
    items.move(item, "relocate", make.actor(here), {"area": make.OTHER_KELURAHAN})
    assert told(session, item, there) == ["task"]
    assert told(session, item, here) == []


def test_who_holds_a_seat_and_follows_is_told_once(session: Any) -> None:
    officer, clerk = make.user(roles=["officer"]), make.user(roles=["moderator"])
    item = make.item(state="verified")
    supports.follow(item, make.actor(officer))
    forget(session, item)
    moved(session, item, "route", clerk)
    assert told(session, item, officer) == ["task"]


def test_telling_again_tells_nobody_twice(session: Any) -> None:
    make.user(roles=["officer"])
    item = make.item(state="verified")
    forget(session, item)
    change = moved(session, item, "route", make.user(roles=["moderator"]))
    before = lines(session, item), len(session.scalars(MAILS).all())
    notify.step_taken(item, change)
    assert (lines(session, item), len(session.scalars(MAILS).all())) == before


def test_a_mandate_that_is_over_or_has_not_begun_hears_nothing(session: Any) -> None:
    today = date.today()
    past, future = make.user(), make.user()
    make.give(past, "moderator", valid_from=today - timedelta(9), valid_to=today - timedelta(2))
    make.give(future, "moderator", valid_from=today + timedelta(2))
    assert lines(session, make.item()) == set()


def test_a_closed_account_hears_nothing(session: Any) -> None:
    author, follower = make.user(), make.user()
    officer = make.user(roles=["officer"])
    item = make.item(author=author, state="verified")
    supports.follow(item, make.actor(follower))
    forget(session, item)
    for user in (author, follower, officer):
        user.closed_at = datetime.now(UTC)
    moved(session, item, "route", make.user(roles=["moderator"]))
    assert lines(session, item) == set()


def test_followers_hear_no_more_of_what_has_become_confidential(session: Any) -> None:
    author, follower = make.user(), make.user()
    auditor, other = make.user(roles=["auditor"]), make.user(roles=["moderator"])
    make.give(other, "moderator", area_code=make.OTHER_KELURAHAN)
    item = make.item(author=author, state="verified")
    for user in (follower, auditor):
        supports.follow(item, make.actor(user))
    item.visibility = "confidential"
    forget(session, item)
    moved(session, item, "route", other)
    assert lines(session, item) == {(author.id, "step"), (auditor.id, "step")}


def test_a_seat_the_item_is_about_hears_nothing_even_as_a_follower(session: Any) -> None:
    here, about = make.user(roles=["moderator"]), make.user(roles=["officer"])
    coordinator = make.user(roles=["coordinator"])
    item = make.item(state="verified")
    item.oversight, item.visibility = True, "confidential"
    item.subject_department_code = make.DEPARTMENT
    for user in (here, about):
        session.add(Follow(item_id=item.id, user_id=user.id))
    session.flush()
    forget(session, item)
    moved(session, item, "route", coordinator)
    assert told(session, item, here) == told(session, item, about) == []


def test_a_proposal_tells_each_level_when_it_arrives(session: Any) -> None:
    kelurahan, kecamatan = make.user(roles=["moderator"]), make.user(roles=["validator"])
    item = make.item("musrenbang")
    item.level = "kelurahan"
    forget(session, item)
    for step in ("verify", "agree", "advance"):
        assert told(session, item, kecamatan) == []
        moved(session, item, step, kelurahan)
    assert told(session, item, kecamatan) == ["task"]
    assert told(session, item, kelurahan) == []


@pytest.mark.parametrize(
    ("values", "mailed"),
    [({}, True), ({"wants_email": False}, False), ({"level": 0}, False)],
)
def test_mail_goes_to_confirmed_addresses_that_want_it(
    session: Any, values: dict[str, Any], mailed: bool
) -> None:
    clerk = make.user(roles=["moderator"], **values)
    item = make.item()
    (line,) = session.scalars(select(Notification).filter_by(item_id=item.id, user_id=clerk.id))
    assert (line.id in session.scalars(MAILS).all()) is mailed


def test_a_word_reaches_author_and_followers_but_not_its_writer(session: Any) -> None:
    author, follower, writer = make.user(), make.user(), make.user()
    item = make.item(author=author, state="verified")
    for user in (follower, writer):
        supports.follow(item, make.actor(user))
    forget(session, item)
    comments.add(item, make.actor(writer), "Setuju", key=uuid.uuid4())
    assert lines(session, item) == {(author.id, "comment"), (follower.id, "comment")}


def test_an_official_answer_says_so(session: Any) -> None:
    author, officer = make.user(), make.user(roles=["officer"])
    item = make.item(author=author, state="routed")
    forget(session, item)
    comments.add(item, make.actor(officer), "Besok kami datang", key=uuid.uuid4())
    assert lines(session, item) == {(author.id, "answer")}


def test_a_word_that_waits_for_a_moderator_is_heard_when_it_is_published(session: Any) -> None:
    author, newcomer = make.user(), make.user(level=0)
    item = make.item(author=author, state="verified")
    forget(session, item)
    comment = comments.add(item, make.actor(newcomer), "Setuju", key=uuid.uuid4())
    assert lines(session, item) == set()
    clerk = make.actor(make.user(roles=["moderator"]))
    for _twice in range(2):
        comments.publish(comment, item, clerk)
        comments.hide(comment, item, clerk, "Menyebut nama")
    assert lines(session, item) == {(author.id, "comment")}


def test_an_author_without_a_login_stops_nothing(session: Any) -> None:
    item = make.item(author=make.person())
    assert all(event == "task" for _user, event in lines(session, item))


def test_many_letters_leave_in_rounds(session: Any) -> None:
    item, clerk = make.item(state="verified"), make.user(roles=["moderator"])
    rounds = text("SELECT jsonb_array_length(args->'notification_ids') FROM procrastinate_jobs")
    session.execute(text("DELETE FROM procrastinate_jobs"))
    for _ in range(notify.LETTERS + 3):
        supports.follow(item, make.actor(make.user()))
    moved(session, item, "route", clerk)
    lengths = session.scalars(rounds).all()
    assert sum(lengths) == len(session.scalars(MAILS).all())
    assert lengths[0] == notify.LETTERS
    assert len(lengths) == 2
