"""Deciding about windows: kept with seat and reason, never to the harm of what came in time."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.access import SYSTEM
from app.kinds import KINDS
from app.queries import cycles as queries
from app.services import before, cycles, items
from app.services.answers import Refused
from app.services.cycles import Changed, Unfit, Wanted
from app.workflow import NotAllowed
from models import CycleWindow, db
from tests import factories as make

pytestmark = pytest.mark.usefixtures("session")
NOW = datetime.now(UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
CITY = "32.73"
YEAR = NOW.year + 1


def planner():
    return make.actor(make.user(roles=("planner",)))


def window(area=CITY, stage="rembug_warga", first=NOW - DAY, last=NOW + DAY):
    return Wanted(stage, area, first, last)


def declared(*wanted, actor=None, **more):
    cycles.begin(YEAR, SYSTEM)
    return cycles.declare(YEAR, wanted or [window()], actor or SYSTEM, **more)


def filed(at, area=make.KELURAHAN):
    who = make.user()
    return items.file(
        KINDS["musrenbang"], make.actor(who), uuid.uuid4(), make.values("musrenbang", area), at=at
    )


def test_a_decision_keeps_seat_and_reason(session):
    (row,) = declared(actor=planner(), reason="Perwal 12")
    assert (row.seat, row.reason, row.act) == ("planner", "Perwal 12", "set")


def test_only_planners_decide():
    cycles.begin(YEAR, SYSTEM)
    moderator = make.actor(make.user(roles=("moderator",)))
    with pytest.raises(NotAllowed):
        cycles.declare(YEAR, [window()], moderator)


def test_decisions_cannot_be_rewritten(session):
    (row,) = declared()
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text("UPDATE cycle_window SET reason = 'x' WHERE id = :id"), {"id": row.id})


def test_a_later_decision_replaces_an_earlier_one_and_both_are_kept(session):
    (first,) = declared()
    (second,) = declared(window(last=NOW + 3 * DAY))
    assert second.replaces_id == first.id
    assert [w.id for w in queries.standing(session)] == [second.id]
    assert len(session.scalars(select(CycleWindow)).all()) == 2


def test_the_same_dates_again_change_nothing():
    declared()
    assert declared() == []


def test_what_is_open_cannot_have_closed_before_now():
    declared()
    with pytest.raises(Unfit):
        declared(window(last=NOW - SECOND), at=NOW)


def test_what_is_over_stays_over_until_it_is_opened_again():
    declared(window(first=NOW - 3 * DAY, last=NOW - DAY))
    with pytest.raises(Unfit):
        declared(window(first=NOW - 3 * DAY, last=NOW + DAY))


def test_stages_of_the_departments_are_for_the_whole_city():
    with pytest.raises(Unfit):
        declared(window(make.KECAMATAN, "forum_opd"))


def test_two_planners_at_once_do_not_write_over_each_other():
    declared()
    seen = cycles.latest_decision(YEAR)
    declared(window(last=NOW + 2 * DAY), seen=seen)
    with pytest.raises(Changed):
        declared(window(last=NOW + 3 * DAY), seen=seen)


def test_all_windows_or_none(session):
    with pytest.raises(Unfit), session.begin_nested():
        declared(window(), window(make.KECAMATAN, first=NOW, last=NOW - DAY))
    assert queries.standing(session) == []


def test_reopening_wants_a_reason_and_a_time_to_come():
    declared(window(first=NOW - 3 * DAY, last=NOW - DAY))
    for want, why in ((window(), "  "), (window(last=NOW - SECOND), "banjir")):
        with pytest.raises(Unfit):
            cycles.reopen(YEAR, want, SYSTEM, why, at=NOW)


def test_reopening_lets_in_again_and_says_why(session):
    declared(window(first=NOW - 3 * DAY, last=NOW - DAY))
    row = cycles.reopen(YEAR, window(make.KECAMATAN), planner(), "Banjir di Coblong")
    assert filed(NOW).plan_year == YEAR
    assert row.reason == "Banjir di Coblong"
    with pytest.raises(Refused):
        filed(NOW, make.OTHER_KELURAHAN)


def test_nothing_is_reopened_where_nothing_was_declared():
    cycles.begin(YEAR, SYSTEM)
    with pytest.raises(Unfit):
        cycles.reopen(YEAR, window(), SYSTEM, "banjir")


def test_filing_counts_to_the_last_second_by_the_clock_of_the_server():
    last = NOW + DAY
    declared(window(last=last))
    assert filed(last).state == "submitted"
    with pytest.raises(before.Closed) as refused:
        filed(last + SECOND)
    assert "Rembug Warga" in refused.value.args[1]


def test_a_proposal_is_for_the_year_whose_window_is_open():
    cycles.begin(YEAR + 1, SYSTEM)
    declared(window(first=NOW - 9 * DAY, last=NOW - 8 * DAY))
    cycles.declare(YEAR + 1, [window()], SYSTEM)
    assert filed(NOW).plan_year == YEAR + 1


def test_other_kinds_know_no_window():
    declared(window(first=NOW + DAY, last=NOW + 2 * DAY))
    who = make.user()
    item = items.file(KINDS["lapor"], make.actor(who), uuid.uuid4(), make.values("lapor"), at=NOW)
    assert item.state == "received"


def at_level(level):
    item = make.item("musrenbang")
    item.level = level
    db.session.flush()
    return item


def test_a_level_decides_only_while_its_stage_is_open(session):
    item = at_level("kelurahan")
    moderator = make.actor(make.user(roles=("moderator",)))
    declared(window(make.KELURAHAN, "kelurahan", NOW + DAY, NOW + 3 * DAY))
    with pytest.raises(before.Closed):
        items.move(item, "verify", moderator)
    items.move(item, "verify", moderator, arrived=NOW + 2 * DAY)
    assert item.state == "verified"


def test_what_arrived_in_time_counts_however_late_it_is_taken(session):
    item = at_level("kelurahan")
    moderator = make.actor(make.user(roles=("moderator",)))
    declared(window(make.KELURAHAN, "kelurahan", NOW - DAY, NOW - SECOND))
    items.move(item, "verify", moderator, arrived=NOW - SECOND)
    assert item.state == "verified"


def test_what_was_agreed_in_time_is_passed_on_after_the_close_and_nothing_else_is_decided(session):
    item = at_level("kelurahan")
    moderator = make.actor(make.user(roles=("moderator",)))
    items.move(item, "verify", moderator)
    items.move(item, "agree", moderator)
    late = at_level("kelurahan")
    items.move(late, "verify", moderator)
    declared(window(make.KELURAHAN, "kelurahan", NOW - DAY, NOW - SECOND))
    with pytest.raises(before.Closed):
        items.move(late, "agree", moderator)
    items.move(item, "advance", moderator)
    assert (item.level, item.state) == ("kecamatan", "submitted")


def test_what_the_rw_asked_for_is_checked_in_the_stage_of_the_kelurahan():
    item = at_level("rw")
    moderator = make.actor(make.user(roles=("moderator",)))
    declared(
        window(first=NOW - 3 * DAY, last=NOW - 2 * DAY),
        window(stage="kelurahan", first=NOW - DAY, last=NOW + DAY),
    )
    items.move(item, "verify", moderator)
    assert item.state == "verified"


def test_corrections_and_withdrawing_are_always_open():
    author = make.user()
    item = make.item("musrenbang", author)
    declared(window(first=NOW - 3 * DAY, last=NOW - DAY),
             window(stage="kelurahan", first=NOW - 3 * DAY, last=NOW - DAY))  # fmt: skip
    moderator = make.actor(make.user(roles=("moderator",)))
    with pytest.raises(before.Closed):
        items.move(item, "verify", moderator)
    items.move(item, "withdraw", make.actor(author), {"reason": "solved_itself"})
    assert item.state == "withdrawn"


def test_departments_decide_by_the_city_s_window():
    item = at_level("kota")
    declared(window(stage="kota", first=NOW + DAY, last=NOW + 2 * DAY))
    with pytest.raises(before.Closed):
        items.move(item, "verify", planner())


def test_staggering_moves_each_area_by_the_same_days():
    areas = ["32.73.01", "32.73.02", "32.73.03"]
    found = cycles.staggered(window(), areas, 2)
    assert [w.area_code for w in found] == areas
    assert [w.opens_at - found[0].opens_at for w in found] == [0 * DAY, 2 * DAY, 4 * DAY]


def test_a_copy_of_last_year_keeps_the_weekdays():
    declared(window(first=NOW - 3 * DAY, last=NOW - DAY), window(stage="kota"))
    copied = cycles.from_year(YEAR, YEAR + 1)
    assert {w.stage for w in copied} == {"rembug_warga", "kota"}
    rembug = next(w for w in copied if w.stage == "rembug_warga")
    there = rembug.opens_at.tzinfo  # after five in the afternoon of UTC it is tomorrow in the city
    assert rembug.opens_at.weekday() == (NOW - 3 * DAY).astimezone(there).weekday()
    assert rembug.opens_at - (NOW - 3 * DAY) == timedelta(weeks=52)
