"""A city is data: its folder, brought into the tables.  Repeatable."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from app.queries.calendar import city_day
from models import (
    Area,
    AreaBoundary,
    CatalogueEntry,
    Category,
    CategoryKinship,
    CategoryQuestion,
    Department,
    HolidayOverride,
    Item,
    Model,
    Neighbour,
    Place,
    SlaPolicy,
    SpecialHours,
    db,
)
from models.area import LEVELS

from . import areas, catalogue, city_rules, clock_sweep, templates
from .city_files import Files, Row, read


class CityFileError(Exception):
    """The folder of a city has mistakes; ``problems`` lists them, nothing was written."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass
class Report:
    """How many rows each file brought, and how many older rows were ended."""

    rows: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    cells: bool = False
    promises: bool = False

    def lines(self) -> list[str]:
        """The report as sentences."""
        said = [
            f"{name}: {count} rows"
            + (f", {self.ended[name]} no longer in force" if self.ended.get(name) else "")
            for name, count in self.rows.items()
        ]
        said += self.notes
        if self.cells:
            said.append("Approximate kelurahan cells were made.")
        if self.promises:
            said.append("Policy or calendar changed; open deadlines are computed anew by a job.")
        return said


def check(folder: Path) -> Files:
    """Read and check a city's folder without touching the database."""
    return read(folder)


def load(folder: Path, over_admin: bool = False) -> Report:
    """Bring the files of ``folder`` into the tables, within the caller's transaction.

    What the administration has changed stays, unless ``over_admin``.  Rows are matched by their
    code; places, neighbours, clocks and holidays are replaced as
    a whole.  What stands no longer in the files is ended (``valid_to`` today), as items may point
    at it.  Raises CityFileError, before anything is written, when a file has a mistake.
    """
    files = read(folder)
    if problems := files.problems or _of_another_city(files):
        raise CityFileError(problems)
    rows, report = files.rows, Report()
    report.rows = {name: len(found) for name, found in rows.items()}
    before = _sites()
    for name, model, found in (
        ("areas", Area, [_area(row) for row in rows["areas"]]),
        ("departments", Department, [_plain(row) for row in rows["departments"]]),
        ("categories", Category, [_category(row) for row in rows["categories"]]),
    ):
        kept = list[str]()
        if name != "areas":
            found, kept = city_rules.theirs(model, found, over_admin)
        if kept:
            report.notes.append(f"{name}: as the administration made them: {', '.join(kept)}")
        _upsert(model, found)
        report.ended[name] = _end(model, found, kept)
    report.ended["questions"] = _questions([_question(row) for row in rows["questions"]])
    report.notes += city_rules.load_rules([_plain(row) for row in rows["routing"]], over_admin)
    _catalogue([_plain(row) for row in rows["catalogue"]], over_admin, report)
    report.ended["readiness"] = catalogue.load_readiness([_plain(row) for row in rows["readiness"]])
    _replace(SlaPolicy, [_policy(row) for row in rows["sla"]])
    _replace(Neighbour, [_pointed(row) for row in rows["neighbours"]])
    _replace(Place, [_place(row) for row in rows["places"]])
    _replace(CategoryKinship, [_kinship(row) for row in rows["kinship"]])
    _replace(HolidayOverride, [_holiday(row) for row in rows["holidays_override"]])
    _replace(SpecialHours, [_plain(row) for row in rows["special_hours"]])
    templates.begin_with([_plain(row) for row in rows["answers"]])
    db.session.expire_all()
    report.notes += city_rules.uncovered()
    report.promises = clock_sweep.begin_if_changed() is not None
    if _sites() != before or not _has_boundaries():
        report.cells = areas.make_cells(db.session) > 0
    return report


def _of_another_city(files: Files) -> list[str]:
    """Why these files must not come here: the database is in use for another city.

    Every area of the other one would end, and its items would lie nowhere.
    """
    top = [row for row in files.rows["areas"] if row["level"] == LEVELS[0]]
    here = select(Area.code, Area.name).where(Area.level == LEVELS[0], Area.valid_to.is_(None))
    known = db.session.execute(here).all()
    theirs = {row["code"] for row in top} & {row.code for row in known}
    if theirs or not known or db.session.scalar(select(Item.id).limit(1)) is None:
        return []
    new, old = (", ".join(names) for names in ([r["name"] for r in top], [r.name for r in known]))
    return [f"areas.csv is of {new}; this database holds the items of {old}. Use one of its own."]


def _has_boundaries() -> bool:
    current = select(AreaBoundary.id).where(AreaBoundary.valid_to.is_(None)).limit(1)
    return db.session.scalar(current) is not None


def _sites() -> list[tuple[str, str, float]]:
    """What the approximate cells are made of."""
    query = select(Area.code, Area.point, Area.area_km2).where(Area.valid_to.is_(None))
    rows = db.session.execute(query.order_by(Area.code))
    return [(code, str(point.desc), area_km2) for code, point, area_km2 in rows]


def _plain(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "line"}


def _pointed(row: Row) -> Row:
    values = _plain(row)
    values["point"] = f"SRID=4326;POINT({values.pop('lon')} {values.pop('lat')})"
    return values


def _area(row: Row) -> Row:
    return _pointed(row) | {"valid_to": None}


def _category(row: Row) -> Row:
    return _plain(row) | {"valid_to": None}


def _place(row: Row) -> Row:
    values = _pointed(row)
    aliases = values.pop("aliases").split(";")
    values["search"] = " ".join(filter(None, (values["name"], *aliases))).lower()
    return values


def _policy(row: Row) -> Row:
    values = _plain(row)
    values["complaint_class"] = values.pop("class")
    return values


def _kinship(row: Row) -> Row:
    values = _plain(row)
    values["one_code"], values["other_code"] = sorted((row["one_code"], row["other_code"]))
    return values


def _holiday(row: Row) -> Row:
    values = _plain(row)
    values["day"] = values.pop("date")
    return values


def _upsert(model: type[Model], rows: list[Row]) -> None:
    if not rows:
        return
    statement = insert(model).values(rows)
    fresh = {name: statement.excluded[name] for name in rows[0] if name != "code"}
    db.session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=fresh))


def _end(model: Any, rows: list[Row], kept: list[str]) -> int:
    """End what the file no longer has, from today on; returns how many."""
    codes = [*(row["code"] for row in rows), *kept]
    gone = update(model).where(model.code.not_in(codes), model.valid_to.is_(None))
    result: Any = db.session.execute(gone.values(valid_to=city_day()))
    return int(result.rowcount)


def _question(row: Row) -> Row:
    values = _plain(row)
    english = dict(values.pop("values_en"))
    values["choices"] = [[key, name, english.get(key, "")] for key, name in values.pop("values")]
    return values | {"valid_to": None}


def _questions(rows: list[Row]) -> int:
    """Bring in what categories ask and end what they no longer ask; returns how many ended."""
    key = ("category_code", "code")
    if rows:
        statement = insert(CategoryQuestion).values(rows)
        fresh = {name: statement.excluded[name] for name in rows[0] if name not in key}
        db.session.execute(statement.on_conflict_do_update(index_elements=key, set_=fresh))
    stays = tuple_(CategoryQuestion.category_code, CategoryQuestion.code).in_(
        [(row["category_code"], row["code"]) for row in rows]
    )
    gone = update(CategoryQuestion).where(~stays, CategoryQuestion.valid_to.is_(None))
    result: Any = db.session.execute(gone.values(valid_to=city_day()))
    return int(result.rowcount)


def _replace(model: type[Model], rows: list[Row]) -> None:
    db.session.execute(delete(model))
    if rows:
        db.session.execute(insert(model).values(rows))


def _catalogue(rows: list[Row], over_admin: bool, report: Report) -> None:
    """Entries and their prices; those the administration made stay as they are."""
    mine, kept = city_rules.theirs(CatalogueEntry, rows, over_admin)
    if kept:
        report.notes.append(f"catalogue: as the administration made them: {', '.join(kept)}")
    report.ended["catalogue"] = catalogue.load(mine)
