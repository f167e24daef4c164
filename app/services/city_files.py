"""The files of a city's folder, read and checked line by line.  Writes nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from app.kinds import KINDS
from models import COMPLAINT_CLASSES, DATATYPES, LEVELS, ROAD_CLASSES, ROAD_OWNERS

Row = dict[str, Any]
Read = Callable[[str], Any]
PRIORITIES = {"biasa": "normal", "tinggi": "high", "rendah": "low"}  # in the file -> in the table


def _text(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def _maybe(value: str) -> str | None:
    return value or None


def _any(value: str) -> str:
    return value


def _flag(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError(f"must be true or false, not {value!r}")
    return value == "true"


def _whole(value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        raise ValueError(f"must be a whole number, not {value!r}") from None
    if number < 0:
        raise ValueError(f"must not be negative, but is {value}")
    return number


def _within(low: float, high: float) -> Read:
    def read(value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            raise ValueError(f"must be a number, not {value!r}") from None
        if not low <= number <= high:
            raise ValueError(f"must lie between {low:g} and {high:g}, but is {value}")
        return number

    return read


def _one_of(words: tuple[str, ...], or_none: bool = False) -> Read:
    def read(value: str) -> str | None:
        if or_none and not value:
            return None
        if value not in words:
            raise ValueError(f"must be one of {', '.join(words)}, not {value!r}")
        return value

    return read


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise ValueError(f"must be a date like 2026-01-31, not {value!r}") from None


def _priority(value: str) -> str | None:
    return PRIORITIES[value] if value in PRIORITIES else _one_of(tuple(PRIORITIES), True)(value)


def _real_day(value: str) -> date:
    return _day(_text(value))  # type: ignore[return-value]


def _choices(value: str) -> list[list[str]]:
    """Pairs of key and name: "besar=Lebih dari 50 cm;kecil=Kurang"."""
    pairs = [part.partition("=") for part in value.split(";") if part.strip()]
    if any(not key.strip() or not name.strip() for key, _equals, name in pairs):
        raise ValueError(f"must be written as key=name;key=name, not {value!r}")
    keys = [key.strip() for key, _equals, _name in pairs]
    if len(set(keys)) < len(keys):
        raise ValueError(f"has a key twice: {value!r}")
    return [[key.strip(), name.strip()] for key, _equals, name in pairs]


LON, LAT = _within(-180, 180), _within(-90, 90)
VALID: dict[str, Read] = {"valid_from": _day, "valid_to": _day}


@dataclass(frozen=True)
class Sheet:
    """One file: its columns, what identifies a row, and which columns point at other files."""

    columns: Mapping[str, Read]
    key: tuple[str, ...]
    points_at: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False


SHEETS: dict[str, Sheet] = {
    "areas": Sheet(
        {
            "code": _text,
            "level": _one_of(LEVELS),
            "name": _text,
            "parent_code": _maybe,
            "lon": LON,
            "lat": LAT,
            "area_km2": _within(0.001, 1_000_000),
            "bps_code": _maybe,
        },
        ("code",),
        {"parent_code": "areas"},
    ),
    "neighbours": Sheet(
        {"code": _text, "name": _text, "lon": LON, "lat": LAT, "hint": _text},
        ("code",),
        optional=True,
    ),
    "places": Sheet(
        {"name": _text, "kind": _text, "lon": LON, "lat": LAT, "aliases": _any},
        ("name", "kind", "lon", "lat"),
        optional=True,
    ),
    "departments": Sheet(
        {
            "code": _text,
            "name": _text,
            "abbreviation": _text,
            "handles": _any,
            "external": _flag,
            "contact": _any,
            "phone": _any,
            "email": _any,
            "advice": _any,
            **VALID,
            "successor_code": _maybe,
        },
        ("code",),
        {"successor_code": "departments"},
    ),
    "categories": Sheet(
        {
            "code": _text,
            "kind": _one_of(tuple(KINDS)),
            "name": _text,
            "name_en": _any,
            "name_su": _any,
            "help": _any,
            "complaint_class": _one_of(("", *COMPLAINT_CLASSES)),
            "place_bound": _flag,
            "asks_road_class": _flag,
            "oversight": _flag,
            "emergency": _any,
            "keywords": _any,
            "position": _whole,
        },
        ("code",),
    ),
    "routing": Sheet(
        {
            "position": _whole,
            "category_code": _maybe,
            "area_code": _maybe,
            "road_class": _one_of((*ROAD_CLASSES, *ROAD_OWNERS), or_none=True),
            "keyword": _maybe,
            "department_code": _text,
            "note": _any,
        },
        ("position",),
        {"category_code": "categories", "area_code": "areas", "department_code": "departments"},
    ),
    "sla": Sheet(
        {
            "class": _one_of(COMPLAINT_CLASSES),
            "category_code": _maybe,
            "priority": _priority,
            "verify_days": _whole,
            "plan_days": _whole,
            "resolve_days": _whole,
            **VALID,
        },
        ("class", "category_code", "priority", "valid_from"),
        {"category_code": "categories"},
        optional=True,
    ),
    "catalogue": Sheet(
        {
            "code": _text,
            "bidang": _text,
            "name": _text,
            "unit": _text,
            "unit_price": _whole,
            "department_code": _maybe,
            "category_code": _maybe,
            "note": _any,
        },
        ("code",),
        {"category_code": "categories", "department_code": "departments"},
        optional=True,
    ),
    "kinship": Sheet(
        {"one_code": _text, "other_code": _text, "closeness": _within(0.01, 1)},
        ("one_code", "other_code"),
        {"one_code": "categories", "other_code": "categories"},
        optional=True,
    ),
    "questions": Sheet(
        {
            "category_code": _text,
            "code": _text,
            "position": _whole,
            "variable": _flag,
            "datatype": _one_of(DATATYPES),
            "required": _flag,
            "label": _text,
            "label_en": _any,
            "help": _any,
            "values": _choices,
        },
        ("category_code", "code"),
        {"category_code": "categories"},
        optional=True,
    ),
    "holidays_override": Sheet(
        {"date": _real_day, "name": _text, "working": _flag}, ("date",), optional=True
    ),
}


@dataclass
class Files:
    """What stands in a city's folder; ``problems`` are sentences that name file and line."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read(folder: Path) -> Files:
    """Read and check every file of the folder; nothing is raised, ``problems`` says what is wrong.

    Each row carries the number of its line as ``line``.
    """
    files = Files()
    if not folder.is_dir():
        files.problems.append(f"There is no folder {folder}.")
        return files
    for name, sheet in SHEETS.items():
        files.rows[name] = _sheet(folder / f"{name}.csv", sheet, files.problems)
    for name, sheet in SHEETS.items():
        _references(name, sheet, files)
    _families(files)
    _questions(files)
    return files


def _sheet(path: Path, sheet: Sheet, problems: list[str]) -> list[Row]:
    if not path.is_file():
        if not sheet.optional:
            problems.append(f"{path.name} is missing.")
        return []
    try:
        reader = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), restkey="", strict=True)
        missing = [c for c in sheet.columns if c not in (reader.fieldnames or ())]
        if missing:
            problems.append(f"{path.name}, line 1: the column {missing[0]} is missing.")
            return []
        return _rows(path.name, reader, sheet, problems)
    except (UnicodeDecodeError, csv.Error) as error:
        problems.append(f"{path.name} cannot be read as UTF-8 CSV: {error}.")
        return []


def _rows(name: str, reader: csv.DictReader[str], sheet: Sheet, problems: list[str]) -> list[Row]:
    rows, seen = [], dict[tuple[Any, ...], int]()
    for raw in reader:
        line = reader.line_num
        if "" in raw or None in raw.values():
            problems.append(
                f"{name}, line {line}: the number of columns differs from the first line."
            )
            continue
        row = _row(f"{name}, line {line}", raw, sheet, problems)
        if row is None:
            continue
        key = tuple(row[column] for column in sheet.key)
        if key in seen:
            what = " ".join(str(part) for part in key if part is not None)
            problems.append(f"{name}, line {line}: {what} stands already on line {seen[key]}.")
            continue
        seen[key] = line
        rows.append(row | {"line": line})
    return rows


def _row(where: str, raw: Row, sheet: Sheet, problems: list[str]) -> Row | None:
    row: Row = {}
    for column, convert in sheet.columns.items():
        value = raw[column].strip()
        if "\x00" in value:
            problems.append(f"{where}: {column} holds a NUL character.")
            return None
        try:
            row[column] = convert(value)
        except ValueError as error:
            problems.append(f"{where}: {column} {error}.")
            return None
    return row


def _references(name: str, sheet: Sheet, files: Files) -> None:
    for column, target in sheet.points_at.items():
        known = {row["code"] for row in files.rows[target]}
        for row in files.rows[name]:
            if row[column] is not None and row[column] not in known:
                files.problems.append(
                    f"{name}.csv, line {row['line']}: {column} {row[column]!r} is unknown; "
                    f"{target}.csv has no such code."
                )


def _families(files: Files) -> None:
    """Every kecamatan lies in the kota, every kelurahan in a kecamatan, as the codes say."""
    levels = {row["code"]: row["level"] for row in files.rows["areas"]}
    for row in files.rows["areas"]:
        parent, depth = row["parent_code"], LEVELS.index(row["level"])
        wanted = LEVELS[depth - 1] if depth else None
        if (levels.get(parent) if parent else None) != wanted:
            files.problems.append(
                f"areas.csv, line {row['line']}: a {row['level']} needs "
                f"{f'a {wanted} as its parent' if wanted else 'no parent'}."
            )
        elif parent and not row["code"].startswith(f"{parent}."):
            files.problems.append(
                f"areas.csv, line {row['line']}: the code {row['code']} does not begin with "
                f"its parent's, {parent}."
            )


def _questions(files: Files) -> None:
    """A list needs something to choose from, and an order says which question comes first."""
    seen = set[tuple[str, int]]()
    for row in files.rows["questions"]:
        where = f"questions.csv, line {row['line']}"
        if row["datatype"].endswith("valuelist") != bool(row["values"]):
            files.problems.append(f"{where}: values belong to a list, and a list needs them.")
        if (place := (row["category_code"], row["position"])) in seen or not row["position"]:
            files.problems.append(f"{where}: position {row['position']} is taken, or not positive.")
        seen.add(place)
