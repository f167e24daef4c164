"""Watches: who hears of what, how often, and how it stops."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.jobs.watching import mail_digest
from app.queries import watching as read
from app.services import digests, items, supports, watching
from models import Change, Notification, User, WatchNews, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
HERE = (107.6137, -6.8850)


def watch(user=None, outline=None, **values):
    wanted = {"name": "Sekitar rumah", "kind": None, "category_code": None, "metres": None,
              "area_code": None if outline is not None else make.KELURAHAN, "pace": "instant",
              "finished": True}  # fmt: skip
    owner = user or make.user()
    return watching.add(make.actor(owner), wanted | values, outline)


def filed(**given):
    """A complaint that a moderator has just published; the watches have been told."""
    lon, lat = HERE
    item = make.item("lapor", published=False, **({"lon": lon, "lat": lat} | given))
    change = items.move(item, "verify", make.everybody(item))
    watching.tell(change.id)
    return item


def followed(user):
    """An item that somebody follows and that moves on."""
    item = make.item("lapor", state="verified")
    supports.follow(item, make.actor(user))
    items.move(item, "route", make.everybody(item), {"department": make.DEPARTMENT})
    return item


def lines(owner):
    query = select(Notification.item_id).where(
        Notification.user_id == owner.user_id, Notification.event == "watch"
    )
    return db.session.scalars(query).all()


def test_whoever_watches_an_area_hears_of_what_appears_in_it_and_not_elsewhere():
    here, district = watch(), watch(area_code=make.KECAMATAN)
    away = watch(area_code=make.OTHER_KELURAHAN)
    item = filed()
    assert lines(here) == lines(district) == [item.id]
    assert lines(away) == []


def test_a_circle_and_an_outline_hear_of_what_lies_inside_them():
    near = watch(outline=read.circle(db.session(), HERE, 300), metres=300)
    far = watch(outline=read.circle(db.session(), (HERE[0] + 0.02, HERE[1]), 300), metres=300)
    lon, lat = HERE
    corners = [(lon - 0.01, lat - 0.01), (lon + 0.01, lat - 0.01), (lon, lat + 0.01)]
    drawn = watch(outline=read.outline(db.session(), corners))
    item = filed()
    assert lines(near) == lines(drawn) == [item.id]
    assert lines(far) == []


def test_a_category_and_a_service_narrow_a_watch():
    same = watch(category_code=make.category().code, kind="lapor")
    other, ideas = watch(category_code="pkl"), watch(kind="badami")
    filed(category_code=make.category().code)
    assert len(lines(same)) == 1
    assert lines(other) == lines(ideas) == []


def test_confidential_items_are_news_for_nobody():
    owner = watch()
    filed(visibility="confidential")
    assert lines(owner) == []
    daily = watch(pace="daily")
    filed(visibility="confidential")
    assert db.session.scalars(select(WatchNews).where(WatchNews.watch_id == daily.id)).all() == []


def test_telling_twice_tells_once_and_followers_hear_only_as_followers():
    owner = watch()
    item = filed()
    change = items.move(item, "route", make.everybody(item), {"department": make.DEPARTMENT})
    watching.tell(change.id)
    watching.tell(change.id)
    assert lines(owner) == [item.id]
    follower = make.user()
    watching_too = watch(follower)
    other = make.item("lapor", follower, published=False, lon=HERE[0], lat=HERE[1])
    other.author_id = make.user().person_id  # the first one goes on following
    watching.tell(items.move(other, "verify", make.everybody(other)).id)
    assert lines(watching_too) == []


def test_the_author_of_an_item_is_not_told_of_it_as_a_watcher():
    author = make.user()
    mine = watch(author)
    item = make.item("lapor", author, published=False, lon=HERE[0], lat=HERE[1])
    watching.tell(items.move(item, "verify", make.everybody(item)).id)
    assert lines(mine) == []


def test_what_is_finished_is_told_to_those_who_want_it():
    wants, not_that = watch(), watch(finished=False)
    item = filed(state="received")
    make.walk(item, "working")
    make.walk(item, "resolved", department_code=item.department_code)
    last = db.session.scalars(
        select(Change).where(Change.item_id == item.id).order_by(Change.seq.desc())
    ).first()
    watching.tell(last.id)
    assert lines(wants) == [item.id, item.id]
    assert lines(not_that) == [item.id]


def test_a_daily_watch_waits_for_the_letter_of_the_day_and_is_told_once():
    owner = watch(pace="daily")
    item = filed()
    assert lines(owner) == []
    assert owner.user_id in digests.readers()
    letter, news = digests.letter(owner.user_id, 1)
    assert item.number in letter.body
    assert item.title in letter.body
    assert owner.name in letter.body
    digests.sent(news)
    assert owner.user_id not in digests.readers()


def test_whoever_wants_one_letter_a_day_gets_what_they_follow_in_it_and_no_other():
    user = make.user(mail_pace="daily")
    item = followed(user)
    assert user.id in digests.readers()
    letter, news = digests.letter(user.id, 1)
    assert item.number in letter.body
    digests.sent(news)
    assert digests.letter(user.id, 2)[0] is None


def test_of_a_confidential_item_the_letter_of_the_day_says_only_its_number():
    user = make.user(mail_pace="daily")
    item = followed(user)
    item.visibility, item.author_id = "confidential", user.person_id
    db.session.flush()
    letter, _news = digests.letter(user.id, 1)
    assert item.number in letter.body
    assert item.title not in letter.body


def test_what_became_confidential_after_it_was_noted_is_not_in_the_letter():
    owner = watch(pace="daily")
    item = filed()
    item.visibility = "confidential"
    db.session.flush()
    assert digests.letter(owner.user_id, 1)[0] is None
    mail_digest(owner.user_id, 1)
    assert owner.user_id not in digests.readers()


def test_a_link_stops_what_it_says_and_a_changed_one_nothing():
    user = make.user()
    owner = watch(user)
    token = watching.stop_token(user, "watch", owner.id)
    assert watching.read_token(token + "x") is None
    watching.stop(*watching.read_token(token))
    assert read.mine(db.session(), user.id) == []
    watching.stop(*watching.read_token(watching.stop_token(user, "mail")))
    assert db.session.get_one(User, user.id).wants_email is False


def test_nobody_stops_the_watch_of_somebody_else():
    owner = watch()
    assert watching.remove(make.actor(make.user()), owner.id) is False


def test_twenty_watches_are_enough():
    user = make.user()
    for _n in range(watching.MOST):
        watch(user)
    with pytest.raises(watching.TooMany):
        watch(user)


def test_an_outline_that_crosses_itself_is_mended_and_a_line_is_none():
    lon, lat = HERE
    bow = [(lon, lat), (lon + 0.01, lat + 0.01), (lon + 0.01, lat), (lon, lat + 0.01)]
    assert read.outline(db.session(), bow) is not None
    assert read.outline(db.session(), [(lon, lat), (lon + 0.01, lat), (lon + 0.02, lat)]) is None
    assert read.outline(db.session(), [(0, 0), (90, 0), (90, 80)]) is None
