"""The files of a city's folder, read and checked line by line.  Writes nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.kinds import KINDS
from models import (
    COMPLAINT_CLASSES,
    DATATYPES,
    DOCUMENT_SORTS,
    LEVELS,
    ROAD_CLASSES,
    ROAD_OWNERS,
)

from . import city_cells as cell
from .city_cells import Read

Row = dict[str, Any]
BIDANG = ("fisik", "ekonomi", "sosial_budaya")
LON, LAT = cell.within(-180, 180), cell.within(-90, 90)
VALID: dict[str, Read] = {"valid_from": cell.day, "valid_to": cell.day}


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
            "code": cell.text,
            "level": cell.one_of(LEVELS),
            "name": cell.text,
            "parent_code": cell.maybe,
            "lon": LON,
            "lat": LAT,
            "area_km2": cell.within(0.001, 1_000_000),
            "bps_code": cell.maybe,
        },
        ("code",),
        {"parent_code": "areas"},
    ),
    "neighbours": Sheet(
        {"code": cell.text, "name": cell.text, "lon": LON, "lat": LAT, "hint": cell.text},
        ("code",),
        optional=True,
    ),
    "places": Sheet(
        {"name": cell.text, "kind": cell.text, "lon": LON, "lat": LAT, "aliases": cell.anything},
        ("name", "kind", "lon", "lat"),
        optional=True,
    ),
    "departments": Sheet(
        {
            "code": cell.text,
            "name": cell.text,
            "abbreviation": cell.text,
            "handles": cell.anything,
            "external": cell.flag,
            "contact": cell.anything,
            "phone": cell.anything,
            "email": cell.anything,
            "advice": cell.anything,
            **VALID,
            "successor_code": cell.maybe,
        },
        ("code",),
        {"successor_code": "departments"},
    ),
    "categories": Sheet(
        {
            "code": cell.text,
            "kind": cell.one_of(tuple(KINDS)),
            "name": cell.text,
            "name_en": cell.anything,
            "name_su": cell.anything,
            "help": cell.anything,
            "help_en": cell.anything,
            "complaint_class": cell.one_of(("", *COMPLAINT_CLASSES)),
            "place_bound": cell.flag,
            "asks_road_class": cell.flag,
            "oversight": cell.flag,
            "emergency": cell.anything,
            "keywords": cell.anything,
            "position": cell.whole,
        },
        ("code",),
    ),
    "routing": Sheet(
        {
            "position": cell.whole,
            "category_code": cell.maybe,
            "area_code": cell.maybe,
            "road_class": cell.one_of((*ROAD_CLASSES, *ROAD_OWNERS), or_none=True),
            "keyword": cell.maybe,
            "department_code": cell.text,
            "note": cell.anything,
        },
        ("position",),
        {"category_code": "categories", "area_code": "areas", "department_code": "departments"},
    ),
    "sla": Sheet(
        {
            "class": cell.one_of(COMPLAINT_CLASSES),
            "category_code": cell.maybe,
            "priority": cell.priority,
            "verify_days": cell.whole,
            "plan_days": cell.whole,
            "resolve_days": cell.whole,
            **VALID,
        },
        ("class", "category_code", "priority", "valid_from"),
        {"category_code": "categories"},
        optional=True,
    ),
    "catalogue": Sheet(
        {
            "code": cell.text,
            "bidang": cell.one_of(BIDANG),
            "name": cell.text,
            "unit": cell.text,
            "unit_price": cell.positive,
            "department_code": cell.maybe,
            "category_code": cell.maybe,
            "note": cell.anything,
            "photos_wanted": cell.whole,
            "documents_wanted": cell.some_of(DOCUMENT_SORTS),
            "largest": cell.amount,
            "example": cell.anything,
            "keywords": cell.anything,
        },
        ("code",),
        {"category_code": "categories", "department_code": "departments"},
        optional=True,
    ),
    "readiness": Sheet(
        {
            "code": cell.text,
            "bidang": cell.one_of(("", *BIDANG)),
            "entry_code": cell.maybe,
            "position": cell.whole,
            "question": cell.text,
            "missing": cell.anything,
        },
        ("code",),
        {"entry_code": "catalogue"},
        optional=True,
    ),
    "kinship": Sheet(
        {"one_code": cell.text, "other_code": cell.text, "closeness": cell.within(0.01, 1)},
        ("one_code", "other_code"),
        {"one_code": "categories", "other_code": "categories"},
        optional=True,
    ),
    "questions": Sheet(
        {
            "category_code": cell.text,
            "code": cell.text,
            "position": cell.whole,
            "variable": cell.flag,
            "datatype": cell.one_of(DATATYPES),
            "required": cell.flag,
            "label": cell.text,
            "label_en": cell.anything,
            "help": cell.anything,
            "help_en": cell.anything,
            "values": cell.choices,
            "values_en": cell.choices,
        },
        ("category_code", "code"),
        {"category_code": "categories"},
        optional=True,
    ),
    "answers": Sheet(
        {
            "kind": cell.one_of(tuple(KINDS)),
            "step": cell.anything,
            "category_code": cell.maybe,
            "name": cell.text,
            "body": cell.text,
            "position": cell.whole,
        },
        ("kind", "step", "name"),
        {"category_code": "categories"},
        optional=True,
    ),
    "special_hours": Sheet(
        {
            "first_day": cell.real_day,
            "last_day": cell.real_day,
            "weekday": cell.weekday,
            "open": cell.hour,
            "close": cell.hour,
            "name": cell.text,
            "estimated": cell.flag,
        },
        ("first_day", "weekday", "open"),
        optional=True,
    ),
    "holidays_override": Sheet(
        {"date": cell.real_day, "name": cell.text, "working": cell.flag}, ("date",), optional=True
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
    _hours(files)
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
        if strange := {key for key, _name in row["values_en"]} - {key for key, _ in row["values"]}:
            files.problems.append(
                f"{where}: values_en names {sorted(strange)[0]!r}, not in values."
            )
        if (place := (row["category_code"], row["position"])) in seen or not row["position"]:
            files.problems.append(f"{where}: position {row['position']} is taken, or not positive.")
        seen.add(place)


def _hours(files: Files) -> None:
    """Hours end after they begin, and no two lines speak of the same hour of a day."""
    seen: list[Row] = []
    for row in files.rows["special_hours"]:
        where = f"special_hours.csv, line {row['line']}"
        if row["last_day"] < row["first_day"] or row["close"] <= row["open"]:
            files.problems.append(f"{where}: it ends before it begins.")
            continue
        for other in seen:
            same_day = other["weekday"] == row["weekday"] and (
                other["first_day"] <= row["last_day"] and row["first_day"] <= other["last_day"]
            )
            apart = row["close"] <= other["open"] or other["close"] <= row["open"]
            one_span = (row["first_day"], row["last_day"], row["name"], row["estimated"]) == (
                other["first_day"],
                other["last_day"],
                other["name"],
                other["estimated"],
            )
            if same_day and not (one_span and apart):
                files.problems.append(f"{where}: it meets the hours on line {other['line']}.")
                break
        seen.append(row)
