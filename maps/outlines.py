"""Outlines of kelurahan for drawing: light, neighbours without gaps, as GeoJSON text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from models import AnySession, Area, AreaBoundary

from .coverage import DECIMALS

District = aliased(Area)

OUTLINES = (
    select(
        Area.code,
        Area.name,
        func.coalesce(District.name, ""),
        AreaBoundary.approximate,
        func.ST_AsGeoJSON(AreaBoundary.simple, DECIMALS, 0),
    )
    .join(AreaBoundary, AreaBoundary.area_code == Area.code)
    .outerjoin(District, District.code == Area.parent_code)
    .where(AreaBoundary.valid_to.is_(None), Area.level == "kelurahan")
    .order_by(Area.code)
)


@dataclass(frozen=True)
class Outline:
    """One kelurahan to draw; ``geometry`` is GeoJSON text in lon, lat (EPSG:4326)."""

    code: str
    name: str
    district: str
    approximate: bool
    geometry: str


def outlines(session: AnySession) -> list[Outline]:
    """The outline of every kelurahan, by code."""
    return [Outline(*row) for row in session.execute(OUTLINES)]


def collection(found: Iterable[Outline], counts: Mapping[str, int]) -> str:
    """A GeoJSON FeatureCollection; ``open`` is the number ``counts`` has for the code."""
    features = ",".join(_feature(outline, counts.get(outline.code, 0)) for outline in found)
    return f'{{"type":"FeatureCollection","features":[{features}]}}'


def _feature(outline: Outline, count: int) -> str:
    properties = {"name": outline.name, "district": outline.district, "open": count}
    if outline.approximate:
        properties["approximate"] = True
    said = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
    code = json.dumps(outline.code)
    return f'{{"type":"Feature","id":{code},"properties":{said},"geometry":{outline.geometry}}}'
