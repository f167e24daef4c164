"""When a stage is open: the narrowest window wins, to the second, and reopening adds to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access import SYSTEM
from app.queries import cycle_words, cycles
from app.queries.cycles import Timetable, Window, chain
from app.services import cycles as service
from app.services.cycles import Wanted
from tests import factories as make

DAY = datetime(2027, 1, 10, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CITY = "32.73"
AREAS = (CITY, make.KECAMATAN, make.KELURAHAN, "32.73.02.1001", make.OTHER_KELURAHAN)
OTHER_IN_KECAMATAN = "32.73.02.1001"

instants = st.integers(0, 60).map(lambda hours: DAY + timedelta(hours=hours))


@st.composite
def windows(draw, number: int = 1) -> Window:
    first = draw(instants)
    last = first + timedelta(hours=draw(st.integers(1, 20)))
    area, act = draw(st.sampled_from(AREAS)), draw(st.sampled_from(("set", "reopen")))
    reason = "banjir" if act == "reopen" else ""
    return Window(draw(st.integers(1, 9)), 2028, "rembug_warga", area, act, first, last, reason,
                  "planner", DAY)  # fmt: skip


def opened(area: str, first: datetime, last: datetime, stage: str = "rembug_warga") -> Wanted:
    return Wanted(stage, area, first, last)


def cycle(plan_year: int = 2028) -> int:
    return service.begin(plan_year, SYSTEM).plan_year


def test_an_area_lies_in_what_its_code_begins_with():
    assert chain(make.KELURAHAN) == (CITY, make.KECAMATAN, make.KELURAHAN)
    assert chain(CITY) == (CITY,)


@given(st.lists(windows(), max_size=7), st.sampled_from(AREAS), instants)
def test_the_narrowest_declared_area_decides_and_reopening_only_adds(declared, area, at):
    table = Timetable.of(declared, area)
    around = [w for w in declared if area == w.area_code or area.startswith(f"{w.area_code}.")]
    base = [w for w in around if w.act == "set"]
    if not base:
        assert table.windows == ()
        assert table.is_open(at)
        return
    depth = max(len(w.area_code) for w in base)
    mine = [w for w in base if len(w.area_code) == depth]
    again = [w for w in around if w.act == "reopen"]
    assert table.is_open(at) == any(w.opens_at <= at <= w.closes_at for w in mine + again)


@given(st.lists(windows(), min_size=1, max_size=7), st.sampled_from(AREAS), instants)
def test_the_window_that_governs_is_open_or_next_or_last(declared, area, at):
    table = Timetable.of(declared, area)
    found = table.governs(at)
    if found is None:
        assert not table.windows
    elif found.holds(at):
        assert table.is_open(at)
    elif found.opens_at > at:
        assert not any(w.holds(at) or at < w.opens_at < found.opens_at for w in table.windows)
    else:
        assert table.is_over(at)
        assert found.closes_at == max(w.closes_at for w in table.windows)


def test_the_last_second_counts_and_the_next_does_not(session):
    year, last = cycle(), DAY + timedelta(days=8)
    service.declare(year, [opened(CITY, DAY, last)], SYSTEM)
    asked = (session, year, "rembug_warga", make.KELURAHAN)
    assert not cycles.is_open(*asked, DAY - SECOND)
    assert cycles.is_open(*asked, DAY)
    assert cycles.is_open(*asked, last)
    assert not cycles.is_open(*asked, last + SECOND)


def test_a_kelurahan_s_own_window_stands_before_the_kecamatan_s_and_the_city_s(session):
    year = cycle()
    days = [DAY + timedelta(days=n) for n in range(7)]
    service.declare(
        year,
        [
            opened(CITY, days[0], days[1]),
            opened(make.KECAMATAN, days[2], days[3]),
            opened(make.KELURAHAN, days[4], days[5]),
        ],
        SYSTEM,
    )
    found = {
        area: cycles.window(session, year, "rembug_warga", area, DAY - SECOND)
        for area in (make.KELURAHAN, OTHER_IN_KECAMATAN, make.OTHER_KELURAHAN)
    }
    assert {area: w.area_code for area, w in found.items()} == {
        make.KELURAHAN: make.KELURAHAN,
        OTHER_IN_KECAMATAN: make.KECAMATAN,
        make.OTHER_KELURAHAN: CITY,
    }


def test_where_nothing_is_declared_a_stage_is_open(session):
    year = cycle()
    assert cycles.is_open(session, year, "kecamatan", make.KELURAHAN, DAY)
    assert cycles.window(session, year, "kecamatan", make.KELURAHAN, DAY) is None


def test_a_window_taken_back_leaves_what_is_around_it(session):
    year = cycle()
    last = DAY + timedelta(days=1)
    soon = datetime.now(UTC) + timedelta(days=900)
    service.declare(year, [opened(CITY, DAY, last)], SYSTEM)
    (own,) = service.declare(year, [opened(make.KELURAHAN, soon, soon + timedelta(days=1))], SYSTEM)
    asked = (session, year, "rembug_warga", make.KELURAHAN)
    assert not cycles.is_open(*asked, DAY)
    service.withdraw(own.id, SYSTEM, "salah kelurahan")
    assert cycles.is_open(*asked, DAY)


def test_the_year_filed_for_is_the_one_whose_window_is_open(session):
    cycle(2027), cycle(2028)
    day = timedelta(days=1)
    service.declare(2027, [opened(CITY, DAY - 400 * day, DAY - 380 * day)], SYSTEM)
    service.declare(2028, [opened(CITY, DAY, DAY + 8 * day)], SYSTEM)
    year = lambda at: cycles.filing_year(session, "rembug_warga", make.KELURAHAN, at)  # noqa: E731
    assert year(DAY - 390 * day) == 2027
    assert year(DAY - 100 * day) == 2028  # in 2026: the usual 2027 is over, 2028 opens next
    assert year(DAY + day) == 2028
    assert year(DAY + 20 * day) == 2028


def test_without_a_calendar_proposals_are_for_the_year_after(session):
    assert cycles.filing_year(session, "rembug_warga", make.KELURAHAN, DAY) == 2028


def test_the_current_cycle_is_the_running_one_else_the_next_else_the_latest(session):
    cycle(2027), cycle(2028)
    day = timedelta(days=1)
    service.declare(2027, [opened(CITY, DAY - 400 * day, DAY - 380 * day)], SYSTEM)
    service.declare(2028, [opened(CITY, DAY, DAY + 8 * day)], SYSTEM)
    years = [
        cycles.current(session, when).plan_year
        for when in (date(2025, 12, 10), date(2026, 6, 1), date(2027, 1, 12), date(2027, 9, 1))
    ]
    assert years == [2027, 2028, 2028, 2028]


def test_the_message_says_when_it_closed_and_when_it_opens_again(app):
    with app.test_request_context("/?bahasa=en"):
        last = Window(1, 2028, "rembug_warga", make.KELURAHAN, "set", DAY,
                      datetime(2027, 1, 18, 9, tzinfo=UTC), "", "planner", DAY)  # fmt: skip
        again = Window(2, 2028, "rembug_warga", make.KELURAHAN, "reopen",
                       datetime(2027, 1, 20, 1, tzinfo=UTC), datetime(2027, 1, 22, 9, tzinfo=UTC),
                       "banjir", "planner", DAY)  # fmt: skip
        table = Timetable((last, again))
        text = cycle_words.closed(
            "rembug_warga", make.KELURAHAN, table, DAY + 9 * timedelta(days=1)
        )
    assert "Rembug Warga" in text
    assert "18 January 2027" in text
    assert "16.00" in text
    assert "20 January 2027" in text
    assert "08.00" in text


@pytest.mark.parametrize("level", cycles.LEVEL_STAGES)
def test_every_level_has_the_stage_of_its_name(level):
    assert cycles.stage_of(level) in cycles.LEVEL_STAGES[level]
