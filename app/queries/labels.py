"""Names of areas, departments and categories: few, asked for everywhere, so kept a minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select

from app.extensions import spoken
from app.kinds import Kind
from models import (
    Area,
    Category,
    CategoryKinship,
    CategoryQuestion,
    CommonWord,
    Department,
    reading,
)

KEEP_SECONDS = 60


@dataclass
class Labels:
    """Codes and what they are called."""

    areas: dict[str, str] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    departments: dict[str, str] = field(default_factory=dict)
    department_names: dict[str, str] = field(default_factory=dict)
    department_ends: dict[str, date | None] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)  # departments that are not the city's
    categories: dict[str, Category] = field(default_factory=dict)
    category_names: dict[str, str] = field(default_factory=dict)  # by language and code
    questions: dict[str, list[CategoryQuestion]] = field(default_factory=dict)  # by category
    kelurahan: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # by kecamatan
    kinship: dict[str, dict[str, float]] = field(default_factory=dict)  # of categories, both ways
    common_words: dict[str, float] = field(default_factory=dict)  # stem -> share of items
    pieces: dict[str, str] = field(default_factory=dict)  # what pages made of these, kept as long
    lists: dict[str, list[Any]] = field(default_factory=dict)  # what forms offer of these
    taken: float = 0.0


def labels() -> Labels:
    """The names in use, at most a minute old."""
    held: Labels | None = current_app.extensions.get("rembuk_labels")
    if held is None or time.monotonic() - held.taken > KEEP_SECONDS:
        held = current_app.extensions["rembuk_labels"] = _read()
    return held


def forget() -> None:
    """Read the names, and the rules that lead to them, afresh next time."""
    current_app.extensions.pop("rembuk_labels", None)
    current_app.extensions.pop("rembuk_rulebook", None)
    current_app.extensions.pop("rembuk_contests", None)


def _read() -> Labels:
    session = reading()
    found = Labels(taken=time.monotonic())
    areas = session.execute(select(Area.code, Area.level, Area.name, Area.valid_to)).all()
    for area in areas:
        found.areas[area.code] = area.name
        found.levels[area.code] = area.level
    found.kelurahan = _grouped([a for a in areas if a.valid_to is None], found.areas)
    offices = select(Department).order_by(Department.abbreviation)
    for office in session.scalars(offices).all():
        found.departments[office.code] = office.abbreviation
        found.department_names[office.code] = office.name
        found.department_ends[office.code] = office.valid_to
        if office.external:
            found.outside.add(office.code)
    categories = session.scalars(select(Category).order_by(Category.kind, Category.position)).all()
    for category in categories:
        session.expunge(category)
        found.categories[category.code] = category
    for question in session.scalars(
        select(CategoryQuestion).order_by(CategoryQuestion.position)
    ).all():
        found.questions.setdefault(question.category_code, []).append(question)
        session.expunge(question)
    for kin in session.execute(select(*CategoryKinship.__table__.columns)):
        found.kinship.setdefault(kin.one_code, {})[kin.other_code] = kin.closeness
        found.kinship.setdefault(kin.other_code, {})[kin.one_code] = kin.closeness
    words = session.execute(select(CommonWord.stem, CommonWord.share))
    found.common_words = dict(list(words))
    return found


def _grouped(areas: Iterable[Any], names: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Kecamatan, by name → its kelurahan as (code, name), by name."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for area in sorted(areas, key=lambda area: str(area.name)):
        if area.level == "kelurahan":
            district = names.get(area.code.rpartition(".")[0], "")
            groups.setdefault(district, []).append((area.code, area.name))
    return dict(sorted(groups.items()))


def offered(name: str, make: Callable[[], list[Any]]) -> list[Any]:
    """A list that forms offer in the reader's language, made when it is first asked for."""
    lists, key = labels().lists, f"{name} {spoken()}"
    if key not in lists:
        lists[key] = make()
    return lists[key]


def area_label(code: str | None) -> str:
    """An area as people say it: "Kelurahan Dago", "Kecamatan Coblong", "Kota Bandung"."""
    known = labels()
    name, level = known.areas.get(code or "", code or ""), known.levels.get(code or "", "")
    return name if level in ("kota", "") else f"{level.capitalize()} {name}"


def named(category: Category) -> str:
    """A category's name in the reader's language, where the city has one."""
    return getattr(category, f"name_{spoken()}", "") or category.name


def hint(category: Category) -> str:
    """What its reporters should mention, in the reader's language, where the city has it."""
    return getattr(category, f"help_{spoken()}", "") or category.help


def category_label(code: str) -> str:
    """The name of the category with this code, in the reader's language."""
    known, key = labels(), f"{spoken()} {code}"
    said = known.category_names.get(key)
    if said is None:
        found = known.categories.get(code)
        said = known.category_names[key] = named(found) if found else code
    return said


def department_label(code: str | None) -> str:
    """A department's short name."""
    return labels().departments.get(code or "", code or "")


SEATS = {
    "author": lazy_gettext("Reporter"),
    "supporter": lazy_gettext("A supporter"),
    "resident": lazy_gettext("Resident"),
    "tapd": lazy_gettext("Budget team (TAPD)"),
}


def seat_label(seat: str) -> str:
    """A seat as people say it; ``seat`` is the name the trail keeps ("moderator:32.73…")."""
    role, _colon, scope = seat.partition(":")
    match role:
        case "moderator" | "validator":
            return area_label(scope)
        case "officer":
            return labels().department_names.get(scope, scope)
        case "operator":
            return str(
                _("RW operator, %(area)s", area=area_label(scope)) if scope else _("RW operator")
            )
        case "planner" | "coordinator" | "auditor":
            return department_label(current_app.config["CITY"].roles[role])
        case _:
            return str(SEATS.get(role, _("System")))


STEPS = {
    "file": lazy_gettext("Filed"),
    "absorb": lazy_gettext("Another one was joined with this"),
    "release": lazy_gettext("One that was joined with this stands by itself again"),
}


def step_label(kind: Kind, step: str) -> str:
    """What was done to an item, also where no workflow names it.  Raises NotAllowed."""
    return str(STEPS[step] if step in STEPS else kind.workflow.named(step).label)
