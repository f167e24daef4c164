"""Who works beside whom: as the rules say it, for every role and every sort of item."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.access import may
from app.queries import colleagues
from models import db
from tests import factories as make
from tests.tables import ITEMS, PEOPLE

pytestmark = pytest.mark.usefixtures("session")


@pytest.mark.parametrize("sort", ITEMS)
def test_those_who_can_be_named_in_a_note_are_exactly_those_who_may_read_it(sort):
    people = [make.user(**facts) for facts in PEOPLE.values()]
    both = make.user(roles=("moderator", "officer"))
    item = make.item("lapor", **{"department_code": make.DEPARTMENT} | ITEMS[sort])
    offered = {person.user_id for person in colleagues.readers(item)}
    allowed = {user.id for user in (*people, both) if may(make.actor(user), "read_notes", item)}
    assert offered == allowed
    assert both.id in offered


def test_a_seat_is_shared_by_those_who_hold_it_today_and_have_an_account():
    today = date.today()
    here, later, over, closed = (make.user() for _ in range(4))
    make.give(here, "officer")
    make.give(later, "officer", valid_from=today + timedelta(days=2))
    make.give(over, "officer", valid_from=today - timedelta(days=9), valid_to=today - timedelta(2))
    make.give(closed, "officer")
    closed.closed_at = closed.confirmed_at
    make.user(roles=("officer",), department_code=make.OTHER_DEPARTMENT)
    found = colleagues.on_seat(f"officer:{make.DEPARTMENT}")
    assert [person.user_id for person in found] == [here.id]


def test_a_seat_over_the_whole_city_is_found_by_its_name_too():
    boss = make.user(roles=("coordinator",))
    (seat,) = make.actor(boss).seats
    assert boss.id in {person.user_id for person in colleagues.on_seat(seat.name)}
    beside = colleagues.beside(db.session(), [seat.name])
    assert boss.id in {person.user_id for person in beside.people}
    assert {person.seat for person in beside.people} == {seat.name}
