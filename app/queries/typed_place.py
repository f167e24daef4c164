"""The area something begun is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor
from app.queries import cycles, filing
from app.queries.labels import labels
from app.queries.spot import NotHere, locate


def area_of(session: Session, pages: Mapping[str, Any], actor: Actor) -> str:
    """The kelurahan typed or pinned, else the person's own, else the whole city."""
    said = pages.get("lokasi") or {}
    texts = {name: str(said.get(name) or "") for name in ("lon", "lat", "area_code")}
    if texts["area_code"] in labels().areas:
        return texts["area_code"]
    if texts["lon"] and texts["lat"]:
        try:
            return locate(session, texts["lon"], texts["lat"], "").area_code
        except NotHere:
            pass
    return filing.profile(actor).get("area_code") or cycles.city_code()
