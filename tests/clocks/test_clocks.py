"""The working calendar against one that walks day by day and knows nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clocks import Calendar

FIRST, LAST = date(2024, 7, 1), date(2027, 6, 30)
DAY = timedelta(days=1)

# Days everybody can look up: New Year, Idulfitri and its joint leave, Independence Day, Christmas.
FREE = [
    date(2025, 1, 1),
    date(2025, 3, 31),
    date(2025, 4, 2),
    date(2025, 8, 17),
    date(2025, 12, 25),
    date(2026, 3, 20),
    date(2026, 12, 25),
]


def _free_days() -> set[date]:
    free = set()
    for year in range(FIRST.year - 1, LAST.year + 2):
        for category in ("public", "government"):
            free |= set(holidays.Indonesia(years=year, categories=(category,)))
    return free


NATIONAL = _free_days()
days = st.dates(FIRST, LAST)
changes = st.dictionaries(days, st.booleans(), max_size=12)


def worked(day: date, overrides: dict[date, bool]) -> bool:
    if day in overrides:
        return overrides[day]
    return day.isoweekday() <= 5 and day not in NATIONAL


def walk(start: date, count: int, overrides: dict[date, bool]) -> date:
    day, left = start, count
    while left > 0:
        day = day + DAY
        if worked(day, overrides):
            left -= 1
    return day


def counted(start: date, end: date, overrides: dict[date, bool]) -> int:
    day, found = start, 0
    while day < end:
        day = day + DAY
        found += worked(day, overrides)
    return found


@pytest.mark.parametrize("day", FREE)
def test_holidays_and_joint_leave_are_free(day):
    assert not Calendar().is_working(day)


def test_an_ordinary_week_has_five_working_days():
    monday = date(2026, 11, 23)
    assert [Calendar().is_working(monday + n * DAY) for n in range(7)] == [True] * 5 + [False] * 2


def test_every_day_of_three_years_is_as_the_walker_says():
    day = FIRST
    while day <= LAST:
        assert Calendar().is_working(day) == worked(day, {}), day
        day += DAY


@given(start=days, count=st.integers(0, 80), overrides=changes)
def test_adding_days_is_walking_them(start, count, overrides):
    assert Calendar(overrides).add(start, count) == walk(start, count, overrides)


@given(start=days, length=st.integers(0, 200), overrides=changes)
def test_days_between_are_those_a_walker_counts(start, length, overrides):
    end = start + length * DAY
    assert Calendar(overrides).between(start, end) == counted(start, end, overrides)


@given(start=days, count=st.integers(0, 80), overrides=changes)
def test_between_undoes_add(start, count, overrides):
    calendar = Calendar(overrides)
    assert calendar.between(start, calendar.add(start, count)) == count


@given(start=days, count=st.integers(1, 60), overrides=changes)
def test_a_promise_falls_on_a_working_day(start, count, overrides):
    calendar = Calendar(overrides)
    assert calendar.is_working(calendar.add(start, count))


@given(one=days, other=days, overrides=changes)
def test_between_is_the_same_backwards_with_the_sign_turned(one, other, overrides):
    calendar = Calendar(overrides)
    assert calendar.between(one, other) == -calendar.between(other, one)


@given(one=days, two=days, three=days, overrides=changes)
def test_between_adds_up(one, two, three, overrides):
    calendar, (a, b, c) = Calendar(overrides), sorted((one, two, three))
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)


@given(start=days, count=st.integers(0, 60))
def test_a_day_more_never_ends_earlier(start, count):
    calendar = Calendar()
    assert calendar.add(start, count) < calendar.add(start, count + 1)
    assert calendar.add(start, count) <= calendar.add(start + DAY, count)


def test_a_city_works_on_a_holiday_or_rests_when_it_says_so():
    saturday, monday = date(2026, 11, 21), date(2026, 11, 23)
    calendar = Calendar({saturday: True, monday: False})
    assert calendar.is_working(saturday)
    assert not calendar.is_working(monday)
    assert calendar.add(date(2026, 11, 20), 2) == date(2026, 11, 24)


def test_a_negative_number_of_days_is_refused():
    with pytest.raises(ValueError, match="negative"):
        Calendar().add(FIRST, -1)
