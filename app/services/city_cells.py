"""What may stand in a cell of a city's files: readers that say what is wrong in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

Read = Callable[[str], Any]
PRIORITIES = {"biasa": "normal", "tinggi": "high", "rendah": "low"}  # in the file -> in the table


def text(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def maybe(value: str) -> str | None:
    return value or None


def anything(value: str) -> str:
    return value


def flag(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError(f"must be true or false, not {value!r}")
    return value == "true"


def whole(value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        raise ValueError(f"must be a whole number, not {value!r}") from None
    if number < 0:
        raise ValueError(f"must not be negative, but is {value}")
    return number


def positive(value: str) -> int:
    number = whole(value)
    if not number:
        raise ValueError("must be more than nothing")
    return number


def amount(value: str) -> float | None:
    return within(0.01, 1_000_000)(value) if value else None


def some_of(words: tuple[str, ...]) -> Read:
    """Several of these, separated by ";"."""

    def read(value: str) -> list[str]:
        return [str(one_of(words)(part.strip())) for part in value.split(";") if part.strip()]

    return read


def within(low: float, high: float) -> Read:
    def read(value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            raise ValueError(f"must be a number, not {value!r}") from None
        if not low <= number <= high:
            raise ValueError(f"must lie between {low:g} and {high:g}, but is {value}")
        return number

    return read


def one_of(words: tuple[str, ...], or_none: bool = False) -> Read:
    def read(value: str) -> str | None:
        if or_none and not value:
            return None
        if value not in words:
            raise ValueError(f"must be one of {', '.join(words)}, not {value!r}")
        return value

    return read


def day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise ValueError(f"must be a date like 2026-01-31, not {value!r}") from None


def priority(value: str) -> str | None:
    return PRIORITIES[value] if value in PRIORITIES else one_of(tuple(PRIORITIES), True)(value)


def real_day(value: str) -> date:
    return day(text(value))  # type: ignore[return-value]


def choices(value: str) -> list[list[str]]:
    """Pairs of key and name: "besar=Lebih dari 50 cm;kecil=Kurang"."""
    pairs = [part.partition("=") for part in value.split(";") if part.strip()]
    if any(not key.strip() or not name.strip() for key, _equals, name in pairs):
        raise ValueError(f"must be written as key=name;key=name, not {value!r}")
    keys = [key.strip() for key, _equals, _name in pairs]
    if len(set(keys)) < len(keys):
        raise ValueError(f"has a key twice: {value!r}")
    return [[key.strip(), name.strip()] for key, _equals, name in pairs]


def weekday(value: str) -> int:
    if value not in tuple("1234567"):
        raise ValueError(f"must be a weekday from 1 (Monday) to 7, not {value!r}")
    return int(value)


def hour(value: str) -> time:
    try:
        return datetime.strptime(value, "%H:%M").time()
    except ValueError:
        raise ValueError(f"must be a time like 08:00, not {value!r}") from None
