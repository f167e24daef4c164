"""One routing rule and one matter: does it fit, and what of it?  Pure; no database.

A rule names a category, an area, a road class, a keyword, or leaves them open; what it leaves open
fits everything.  A keyword fits when a word of the text begins with it, however the text is cased
or spaced.  A main road fits a toll, national or provincial road too: they are main roads.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

from flask_babel import gettext as _

from models import ROAD_CLASSES, ROAD_OWNERS

PARTS = ("category", "area", "road_class", "keyword")
ALL_ROADS = (*ROAD_CLASSES, *ROAD_OWNERS)
MAIN = "besar"


class Rule(Protocol):
    """What decides: a row of the routing table, or a line of the kept rulebook."""

    @property
    def position(self) -> int:
        """Where it stands."""

    @property
    def category_code(self) -> str | None:
        """The category it is for."""

    @property
    def area_code(self) -> str | None:
        """The area it is for."""

    @property
    def road_class(self) -> str | None:
        """The road class it is for."""

    @property
    def keyword(self) -> str | None:
        """What the text must mention."""

    @property
    def department_code(self) -> str:
        """Whose the matter is."""

    @property
    def note(self) -> str:
        """Why, in the city's words."""


class Line(NamedTuple):
    """A routing rule without the database; ``id`` is 0 for one that is not saved."""

    position: int
    category_code: str | None
    area_code: str | None
    road_class: str | None
    keyword: str | None
    department_code: str
    note: str = ""
    id: int = 0


@dataclass(frozen=True)
class Case:
    """A matter that looks for its owner.  ``text`` is everything said about it.

    ``road_name`` is the road line the pin lies on, when that decided ``road_class``.
    """

    category_code: str
    area_code: str
    road_class: str = "tidak_tahu"
    text: str = ""
    road_name: str = ""


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
    passed: tuple[tuple[Rule, str], ...] = ()
    successor_of: str | None = None
    road_name: str = ""

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The rules of its category that stood before, and the part of each that did not fit."""
        return tuple(_skipped(rule, part) for rule, part in self.passed)

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
                said.append(self._road(value))
            else:
                said.append(_("the text mentions “%(word)s”", word=value))
        if self.successor_of:
            name = department_label(self.successor_of)
            said.append(_("it took over from %(name)s", name=name))
        return said

    def _road(self, value: str) -> str:
        if self.road_name:
            return str(
                _(
                    "the pin lies on %(road)s (%(name)s)",
                    road=self.road_name,
                    name=road_label(value),
                )
            )
        return str(_("the road is: %(name)s", name=road_label(value)))


def road_label(code: str) -> str:
    """A road class as people say it."""
    names = {
        "besar": _("main road"),
        "lingkungan": _("neighbourhood road"),
        "gang": _("alley"),
        "tidak_tahu": _("kind of road unknown"),
        "tol": _("toll road"),
        "nasional": _("national road"),
        "provinsi": _("provincial road"),
    }
    return str(names.get(code, code))


_SIGNS = {n: " " for n in range(128) if not chr(n).isalnum()}


def plain(text: str) -> str:
    """Text as keywords are compared: lower case, no accents, signs as single spaces."""
    if text.isascii():
        return " ".join(text.lower().translate(_SIGNS).split())
    letters = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", letters))


@lru_cache(maxsize=4096)
def _needle(keyword: str) -> str:
    return f" {plain(keyword)}"


def road_fits(wanted: str | None, road: str) -> bool:
    """Does a rule for ``wanted`` fit a road of this class?"""
    return wanted is None or wanted == road or (wanted == MAIN and road in ROAD_OWNERS)


def misfit(rule: Rule, case: Case, words: str) -> str | None:
    """The first part of the rule that does not fit the case, or None when all of it fits.

    ``words`` is ``plain(case.text)``.  This is the one evaluation of a rule; every reader uses it.
    """
    if rule.category_code is not None and rule.category_code != case.category_code:
        return "category"
    area = rule.area_code
    if area is not None and not f"{case.area_code}.".startswith(f"{area}."):
        return "area"
    if not road_fits(rule.road_class, case.road_class):
        return "road_class"
    if rule.keyword is not None and _needle(rule.keyword) not in f" {words}":
        return "keyword"
    return None


def explain(rules: Iterable[Rule], case: Case) -> Explanation | None:
    """The first of ``rules`` (in order of position) that fits the case; None when none does."""
    words, passed = plain(case.text), list[tuple[Rule, str]]()
    for rule in rules:
        part = misfit(rule, case, words)
        if part is None:
            return Explanation(
                rule.department_code,
                rule.position,
                tuple((part, value) for part, value in named(rule) if value is not None),
                rule.note,
                tuple(passed),
                road_name=case.road_name,
            )
        if part != "category":
            passed.append((rule, part))
    return None


def _skipped(rule: Rule, part: str) -> Skipped:
    return Skipped(rule.position, rule.department_code, part, dict(named(rule))[part] or "")


def named(rule: Rule) -> tuple[tuple[str, str | None], ...]:
    """The parts of a rule with what it names; None where it leaves a part open."""
    values = (rule.category_code, rule.area_code, rule.road_class, rule.keyword)
    return tuple(zip(PARTS, values, strict=True))
