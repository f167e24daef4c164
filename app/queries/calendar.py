"""When the city works and what it promises, read at most once a minute."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from app.clocks import (
    CAPS,
    Calendar,
    Policies,
    Policy,
    PolicyLine,
    Spans,
    Special,
    Terms,
    spans_of,
)
from models import ClockSweep, HolidayOverride, SlaPolicy, SpecialHours, db

KEEP_SECONDS = 60
KEY = "rembuk_terms"
VERSION = select(func.max(ClockSweep.id))  # each change of policy or calendar begins a sweep


@dataclass(frozen=True)
class _Kept:
    """What was read, when, and under which sweep."""

    at: float
    version: int
    said: tuple[Any, ...]
    terms: Terms


def city_terms(fresh: bool = False) -> Terms:
    """Calendar, policies and caps of the city.

    ``fresh``: as they stand in this moment, for whoever writes deadlines; one small query.
    """
    kept: _Kept | None = current_app.extensions.get(KEY)
    now = time.monotonic()
    if kept is not None and not fresh and now - kept.at < KEEP_SECONDS:
        return kept.terms
    version = db.session.scalar(VERSION) or 0
    if fresh and kept is not None and kept.version == version and now - kept.at < KEEP_SECONDS:
        return kept.terms
    said = _said()
    terms = kept.terms if kept is not None and kept.said == said else _made(*said)
    current_app.extensions[KEY] = _Kept(now, version, said, terms)
    return terms


def read_terms() -> Terms:
    """The same as this transaction has them, whatever was read before; nothing is kept."""
    return _made(*_said())


def forget_terms() -> None:
    """Read them anew next time."""
    current_app.extensions.pop(KEY, None)


def city_calendar() -> Calendar:
    """The city's office hours, with holidays and its own changes."""
    return city_terms().calendar


def city_day(moment: datetime | None = None) -> date:
    """The day it is (or was at ``moment``) in the city."""
    day: date = current_app.config["CITY"].day(moment)
    return day


def _said() -> tuple[Any, ...]:
    """The rows that decide, as plain values."""
    tables = (
        select(HolidayOverride.day, HolidayOverride.working).order_by(HolidayOverride.day),
        select(
            SpecialHours.first_day,
            SpecialHours.last_day,
            SpecialHours.weekday,
            SpecialHours.open,
            SpecialHours.close,
            SpecialHours.name,
            SpecialHours.estimated,
        ).order_by(SpecialHours.first_day, SpecialHours.weekday, SpecialHours.open),
        select(
            SlaPolicy.complaint_class,
            SlaPolicy.category_code,
            SlaPolicy.priority,
            SlaPolicy.verify_days,
            SlaPolicy.plan_days,
            SlaPolicy.resolve_days,
            SlaPolicy.valid_from,
            SlaPolicy.valid_to,
        ).order_by(SlaPolicy.id),
    )
    return tuple(tuple(map(tuple, db.session.execute(table))) for table in tables)


def _made(overrides: Any, special: Any, policies: Any) -> Terms:
    city = current_app.config["CITY"]
    caps = city.facts.get("clocks", {}).get("pauses", {})
    return Terms(
        Calendar(dict(overrides), office_hours(city.facts), _special(special), city.zone),
        Policies(tuple(_line(*row) for row in policies)),
        {**CAPS, **caps},
    )


def _line(
    complaint_class: str, category: str | None, priority: str | None, *more: Any
) -> PolicyLine:
    *days, first, last = more
    return PolicyLine(complaint_class, category, priority, Policy(*days), first, last)


def _special(rows: Any) -> tuple[Special, ...]:
    """Lines of one span and weekday together are one day's spans."""
    together: dict[tuple[Any, ...], list[tuple[Any, Any]]] = defaultdict(list)
    for first, last, weekday, opens, closes, name, estimated in rows:
        together[first, last, weekday, name, estimated].append((opens, closes))
    return tuple(
        Special(first, last, weekday, spans_of(*pairs), name, estimated)
        for (first, last, weekday, name, estimated), pairs in together.items()
    )


def office_hours(facts: Mapping[str, Any]) -> Mapping[int, Spans]:
    """The office hours of ``settings.toml`` by weekday (1 = Monday)."""
    pairs: dict[int, list[tuple[Any, Any]]] = defaultdict(list)
    for entry in facts.get("working_hours", {}).get("day", ()):
        for weekday in entry["day"]:
            pairs[weekday].append((_time(entry["open"]), _time(entry["close"])))
    return {weekday: spans_of(*found) for weekday, found in pairs.items()} or Calendar().hours


def _time(value: str) -> Any:
    return datetime.strptime(value, "%H:%M").time()
