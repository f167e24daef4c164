"""Whose a matter is when it is not the city's: said before it is filed."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import select

from models import AnySession, Category, Department, Neighbour, reading

from . import roads
from .calendar import city_day
from .labels import labels
from .rulebook import rulebook
from .rules import Case, Explanation, plain

KEEP_SECONDS = 600


@dataclass(frozen=True)
class Elsewhere:
    """An owner outside the city: who, what they look after, how to reach them, and why they.

    ``why`` are sentences; ``code`` is empty for another city, whose hint stands in ``contact``.
    """

    name: str
    handles: str
    contact: str
    phone: str
    advice: str
    why: tuple[str, ...]
    code: str = ""


def owner_outside(session: AnySession, values: Mapping[str, Any]) -> Elsewhere | None:
    """The owner outside whom the rules name for what is about to be filed, or another city.

    ``values`` are the checked answers of the form, with lon, lat (degrees) and area_code.
    """
    found = _by_rules(session, values)
    if found is not None:
        owner = session.get(Department, found.department_code)
        if owner is not None and owner.external:
            return of(owner, tuple(found.why()))
    return _another_city(values)


def of(owner: Department, why: tuple[str, ...] = ()) -> Elsewhere:
    """What residents are told about an owner outside."""
    return Elsewhere(
        owner.name, owner.handles, owner.contact, owner.phone, owner.advice, why, owner.code
    )


def _by_rules(session: AnySession, values: Mapping[str, Any]) -> Explanation | None:
    category = labels().categories.get(values["category_code"])
    if category is None or category.is_about_officials:
        return None
    case = _case(session, category, values)
    found = rulebook().owner(case, city_day())
    office = rulebook().offices.get(found.department_code) if found else None
    return found if office is not None and office.external else None


def _case(session: AnySession, category: Category, values: Mapping[str, Any]) -> Case:
    road = roads.known(session, category, values)
    told = str(values.get("road_class") or "tidak_tahu")
    text = " ".join(str(values.get(name) or "") for name in ("title", "address", "body"))
    return Case(
        category.code,
        values["area_code"],
        road.get("road_class", told),
        text,
        road.get("road_name", ""),
    )


def _another_city(values: Mapping[str, Any]) -> Elsewhere | None:
    """A city or district around ours that the text says it lies in."""
    text = plain(" ".join(str(values.get(name) or "") for name in ("title", "address", "body")))
    for pattern, name, hint in _around():
        if pattern.search(text):
            return Elsewhere(name, "", hint, "", "", ())
    return None


def _around() -> list[tuple[re.Pattern[str], str, str]]:
    held = current_app.extensions.get("rembuk_around")
    if held is None or time.monotonic() - held[0] > KEEP_SECONDS:
        rows = reading().execute(select(Neighbour.name, Neighbour.hint).order_by(Neighbour.code))
        held = (time.monotonic(), [(_said(name), name, hint) for name, hint in rows])
        current_app.extensions["rembuk_around"] = held
    found: list[tuple[re.Pattern[str], str, str]] = held[1]
    return found


def _said(name: str) -> re.Pattern[str]:
    """How people say that something lies there: "di Lembang", "Kabupaten Bandung Barat".

    A name that an area of our own city begins with, or the city's own, must be said in full.
    """
    place = name.split(",")[0]
    rank, _space, bare = place.partition(" ")
    full = rf"\b(?:{re.escape(plain(place))}|kab {re.escape(plain(bare))})\b"
    ours = {plain(own) for own in labels().areas.values()}
    city = plain(current_app.config["CITY"].short_name)
    bare = plain(bare if rank in ("Kota", "Kabupaten", "Kecamatan", "Provinsi") else place)
    if not bare or bare == city or any(own.startswith(bare) for own in ours):
        return re.compile(full if plain(place) != city else r"(?!)")
    return re.compile(rf"{full}|\b(?:di|wilayah|daerah|kota) {re.escape(bare)}\b")
