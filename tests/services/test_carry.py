"""What was not realised goes on into the next cycle once, with all that stood behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.access import SYSTEM
from app.queries import carried
from app.services import carry, cycles, items, supports
from app.services.answers import Refused
from app.services.cycles import Wanted
from app.workflow import NotAllowed
from models import Change, Follow, Photo, Proposal, Support
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def planner():
    return make.actor(make.user(roles=("planner",)))


def dropped(state="not_realised", **values) -> Proposal:
    return make.item("musrenbang", state=state, **values)  # type: ignore[return-value]


def carry_over(old) -> Proposal:
    items.move(old, "carry_over", planner())
    return carried_of(old)


def carried_of(old):
    from models import db

    return db.session.scalars(select(Proposal).where(Proposal.carried_from_id == old.id)).one()


def test_the_new_one_has_what_the_old_one_was_and_is_for_a_later_year():
    old = dropped(title="Drainase Gang Mawar")
    new = carry_over(old)
    assert (new.title, new.area_code, new.author_id) == (old.title, old.area_code, old.author_id)
    assert (new.cost, new.volume, new.unit) == (old.cost, old.volume, old.unit)
    assert new.plan_year == old.plan_year + 1
    assert (new.state, new.level, new.budget, new.progress) == ("submitted", "kelurahan", None, 0)
    assert (old.state, new.number != old.number) == ("not_realised", True)


def test_supporters_and_followers_come_along(session):
    old = dropped()
    for _n in range(3):
        session.add(Support(item_id=old.id, person_id=make.person().id))
    follower = make.user()
    supports.follow(old, make.actor(follower))
    session.flush()
    new = carry_over(old)
    assert new.support_count == 3
    assert follower.id in session.scalars(select(Follow.user_id).where(Follow.item_id == new.id))


def test_photos_it_was_filed_with_stand_on_both_pages(session):
    old = dropped()
    filed = select(Change).where(Change.item_id == old.id, Change.source == "")
    change = session.scalars(filed).one()
    photo = Photo(item_id=old.id, change_id=change.id, status="ready", media_name="a.jpg")
    session.add(photo)
    session.flush()
    new = carry_over(old)
    names = session.scalars(select(Photo.media_name).where(Photo.item_id == new.id)).all()
    assert names == ["a.jpg"]
    assert photo.item_id == old.id


def test_once_only():
    old = dropped()
    carry_over(old)
    with pytest.raises(NotAllowed):
        items.move(old, "carry_over", planner())


def test_what_was_carried_over_is_not_taken_up_again():
    old = dropped("deferred", at=NOW - 700 * DAY)
    carry_over(old)
    with pytest.raises(NotAllowed):
        items.move(old, "resume", planner())


def test_what_is_deferred_in_a_running_cycle_is_not_carried_over():
    old = dropped("deferred")
    with pytest.raises(Refused):
        items.move(old, "carry_over", planner())


def test_the_year_whose_kelurahan_have_finished_is_passed_over():
    old = dropped()
    year = old.plan_year + 1
    cycles.begin(year, SYSTEM)
    over = Wanted("kelurahan", "32.73", NOW - 2 * DAY, NOW - DAY)
    cycles.declare(year, [over], SYSTEM)
    assert carry_over(old).plan_year == year + 1


def test_residents_cannot_carry_over():
    old = dropped()
    with pytest.raises(NotAllowed):
        items.move(old, "carry_over", make.actor(make.user()))


def test_the_third_time_both_earlier_ones_are_named(session):
    first = dropped()
    second = carry_over(first)
    make.walk(second, "not_realised")
    third = carry_over(second)
    found = carried.history(session, third)
    assert found.times == 3
    assert [link.number for link in found.before] == [second.number, first.number]
    assert carried.history(session, first).after.number == second.number
    assert carried.history(session, dropped("verified")) is None


def test_an_earlier_one_that_is_not_public_is_counted_and_not_named(session):
    first = dropped(visibility="confidential")
    new = carry_over(first)
    found = carried.history(session, new)
    assert (found.times, found.before[0].number) == (2, "")


def test_what_can_be_carried_over_is_found_once(session):
    old, other = dropped(), dropped()
    carry_over(other)
    assert [p.id for p in carried.candidates(session, old.plan_year)] == [old.id]


def test_a_cycle_is_over_when_its_city_stage_is_or_its_year_has_begun():
    assert carry.is_over(NOW.year, NOW)
    assert not carry.is_over(NOW.year + 1, NOW)
    cycles.begin(NOW.year + 1, SYSTEM)
    over = Wanted("kota", "32.73", NOW - 2 * DAY, NOW - DAY)
    cycles.declare(NOW.year + 1, [over], SYSTEM)
    assert carry.is_over(NOW.year + 1, NOW)
