"""Office time against a walker that goes minute by minute through three years."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clocks import Calendar, Special, spans_of
from tests.examples import examples

from .walker import MINUTE, ZONE, Office, utc

FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
RAMADAN = [(date(2025, 3, 1), date(2025, 3, 30)), (date(2026, 2, 19), date(2026, 3, 20)),
           (date(2027, 2, 8), date(2027, 3, 9))]  # fmt: skip
USUAL = {day: ["08:00-16:00"] for day in WEEKDAYS} | {"Fri": ["08:00-16:30"]}
LUNCH = {day: ["07:30-12:00", "13:00-16:00"] for day in WEEKDAYS} | {
    "Fri": ["07:30-11:30", "13:00-16:30"],
    "Sat": ["08:00-11:00"],
}
FASTING = {day: ["08:00-15:00"] for day in WEEKDAYS} | {"Fri": ["08:00-15:30"]}


def spans(texts):
    pairs = [text.split("-") for text in texts]
    return spans_of(*((time.fromisoformat(a), time.fromisoformat(b)) for a, b in pairs))


def pair(hours, overrides=None) -> tuple[Calendar, Office]:
    """The calendar, and a walker with the same city before its eyes."""
    numbers = {name: n for n, name in enumerate((*WEEKDAYS, "Sat", "Sun"), 1)}
    calendar = Calendar(
        overrides or {},
        {numbers[name]: spans(texts) for name, texts in hours.items()},
        tuple(
            Special(first, last, numbers[name], spans(texts))
            for first, last in RAMADAN
            for name, texts in FASTING.items()
        ),
        ZONE,
    )
    special = [(first, last, FASTING) for first, last in RAMADAN]
    return calendar, Office(hours, special, overrides or {})


CITIES = {"usual": pair(USUAL), "with a break": pair(LUNCH)}
city = st.sampled_from(list(CITIES))
days = st.dates(FIRST, LAST)
moments = st.builds(utc, days, st.integers(0, 24 * 60 - 1))
lengths = st.fractions(Fraction(1, 7), 12, max_denominator=9)
changes = st.dictionaries(st.dates(date(2026, 2, 1), date(2026, 4, 15)), st.booleans(), max_size=15)


@pytest.mark.parametrize("name", CITIES)
def test_every_minute_of_three_years_is_open_as_the_walker_says(name):
    calendar, office = CITIES[name]
    day = FIRST
    while day <= LAST:
        ours = {m for begin, end in calendar.spans(day) for m in range(begin, end)}
        assert ours == office.minutes(day), day
        assert calendar.is_working(day) == bool(ours), day
        day += timedelta(days=1)


@pytest.mark.parametrize("name", CITIES)
def test_sums_over_three_years_are_the_walkers(name):
    calendar, office = CITIES[name]
    begin, total = utc(FIRST, 0), Fraction(0)
    zero = calendar.position(begin)
    day = FIRST
    while day <= LAST:
        for minute in range(0, 24 * 60, 97):
            at = utc(day, minute)
            so_far = total + Fraction(
                sum(m < minute for m in office.minutes(day)), len(office.minutes(day)) or 1
            )
            assert Fraction(calendar.position(at) - zero, calendar.whole) == so_far, at
        total += bool(office.minutes(day))
        day += timedelta(days=1)


@examples(16)
@given(name=city, start=moments, length=lengths)
def test_a_deadline_is_where_the_walker_arrives(name, start, length):
    calendar, office = CITIES[name]
    assert calendar.after(start, length) == office.after(start, length)


@examples(14)
@given(start=st.builds(utc, st.dates(date(2026, 2, 1), date(2026, 4, 1)),
                       st.integers(0, 1439)),
       length=lengths, overrides=changes)  # fmt: skip
def test_days_the_city_changes_are_walked_as_well(start, length, overrides):
    calendar, office = pair(USUAL, overrides)
    assert calendar.after(start, length) == office.after(start, length)


@examples(14)
@given(name=city, start=moments, hours=st.integers(0, 24 * 12))
def test_time_between_is_what_the_walker_counts(name, start, hours):
    calendar, office = CITIES[name]
    end = start + timedelta(hours=hours)
    ticks = calendar.position(end) - calendar.position(start)
    assert Fraction(ticks, calendar.whole) == office.between(start, end)


@given(start=moments, one=lengths, two=lengths)
def test_more_time_never_ends_earlier_and_a_later_start_never_ends_before(start, one, two):
    calendar, _office = CITIES["usual"]
    assert calendar.after(start, one) <= calendar.after(start, one + two)
    assert calendar.after(start, one) <= calendar.after(start + timedelta(hours=5), one)
    assert calendar.after(start, one) > start


@given(start=moments, length=lengths)
def test_a_deadline_falls_into_office_hours_and_reads_back(start, length):
    calendar, office = CITIES["usual"]
    due = calendar.after(start, length)
    assert office.worth(due - MINUTE) > 0
    ticks = calendar.position(due) - calendar.position(start)
    assert 0 <= ticks - calendar.ticks(length) <= calendar.whole // 400


@given(start=moments)
def test_what_arrives_after_hours_counts_from_the_next_opening(start):
    calendar, office = CITIES["usual"]
    assert calendar.position(office.opening(start)) == calendar.position(start)
    assert calendar.is_open(start) == bool(office.worth(start))


@given(start=st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)), n=st.integers(1, 30))
def test_whole_days_end_on_the_day_that_counting_days_gives(start, n):
    calendar, office = CITIES["usual"]
    at = start.replace(tzinfo=ZONE)
    opening = office.opening(at).astimezone(ZONE)
    ends = calendar.after(at, n).astimezone(ZONE)
    whole = opening.time() == time(8)  # a day that is used from its opening ends with its closing
    assert ends.date() == calendar.add(opening.date(), n - whole)


def test_seconds_and_less_are_not_lost():
    calendar, _office = CITIES["usual"]
    monday = datetime(2026, 11, 23, 9, 0, 0, 1, tzinfo=ZONE)
    assert calendar.after(monday, 1) == datetime(2026, 11, 24, 9, 1, tzinfo=ZONE)
    assert calendar.after(monday.replace(microsecond=0), 1) == datetime(
        2026, 11, 24, 9, 0, tzinfo=ZONE
    )


def test_half_of_a_thursday_ends_at_half_of_a_long_friday():
    calendar, _office = CITIES["usual"]
    noon = datetime(2026, 11, 26, 12, 0, tzinfo=ZONE)
    assert calendar.after(noon, 1) == datetime(2026, 11, 27, 12, 15, tzinfo=ZONE)


def test_a_day_of_ramadan_is_as_long_as_any_other():
    calendar, _office = CITIES["usual"]
    noon = datetime(2026, 2, 18, 12, 0, tzinfo=ZONE)  # the day before it begins
    assert calendar.after(noon, 1) == datetime(2026, 2, 19, 11, 30, tzinfo=ZONE)


def test_a_report_of_friday_night_is_due_by_the_wednesday_after():
    calendar, _office = CITIES["usual"]
    night = datetime(2026, 11, 20, 22, 17, tzinfo=ZONE)
    assert calendar.after(night, 3) == datetime(2026, 11, 25, 16, 0, tzinfo=ZONE)


def test_absurd_years_break_nothing():
    calendar, _office = CITIES["usual"]
    assert calendar.between(date(2026, 1, 1), date.max) > 30_000
    assert calendar.closing(date.max).astimezone(ZONE).date() == date.max
    assert calendar.is_working(date(9000, 1, 1)) in (True, False)
    assert calendar.position(datetime(1, 1, 2, tzinfo=UTC)) < 0


def test_estimated_feasts_are_named_and_so_is_the_joint_leave_around_them():
    calendar, _office = CITIES["usual"]
    found = {h.day: h for h in calendar.estimated(date(2028, 1, 1), date(2028, 12, 31))}
    assert "Fitri" in found[date(2028, 2, 28)].name
    assert date(2028, 8, 17) not in found
    assert "perkiraan" not in found[date(2028, 2, 28)].name
