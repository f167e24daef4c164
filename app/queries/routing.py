"""Which department owns a matter: the first routing rule that fits, and why it does.

A rule names a category, an area, a road class, a keyword, or leaves them open; what it leaves open
fits everything.  A keyword fits when a word of the text begins with it, however the text is cased
or spaced.  A department that has ended hands its rules to its successor.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import or_, select

from models import ROAD_CLASSES, AnySession, Area, Category, Department, Item, RoutingRule

from .calendar import city_day

PARTS = ("category", "area", "road_class", "keyword")


@dataclass(frozen=True)
class Case:
    """A matter that looks for its owner.  ``text`` is everything said about it."""

    category_code: str
    area_code: str
    road_class: str = "tidak_tahu"
    text: str = ""


@dataclass(frozen=True)
class Skipped:
    """A rule that stands before the one that decided, and the part that did not fit."""

    position: int
    department_code: str
    part: str
    wanted: str


@dataclass(frozen=True)
class Explanation:
    """Who owns a matter, by which rule, and what of the rule fitted.

    ``matched`` holds (part, value) for what the rule names.  ``successor_of`` is the department
    the rule itself names, when that one has ended.
    """

    department_code: str
    position: int
    matched: tuple[tuple[str, str], ...]
    note: str = ""
    skipped: tuple[Skipped, ...] = ()
    successor_of: str | None = None

    def why(self) -> list[str]:
        """What decided, as sentences in the reader's language."""
        from .labels import area_label, department_label, labels

        said = []
        for part, value in self.matched:
            if part == "category":
                known = labels().categories.get(value)
                said.append(_("the category is “%(name)s”", name=known.name if known else value))
            elif part == "area":
                said.append(_("the place lies in %(name)s", name=area_label(value)))
            elif part == "road_class":
                said.append(_("the road is: %(name)s", name=road_label(value)))
            else:
                said.append(_("the text mentions “%(word)s”", word=value))
        if self.successor_of:
            name = department_label(self.successor_of)
            said.append(_("it took over from %(name)s", name=name))
        return said


def road_label(code: str) -> str:
    """A road class as people say it."""
    names = {
        "besar": _("main road"),
        "lingkungan": _("neighbourhood road"),
        "gang": _("alley"),
        "tidak_tahu": _("kind of road unknown"),
    }
    return str(names.get(code, code))


def plain(text: str) -> str:
    """Text as keywords are compared: lower case, no accents, signs as single spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", letters))


def misfit(rule: RoutingRule, case: Case, words: str) -> str | None:
    """The first part of the rule that does not fit the case, or None when all of it fits.

    ``words`` is ``plain(case.text)``.  This is the one evaluation of a rule; every reader uses it.
    """
    if rule.category_code is not None and rule.category_code != case.category_code:
        return "category"
    area = rule.area_code
    if area is not None and not f"{case.area_code}.".startswith(f"{area}."):
        return "area"
    if rule.road_class is not None and rule.road_class != case.road_class:
        return "road_class"
    if rule.keyword is not None and f" {plain(rule.keyword)}" not in f" {words}":
        return "keyword"
    return None


def explain(rules: Iterable[RoutingRule], case: Case) -> Explanation | None:
    """The first of ``rules`` (in order of position) that fits the case; None when none does."""
    words, skipped = plain(case.text), list[Skipped]()
    for rule in rules:
        part = misfit(rule, case, words)
        if part is None:
            return Explanation(
                rule.department_code,
                rule.position,
                tuple((part, value) for part, value in _named(rule) if value is not None),
                rule.note,
                tuple(skipped),
            )
        if part != "category":
            wanted = dict(_named(rule))[part] or ""
            skipped.append(Skipped(rule.position, rule.department_code, part, wanted))
    return None


def _named(rule: RoutingRule) -> Iterator[tuple[str, str | None]]:
    values = (rule.category_code, rule.area_code, rule.road_class, rule.keyword)
    return zip(PARTS, values, strict=True)


def owner(
    session: AnySession,
    category_code: str,
    area_code: str,
    road_class: str | None = None,
    text: str = "",
    *,
    day: date | None = None,
) -> Explanation | None:
    """Who owns a matter on ``day`` (today); None when no rule leads to a department in force."""
    case = Case(category_code, area_code, road_class or "tidak_tahu", text)
    query = select(RoutingRule).where(
        or_(RoutingRule.category_code == category_code, RoutingRule.category_code.is_(None))
    )
    found = explain(session.scalars(query.order_by(RoutingRule.position)), case)
    if found is None:
        return None
    named, day = session.get_one(Department, found.department_code), day or city_day()
    return found if named.holds(day) else _in_force(found, departments(session), day)


def suggest(session: AnySession, item: Item) -> Explanation | None:
    """The owner the rules propose for an item; a moderator decides."""
    return owner(
        session,
        item.category_code,
        item.area_code,
        getattr(item, "road_class", None),
        " ".join((item.title, item.address, item.body)),
    )


def departments(session: AnySession) -> dict[str, Department]:
    """Every department, ended ones too, by code."""
    return {found.code: found for found in session.scalars(select(Department))}


def successor(known: Mapping[str, Department], code: str, day: date) -> str | None:
    """The department that does this one's work on ``day``: itself, or who followed it."""
    seen: set[str] = set()
    while code in known and code not in seen:
        seen.add(code)
        found = known[code]
        if found.holds(day):
            return code
        code = found.successor_code or ""
    return None


def _in_force(found: Explanation, known: Mapping[str, Department], day: date) -> Explanation | None:
    code = successor(known, found.department_code, day)
    if code is None or code == found.department_code:
        return found if code else None
    return Explanation(
        code, found.position, found.matched, found.note, found.skipped, found.department_code
    )


@dataclass(frozen=True)
class Coverage:
    """What the rules say of every category × kelurahan × road class.

    ``gaps`` holds (category, area, road class) without an owner in force.
    """

    categories: int
    areas: int
    cases: int
    gaps: tuple[tuple[str, str, str], ...]
    rules: int
    owners: Mapping[str, int]


def coverage(session: AnySession, day: date | None = None) -> Coverage:
    """Ask the rules about every case, with nothing said in the text: is there always an owner?"""
    day = day or city_day()
    known = departments(session)
    rules = session.scalars(select(RoutingRule).order_by(RoutingRule.position)).all()
    kelurahan = select(Area.code).where(Area.level == "kelurahan", Area.valid_to.is_(None))
    areas = session.scalars(kelurahan.order_by(Area.code)).all()
    topics = select(Category.code).where(Category.valid_to.is_(None)).order_by(Category.position)
    categories = session.scalars(topics).all()
    gaps, owners = [], dict[str, int]()
    for category in categories:
        mine = [rule for rule in rules if rule.category_code in (None, category)]
        for case in (Case(category, a, road) for a in areas for road in ROAD_CLASSES):
            found = explain(mine, case)
            code = successor(known, found.department_code, day) if found else None
            if code is None:
                gaps.append((case.category_code, case.area_code, case.road_class))
            else:
                owners[code] = owners.get(code, 0) + 1
    cases = len(categories) * len(areas) * len(ROAD_CLASSES)
    return Coverage(len(categories), len(areas), cases, tuple(gaps), len(rules), owners)
