"""From what people type to a spot on the map: places of the city, its areas, or plain numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Select,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from models import AnySession, Area, Place

LONGEST = 80  # characters of a question
UNIT = re.compile(r"^(kelurahan|kel\.?|kecamatan|kec\.?)\s+")  # said before a name, not in it
STREET = re.compile(r"^(?:jl|jln)\b\.? ?")
NUMBERS = re.compile(r"^\s*(-?\d{1,3}[.,]\d+)\s*[,;\s]\s*(-?\d{1,3}[.,]\d+)\s*$")


@dataclass(frozen=True)
class Hit:
    """A spot by its name; ``within`` is the kecamatan of a kelurahan, lon, lat in EPSG:4326."""

    name: str
    kind: str
    lon: float
    lat: float
    area_code: str | None = None
    within: str | None = None


def search(session: AnySession, text: str, limit: int = 8) -> list[Hit]:
    """The spots whose name is most like ``text``, best first; [] for less than two letters.

    Two numbers are read as lat, lon or lon, lat, whichever lies on the earth near the city.
    """
    words = UNIT.sub("", STREET.sub("jalan ", " ".join(text.lower().split())[:LONGEST]))
    if len(words) < 2 or "\0" in words:
        return []
    if (numbers := NUMBERS.match(words)) is not None:
        return _spot(session, *(float(number.replace(",", ".")) for number in numbers.groups()))
    asked = {"q": words, "like": f"%{_plain(words)}%", "limit": limit}
    return [Hit(*row[:6]) for row in session.execute(_similar(), asked)]


def _plain(words: str) -> str:
    """The words with the wildcards of LIKE made harmless."""
    return re.sub(r"([%_\\])", r"\\\1", words)


def _spot(session: AnySession, first: float, second: float) -> list[Hit]:
    middle = session.execute(_city()).first()
    if middle is None:
        return []
    pairs = [(second, first), (first, second)]  # lon, lat: people write lat first
    near = min(pairs, key=lambda p: abs(p[0] - middle.lon) + abs(p[1] - middle.lat))
    if not (-180 <= near[0] <= 180 and -90 <= near[1] <= 90):
        return []
    return [Hit(f"{near[1]}, {near[0]}", "point", *near)]


@cache
def _city() -> Select[Any]:
    return select(func.ST_X(Area.point).label("lon"), func.ST_Y(Area.point).label("lat")).where(
        Area.level == "kota"
    )


@cache
def _similar() -> CompoundSelect[Any]:
    q: BindParameter[str] = bindparam("q")
    like: BindParameter[str] = bindparam("like")
    found = union_all(_places(q, like), _areas(q, like))
    order = found.selected_columns
    return found.order_by(order.score.desc(), order.name).limit(bindparam("limit"))


def _places(q: BindParameter[str], like: BindParameter[str]) -> Select[Any]:
    return select(
        Place.name.label("name"),
        Place.kind.label("kind"),
        func.ST_X(Place.point).label("lon"),
        func.ST_Y(Place.point).label("lat"),
        literal(None).label("code"),
        literal(None).label("within"),
        func.word_similarity(q, Place.search).label("score"),
    ).where(or_(Place.search.like(like), Place.search.op("%>")(q)))


def _areas(q: BindParameter[str], like: BindParameter[str]) -> Select[Any]:
    district, name = aliased(Area), func.lower(Area.name)
    score = func.similarity(q, name) + 0.01  # an area before a place of the same name
    columns = (Area.name, Area.level, func.ST_X(Area.point), func.ST_Y(Area.point), Area.code)
    return (
        select(*columns, district.name, score)
        .outerjoin(district, district.code == Area.parent_code)
        .where(Area.level.in_(("kelurahan", "kecamatan")), or_(name.like(like), name.op("%>")(q)))
    )
