"""What the city promises in time, for pages: of one complaint, and in general."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from flask_babel import get_locale
from sqlalchemy import bindparam, select

from app.clocks import Holiday, Pause, PolicyLine, Spans, Special, joint_leave_known, national
from app.kinds import kind_of
from app.queries.calendar import city_day, city_terms
from models import AnySession, Change, Complaint, HolidayOverride

TRAIL = (
    select(Change.at, Change.step, Change.source, Change.target)
    .where(Change.item_id == bindparam("item"))
    .order_by(Change.seq)
)
OVERRIDES = (
    select(HolidayOverride.day, HolidayOverride.name, HolidayOverride.working)
    .where(HolidayOverride.day.between(bindparam("first"), bindparam("last")))
    .order_by(HolidayOverride.day)
)
FIRST_YEAR, LAST_YEAR = 2020, 2050


@dataclass(frozen=True)
class Standing:
    """The clocks of a complaint as a reader sees them; ``left`` and ``late`` in working days.

    ``planned`` is a day the holder named beyond the promise.  ``kept``: was the promise of this
    round kept?  None while it runs, or when it ended otherwise.
    """

    whole: date | None
    left: int
    late: int
    round: int
    planned: date | None
    kept: bool | None
    ended: date | None
    pauses: tuple[Pause, ...] = ()
    estimated: tuple[Holiday, ...] = ()

    @property
    def shown(self) -> tuple[Pause, ...]:
        """The pauses in which at least a minute of office time passed."""
        return tuple(pause for pause in self.pauses if pause.ticks)

    @property
    def paused(self) -> Pause | None:
        """The pause that lasts."""
        return next((p for p in self.pauses if p.ended_at is None), None)


def of_complaint(session: AnySession, item: Complaint) -> Standing | None:
    """How its promises stand; None where nothing was promised.  No query, unless it paused."""
    if item.whole_due_at is None:
        return None
    today, whole = city_day(), city_day(item.whole_due_at)
    ended = city_day(item.whole_ended_at) if item.whole_ended_at else None
    calendar = city_terms().calendar
    hop = city_day(item.hop_due_at) if item.hop_due_at else None
    solved = ended is not None and item.state in ("resolved", "closed")
    return Standing(
        whole=whole,
        left=max(calendar.between(today, whole), 0),
        late=max(calendar.between(whole, ended or today), 0),
        round=item.round,
        planned=hop if item.state == "planned" and hop and hop > whole else None,
        kept=ended <= whole if solved and ended is not None else None,
        ended=ended,
        pauses=_pauses(session, item) if item.pauses else (),
        estimated=() if ended else tuple(_named(calendar.estimated(today, whole))),
    )


def _pauses(session: AnySession, item: Complaint) -> tuple[Pause, ...]:
    trail = session.execute(TRAIL, {"item": item.id}).all()
    return kind_of(item).clocks(item, trail, city_terms()).pauses


def _named(days: list[Holiday]) -> list[Holiday]:
    """The same days with their names in the language of the request."""
    if str(get_locale()) != "en":
        return days
    return [national(holiday.day.year, "en_US").get(holiday.day, holiday) for holiday in days]


Hours = tuple[int, int, Spans]  # first and last weekday (1 = Monday), and when it is open


def together(days: Iterable[tuple[int, Spans]]) -> list[Hours]:
    """Weekdays in a row with the same hours, as one line."""
    found: list[Hours] = []
    for weekday, spans in sorted(days):
        if found and found[-1][2] == spans and found[-1][1] == weekday - 1:
            found[-1] = found[-1][0], weekday, spans
        else:
            found.append((weekday, weekday, spans))
    return found


@dataclass(frozen=True)
class DayOff:
    """A day of the calendar that is not as its weekday: ``working`` by order of the city."""

    day: date
    name: str
    estimated: bool = False
    working: bool = False


@dataclass(frozen=True)
class Rules:
    """How the city counts in one year; ``hours`` by weekday in minutes of the day."""

    year: int
    hours: list[Hours]
    special: list[tuple[str, date, date, bool, list[Hours]]]
    days: list[DayOff]
    joint_leave_known: bool
    caps: dict[str, int]
    policies: list[PolicyLine] = field(default_factory=list)


def rules(session: AnySession, year: int) -> Rules:
    """Office hours, days off of that year and the policy of today."""
    terms, today = city_terms(), city_day()
    calendar = terms.calendar
    first, last = date(year, 1, 1), date(year, 12, 31)
    language = "en_US" if str(get_locale()) == "en" else "id"
    days = {h.day: DayOff(h.day, h.name, h.estimated) for h in national(year, language).values()}
    for row in session.execute(OVERRIDES, {"first": first, "last": last}):
        days[row.day] = DayOff(row.day, row.name, working=row.working)
    spans: dict[tuple[str, date, date, bool], list[Special]] = {}
    for special in calendar.special:
        if special.first_day.year == year or special.last_day.year == year:
            key = (special.name, special.first_day, special.last_day, special.estimated)
            spans.setdefault(key, []).append(special)
    return Rules(
        year,
        together(calendar.hours.items()),
        [(*key, together((s.weekday, s.spans) for s in found)) for key, found in spans.items()],
        sorted(days.values(), key=lambda day: day.day),
        joint_leave_known(year),
        dict(terms.caps),
        [line for line in terms.policies.lines if line.holds(today)],
    )


def asked_year(value: str, now: datetime | None = None) -> int:
    """The year somebody asks for; this one when that makes no sense."""
    year = int(value) if value.isdecimal() and len(value) == 4 else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else city_day(now).year
