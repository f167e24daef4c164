"""Office time of a city: which days are worked, from when to when, and sums with both.

Every working day counts exactly one, however long the office is open: a deadline of three working
days given on a Thursday at half of the day ends at half of the third working day after, be it a
long Friday or a short day of Ramadan.  Sums are made in whole numbers (*ticks*), never in floats.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fractions import Fraction
from functools import cached_property
from math import lcm

from .national import Holiday, national

EPOCH = 2020  # positions count from the first working day of this year
FIRST_YEAR, LAST_YEAR = 1970, 2150  # beyond these nothing is promised
SECOND = 1_000_000  # microseconds
MINUTE = 60 * SECOND
LAST_MINUTE = time(23, 59)

Spans = tuple[tuple[int, int], ...]  # minutes of the day between which the office is open

USUAL: Mapping[int, Spans] = dict.fromkeys(range(1, 6), ((8 * 60, 16 * 60),))


@dataclass(frozen=True)
class Special:
    """Other hours on one weekday (1 = Monday) from ``first_day`` to ``last_day``: Ramadan."""

    first_day: date
    last_day: date
    weekday: int
    spans: Spans
    name: str = ""
    estimated: bool = False


@dataclass(frozen=True)
class Year:
    """The working days of a year as ordinals, in order, with hours and minutes of each."""

    days: tuple[int, ...]
    spans: tuple[Spans, ...]
    minutes: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Calendar:
    """When the city works: hours by weekday, less holidays, changed by the city's own order.

    ``overrides`` maps a date to True (worked although a holiday or a weekend, with the hours of
    the first working weekday when its own has none) or False (free by local order).  ``hours``
    maps a weekday (1 = Monday) to its spans.  Positions are ticks of office time; ``whole`` ticks
    are one working day.
    """

    overrides: Mapping[date, bool] = field(default_factory=dict)
    hours: Mapping[int, Spans] = field(default_factory=lambda: USUAL)
    special: tuple[Special, ...] = ()
    zone: tzinfo = UTC
    _years: dict[int, Year] = field(default_factory=dict, init=False, repr=False, compare=False)
    _starts: dict[int, int] = field(
        default_factory=lambda: {EPOCH: 0}, init=False, repr=False, compare=False
    )

    # Days -------------------------------------------------------------------------------------

    def is_working(self, day: date) -> bool:
        """Is this day worked?"""
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            return day.isoweekday() in self.hours
        year, ordinal = self._year(day.year), day.toordinal()
        at = bisect_left(year.days, ordinal)
        return at < len(year.days) and year.days[at] == ordinal

    def add(self, start: date, days: int) -> date:
        """The day on which ``days`` working days after ``start`` are over (the start not counted).

        Raises ValueError for a negative number of days.
        """
        if days < 0:
            raise ValueError("days must not be negative")
        if days == 0:
            return start
        return self._day(self._rank(start + timedelta(days=1)) + days - 1)

    def between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and with ``end``; negative when ``end`` is before."""
        return self._rank(_next(end)) - self._rank(_next(start))

    def holiday(self, day: date) -> Holiday | None:
        """The national holiday of that day, if it has one and the city keeps it."""
        found = national(day.year).get(day)
        return None if self.overrides.get(day) else found

    def estimated(self, first: date, last: date) -> list[Holiday]:
        """Feasts from ``first`` to ``last`` that would be worked days, and may still move."""
        found = [
            holiday
            for year in range(first.year, last.year + 1)
            for holiday in national(year).values()
            if holiday.estimated and first <= holiday.day <= last
        ]
        ours = [h for h in found if h.day not in self.overrides]
        return sorted((h for h in ours if h.day.isoweekday() in self.hours), key=lambda h: h.day)

    # Hours ------------------------------------------------------------------------------------

    def spans(self, day: date) -> Spans:
        """From when to when the office is open on that day; empty when it is not worked."""
        year, ordinal = self._year(day.year), day.toordinal()
        at = bisect_left(year.days, ordinal)
        found = at < len(year.days) and year.days[at] == ordinal
        return year.spans[at] if found else ()

    def is_open(self, moment: datetime) -> bool:
        """Is the office open at that moment?"""
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(begin <= minute < end for begin, end in self.spans(local.date()))

    def closing(self, day: date) -> datetime:
        """When the office closes on that day; the last minute of a day that is not worked."""
        inside = FIRST_YEAR <= day.year <= LAST_YEAR
        if inside and (spans := self.spans(day)):
            return self._moment(day, spans[-1][1])
        return datetime.combine(day, LAST_MINUTE, self.zone).astimezone(UTC)

    def midnight_after(self, moment: datetime) -> datetime:
        """When the city day of that moment is over: from then on its promise is broken."""
        day = _next(moment.astimezone(self.zone).date())
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    # Sums -------------------------------------------------------------------------------------

    @cached_property
    def whole(self) -> int:
        """Ticks of a working day: divisible by every length in use, and by four."""
        lengths = {_length(spans) for spans in self.hours.values()}
        lengths |= {_length(special.spans) for special in self.special}
        return lcm(*lengths) * 4 * MINUTE

    def position(self, moment: datetime) -> int:
        """Office time from the epoch to that moment, in ticks; exact to the microsecond."""
        local = moment.astimezone(self.zone)
        year = self._years.get(local.year)
        if year is None:
            if not FIRST_YEAR <= local.year <= LAST_YEAR:
                return self._rank(local.date()) * self.whole
            year = self._year(local.year)
        ordinal, days = local.toordinal(), year.days
        at = bisect_left(days, ordinal)
        ticks = (self._start(local.year) + at) * self.whole
        if at == len(days) or days[at] != ordinal:
            return ticks
        passed = ((local.hour * 60 + local.minute) * 60 + local.second) * SECOND
        passed += local.microsecond
        open_for = 0
        for begin, end in year.spans[at]:
            if passed > begin * MINUTE:
                open_for += min(passed, end * MINUTE) - begin * MINUTE
        return ticks + open_for * (self.whole // (year.minutes[at] * MINUTE))

    def moment(self, position: int) -> datetime:
        """The first full minute (UTC) at which so much office time has passed since the epoch."""
        whole = self.whole
        rank = (position - 1) // whole
        year, at = self._place(rank)
        left = -(-(position - rank * whole) * year.minutes[at] // whole)
        for begin, end in year.spans[at]:
            if left <= end - begin:
                break
            left -= end - begin
        midnight = datetime.fromordinal(year.days[at]).replace(tzinfo=self.zone)
        return (midnight + timedelta(minutes=begin + left)).astimezone(UTC)

    def after(self, moment: datetime, days: int | Fraction) -> datetime:
        """The moment at which ``days`` working days have passed since ``moment``."""
        return self.moment(self.position(moment) + self.ticks(days)) if days else moment

    def ticks(self, days: int | Fraction) -> int:
        """So many working days as ticks, rounded up."""
        return -(-days * self.whole // 1)

    # Years ------------------------------------------------------------------------------------

    def _year(self, number: int) -> Year:
        found = self._years.get(number)
        if found is None:
            found = self._years[number] = self._made(number)
        return found

    def _made(self, number: int) -> Year:
        free = national(number)
        first, last = date(number, 1, 1).toordinal(), date(number, 12, 31).toordinal()
        special = [s for s in self.special if s.first_day.year <= number <= s.last_day.year]
        rows = []
        for ordinal in range(first, last + 1):
            day = date.fromordinal(ordinal)
            worked = self.overrides.get(day)
            if worked is None:
                worked = day.isoweekday() in self.hours and day not in free
            if worked:
                spans = self._spans(day, special)
                rows.append((ordinal, spans, _length(spans)))
        days, spans_, minutes = zip(*rows, strict=True) if rows else ((), (), ())
        return Year(days, spans_, minutes)

    def _spans(self, day: date, special: list[Special]) -> Spans:
        weekday = day.isoweekday()
        if weekday not in self.hours:
            weekday = min(self.hours)
        for other in special:
            if other.first_day <= day <= other.last_day and other.weekday == weekday:
                return other.spans
        return self.hours[weekday]

    def _start(self, number: int) -> int:
        """How many working days lie between the epoch and that year's first day."""
        found = self._starts.get(number)
        if found is None:
            if number > EPOCH:
                found = self._start(number - 1) + len(self._year(number - 1).days)
            else:
                found = self._start(number + 1) - len(self._year(number).days)
            self._starts[number] = found
        return found

    def _rank(self, day: date) -> int:
        """How many working days lie between the epoch and that day (not counted)."""
        if day.year < FIRST_YEAR:
            return self._start(FIRST_YEAR)
        if day.year > LAST_YEAR:
            return self._start(LAST_YEAR) + len(self._year(LAST_YEAR).days)
        year = self._year(day.year)
        return self._start(day.year) + bisect_left(year.days, day.toordinal())

    def _place(self, rank: int) -> tuple[Year, int]:
        """The year in which the working day of that rank lies, and its place there."""
        number = min(max(EPOCH + rank // 262, FIRST_YEAR), LAST_YEAR)
        while number > FIRST_YEAR and rank < self._start(number):
            number -= 1
        while number < LAST_YEAR and rank >= self._start(number + 1):
            number += 1
        return self._year(number), rank - self._start(number)

    def _day(self, rank: int) -> date:
        """The working day of that rank."""
        year, at = self._place(rank)
        return date.fromordinal(year.days[at])

    def _moment(self, day: date, minute: int) -> datetime:
        begin = datetime.combine(day, time(), self.zone) + timedelta(minutes=minute)
        return begin.astimezone(UTC)


def _next(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day


def _length(spans: Spans) -> int:
    return sum(end - begin for begin, end in spans)


def spans_of(*pairs: tuple[time, time]) -> Spans:
    """Opening and closing times as spans of minutes, in order."""
    return tuple(sorted((a.hour * 60 + a.minute, b.hour * 60 + b.minute) for a, b in pairs))
