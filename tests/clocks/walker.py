"""A clock that walks minute by minute and knows nothing of ``app.clocks``.

It asks of every minute whether an office is open, and adds up exact fractions of working days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import holidays

ZONE = ZoneInfo("Asia/Jakarta")
MINUTE = timedelta(minutes=1)
FREE: set[date] = set()
for _year in range(2023, 2030):
    for _category in ("public", "government"):
        FREE |= set(holidays.Indonesia(years=_year, categories=(_category,)))


@dataclass
class Office:
    """Opening times as people write them: ``{"Mon": ["08:00-12:00", "13:00-16:00"]}``."""

    hours: Mapping[str, Sequence[str]]
    special: Sequence[tuple[date, date, Mapping[str, Sequence[str]]]] = ()
    overrides: Mapping[date, bool] = field(default_factory=dict)
    known: dict[date, set[int]] = field(default_factory=dict)

    def minutes(self, day: date) -> set[int]:
        """The minutes of that day in which somebody sits there."""
        if day not in self.known:
            self.known[day] = self._minutes(day)
        return self.known[day]

    def _minutes(self, day: date) -> set[int]:
        name = day.strftime("%a")
        worked = self.overrides.get(day, name in self.hours and day not in FREE)
        if not worked:
            return set()
        name = name if name in self.hours else "Mon"
        spans = self.hours[name]
        for first, last, other in self.special:
            if first <= day <= last and name in other:
                spans = other[name]
        open_in: set[int] = set()
        for span in spans:
            begin, end = (int(t[:2]) * 60 + int(t[3:]) for t in span.split("-"))
            open_in |= set(range(begin, end))
        return open_in

    def worth(self, moment: datetime) -> Fraction:
        """What the minute that begins then is worth, in working days."""
        local = moment.astimezone(ZONE)
        open_in = self.minutes(local.date())
        inside = local.hour * 60 + local.minute in open_in
        return Fraction(1, len(open_in)) if inside else Fraction(0)

    def walk(self, moment: datetime) -> Iterator[tuple[datetime, Fraction]]:
        """Every minute from then on, with its worth."""
        while True:
            yield moment, self.worth(moment)
            moment += MINUTE

    def opening(self, moment: datetime) -> datetime:
        """The moment itself while the office is open, else the minute in which it opens next."""
        if self.worth(moment):
            return moment
        return next(at for at, worth in self.walk(moment.replace(second=0, microsecond=0)) if worth)

    def after(self, moment: datetime, days: Fraction) -> datetime:
        """The end of the minute in which so many working days are over."""
        done = Fraction(0)
        for at, worth in self.walk(moment):
            done += worth
            if done >= days:
                return at + MINUTE
        raise AssertionError

    def between(self, begin: datetime, end: datetime) -> Fraction:
        """The working days from one moment to another."""
        done = Fraction(0)
        for at, worth in self.walk(begin):
            if at >= end:
                return done
            done += worth
        raise AssertionError


@dataclass(frozen=True)
class Rule:
    """One state as the walker sees it: the clock and its days, the cap of a pause, is it open?"""

    clock: str
    days: int | None
    cap: int | None
    open: bool


def dues(
    office: Office,
    trail: Sequence[tuple[datetime, str]],
    rules: Mapping[str, Rule],
    first: int,
    later: int,
) -> tuple[datetime | None, datetime | None]:
    """When the whole and the hop are over, for states entered at those moments (whole minutes).

    Walks until both are known; a clock that has ended keeps its last answer.
    """
    entered, place = list(trail), -1
    state, used, cap_left = "", set[str](), Fraction(0)
    whole: list[Fraction] | None = None  # passed, length
    hop: list[Fraction] | None = None
    hop_name, rounds = "", 0
    whole_due: datetime | None = None
    hop_due: datetime | None = None
    for at, worth in office.walk(trail[0][0]):
        while place + 1 < len(entered) and entered[place + 1][0] <= at:
            place += 1
            before, state = state, entered[place][1]
            rule = rules[state]
            if rule.open and (not before or not rules[before].open):
                rounds += 1
                whole, whole_due = [Fraction(0), Fraction(first if rounds == 1 else later)], None
            if hop_name != rule.clock:
                hop = [Fraction(0), Fraction(rule.days)] if rule.days is not None else None
                hop_name, hop_due = rule.clock, None
            cap_left = Fraction(0)
            if rule.cap is not None and state not in used:
                used.add(state)
                cap_left = Fraction(rule.cap)
        stands = min(worth, cap_left)
        cap_left -= stands
        for run, name in ((whole, "whole"), (hop, "hop")):
            if run is None:
                continue
            run[0] += worth - stands
            if run[0] >= run[1]:
                if name == "whole" and whole_due is None:
                    whole_due = at + MINUTE
                if name == "hop" and hop_due is None:
                    hop_due = at + MINUTE
        if place + 1 == len(entered) and (
            (whole is None or whole_due) and (hop is None or hop_due)
        ):
            return whole_due, hop_due
    raise AssertionError


def utc(day: date, minute: int) -> datetime:
    """A minute of a day of the city."""
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZONE)
    return local.astimezone(UTC)
