"""What a row of somebody's table is read against, and the parts that items of all kinds share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from app.queries.spots import points
from app.services.bulk import NewChange
from models import VISIBILITIES, Area, Category, Department, db

from .coordinates import Box, NoPosition, Position, pair, position
from .dates import Moment, NoDay, moment
from .mapping import Mapping
from .tables import Row, plain

MOST_TITLE, MOST_BODY = 140, 5000
EARLIEST = 2000


class Refused(Exception):
    """The row cannot be brought in; the message says why."""


@dataclass(frozen=True)
class Ground:
    """The city, its codes and names, and the mapping of the table."""

    mapping: Mapping
    zone: ZoneInfo
    box: Box
    now: datetime
    categories: Map[str, Category]
    departments: Map[str, bool]  # code -> is it outside the city?
    kelurahan: Map[str, tuple[str, ...]]  # plain name or code -> codes
    districts: Map[str, str]  # plain name -> code
    points: Map[str, tuple[float, float]]

    @classmethod
    def of(cls, mapping: Mapping, kind: str) -> Ground:
        """The ground for items of a kind."""
        city = current_app.config["CITY"]
        named: dict[str, tuple[str, ...]] = {}
        areas = db.session.execute(select(Area.code, Area.name, Area.level)).all()
        for code, name, level in areas:
            if level == "kelurahan":
                for key in {plain(name), plain(name).replace(" ", ""), code, code.replace(".", "")}:
                    named[key] = (*named.get(key, ()), code)
        topics = db.session.scalars(select(Category).where(Category.kind == kind)).all()
        for topic in topics:
            db.session.expunge(topic)
        offices = db.session.execute(select(Department.code, Department.external)).all()
        return cls(
            mapping=mapping,
            zone=city.zone,
            box=city.bbox,
            now=datetime.now(UTC) - timedelta(minutes=1),
            categories={topic.code: topic for topic in topics},
            departments={row.code: row.external for row in offices},
            kelurahan=named,
            districts={plain(name): code for code, name, level in areas if level == "kecamatan"},
            points=points(db.session(), "kelurahan", "kecamatan"),
        )


@dataclass(kw_only=True)
class Entry:
    """What every row tells.  ``at`` are the moments known, by their column."""

    number: int
    external_id: str
    row_hash: str
    category: Category
    state: str
    title: str
    body: str
    place: Position | None
    area_code: str
    rw: int | None
    rt: int | None
    address: str
    visibility: str
    channel: str
    department: str
    reporter: str
    at: dict[str, Moment]
    notes: list[str] = field(default_factory=list)
    trail: list[NewChange] = field(default_factory=list)


def digest(row: Row, mapping: Mapping) -> str:
    """A mark of what the row says in the columns that are read."""
    said = "\x1f".join(
        f"{name}={row.cells.get(column, '')}" for name, column in sorted(mapping.columns.items())
    )
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def words(title: str, body: str, notes: list[str]) -> tuple[str, str]:
    """Title and text, each made from the other where it is missing.  Raises Refused."""
    title = " ".join(title.split())
    if not title and not body.strip():
        raise Refused(_("There is neither a title nor a text."))
    if not title:
        first = " ".join(body.split())
        title = first if len(first) <= MOST_TITLE else f"{first[: MOST_TITLE - 1].rstrip()}…"
        notes.append(_("the title was made from the text"))
    if not body.strip():
        body = title
    if len(title) > MOST_TITLE:
        body = f"{title}\n\n{body}" if body != title else title
        title = f"{title[: MOST_TITLE - 1].rstrip()}…"
        notes.append(_("the title was too long and stands in full in the text"))
    if len(body) > MOST_BODY:
        body = f"{body[: MOST_BODY - 1]}…"
        notes.append(_("the text was cut after 5,000 characters"))
    return title, body


def department(code: str, ground: Ground) -> str:
    """A department that exists, or nothing.  Raises Refused."""
    if code and code not in ground.departments:
        raise Refused(_("The department “%(name)s” is not in the mapping.", name=code))
    return code


def visibility(said: str, category: Category) -> str:
    """Who may see it.  Raises Refused."""
    if category.is_about_officials:
        return "confidential"
    if said and said not in VISIBILITIES:
        raise Refused(_("The visibility “%(name)s” is not in the mapping.", name=said))
    return said or "anonymous"


def place(cell: Any, ground: Ground, notes: list[str]) -> Position | None:
    """The position a row gives; a wrong one is left out where a kelurahan is named.

    Raises Refused.
    """
    lat, lon, both = cell("latitude"), cell("longitude"), cell("coordinates")
    if not (lat and lon) and not both:
        return None
    try:
        found = position(lat, lon, ground.box) if lat and lon else pair(both, ground.box)
    except NoPosition as error:
        if not cell("area"):
            raise Refused(str(error)) from None
        notes.append(str(error))
        return None
    if found.note:
        notes.append(found.note)
    return found


def area(cell: Any, ground: Ground) -> str:
    """The kelurahan a row names; nothing when it names none.  Raises Refused."""
    said = plain(cell("area"))
    for start in ("kelurahan ", "kel. ", "kel "):
        said = said.removeprefix(start)
    if not said:
        return ""
    codes = ground.kelurahan.get(said) or ground.kelurahan.get(said.replace(" ", "")) or ()
    within = district(cell, ground)
    if within:
        codes = tuple(code for code in codes if code.startswith(f"{within}."))
    if len(codes) != 1:
        raise Refused(_("There is no kelurahan “%(name)s” in the city.", name=cell("area")))
    return codes[0]


def district(cell: Any, ground: Ground) -> str:
    """The kecamatan a row names; nothing when it names none that there is."""
    said = plain(cell("district"))
    for start in ("kecamatan ", "kec. ", "kec "):
        said = said.removeprefix(start)
    return ground.districts.get(said.strip(), "")


def small(text: str, name: str, notes: list[str]) -> int | None:
    """The number of an RW or RT."""
    digits = text.upper().removeprefix("RW").removeprefix("RT").strip(" .:0") or ""
    if not digits:
        return None
    if digits.isascii() and digits.isdecimal() and 1 <= int(digits[:6]) <= 60:
        return int(digits)
    notes.append(_("%(name)s “%(text)s” was left out", name=name, text=text[:20]))
    return None


def when(
    name: str, said: str, ground: Ground, notes: list[str], *, needed: bool = False
) -> Moment | None:
    """A moment; what is none is left out, or refuses the row where it is ``needed``."""
    if not said:
        return None
    try:
        found = moment(said, ground.zone, ground.mapping.date_order)
    except NoDay:
        if needed:
            raise Refused(_("“%(text)s” is no day.", text=said[:40])) from None
        notes.append(_("%(column)s: “%(text)s” is no day", column=name, text=said[:40]))
        return None
    if found.note:
        notes.append(f"{said[:20]}: {found.note}")
    return found


def came_from(found: Entry, ground: Ground) -> str:
    """The sentence that says where a row came from."""
    return str(
        _(
            "Brought in from %(name)s, number %(id)s.",
            name=ground.mapping.name,
            id=found.external_id,
        )
    )
