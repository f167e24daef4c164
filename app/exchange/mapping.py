"""How the columns of somebody's table become the parts of a complaint: a TOML file, checked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from .tables import plain

PLACES = ("latitude", "longitude", "coordinates", "district", "rw", "rt")


@dataclass(frozen=True)
class Shape:
    """What a table of one kind of item may say; ``needed`` must have a column or a default.

    Of each group in ``either`` one field must have a column.
    """

    fields: frozenset[str]
    needed: tuple[str, ...]
    either: tuple[tuple[str, ...], ...]
    columns_only: tuple[str, ...] = ()  # what no default can stand for


COMPLAINTS = Shape(
    fields=frozenset(
        (
            *("id", "title", "body", "address", "reporter", "answer", "reason_text"),
            *("category", "state", "department", "visibility", "channel", "road_class"),
            *("reason", "area", "happened_on", "rating", *PLACES),
            *("created", "verified", "routed", "accepted", "started", "resolved", "closed"),
        )
    ),
    needed=("id", "created", "category", "state"),
    either=(("title", "body"),),
    columns_only=("id", "created"),
)
ORDERS = ("dmy", "mdy")


class MappingError(Exception):
    """The mapping file cannot be used; ``problems`` says why, line by line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Mapping:
    """``columns`` gives for each part of a complaint the column it comes from; ``values`` what
    their words mean; ``defaults`` what holds where the cell is empty.
    """

    source: str
    name: str
    columns: Map[str, str]
    values: Map[str, Map[str, str]]
    defaults: Map[str, str]
    date_order: str = "dmy"
    sheet: str = ""

    def cell(self, cells: Map[str, str], field: str) -> str:
        """What the row says of a part, in our words where the mapping knows theirs."""
        said = cells.get(self.columns.get(field, ""), "").strip()
        if not said:
            return self.defaults.get(field, "")
        words = self.values.get(field)
        return words.get(plain(said), said) if words else said


def read(path: Path, valid: Map[str, set[str]], shape: Shape = COMPLAINTS) -> Mapping:
    """The mapping in a file; ``valid`` gives the codes that each field may have.

    Raises MappingError.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise MappingError(
            [_("The mapping cannot be opened: %(why)s.", why=error.strerror)]
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError([_("The mapping is no TOML: %(why)s.", why=error)]) from None
    return made(data, valid, shape)


def made(data: Map[str, Any], valid: Map[str, set[str]], shape: Shape = COMPLAINTS) -> Mapping:
    """As ``read``, from what stands in the file."""
    problems = list(_problems(data, valid, shape))
    if problems:
        raise MappingError(problems)
    values = {
        field: {plain(theirs): str(ours) for theirs, ours in words.items()}
        for field, words in data.get("values", {}).items()
    }
    defaults = {field: str(value) for field, value in data.get("defaults", {}).items()}
    return Mapping(
        source=data["source"],
        name=data.get("name") or data["source"],
        columns=dict(data["columns"]),
        values=values,
        defaults=defaults,
        date_order=data.get("date_order", "dmy"),
        sheet=data.get("sheet", ""),
    )


def _problems(data: Map[str, Any], valid: Map[str, set[str]], shape: Shape) -> Iterator[str]:
    source, defaults = data.get("source"), data.get("defaults", {})
    if not isinstance(source, str) or not source.replace("-", "").isalnum():
        yield _("“source” is missing: letters, digits and hyphens, a name for where it comes from.")
    if data.get("date_order", "dmy") not in ORDERS:
        yield _("“date_order” is dmy or mdy.")
    parts = {name: data.get(name, {}) for name in ("columns", "values", "defaults")}
    odd = [name for name, found in parts.items() if not isinstance(found, dict)]
    if odd:
        yield from (_("“%(part)s” is a table.", part=name) for name in odd)
        return
    for name, found in parts.items():
        for field in sorted(set(found) - shape.fields):
            yield _("%(part)s: there is no field “%(field)s”.", part=name, field=field)
    for field in shape.needed:
        if field not in parts["columns"] and (field in shape.columns_only or field not in defaults):
            yield _("columns: “%(field)s” is missing.", field=field)
    for group in shape.either:
        if not set(group) & set(parts["columns"]):
            yield _("columns: one of %(fields)s is needed.", fields=", ".join(group))
    yield from _codes(data, valid)


def _codes(data: Map[str, Any], valid: Map[str, set[str]]) -> Iterator[str]:
    for field, codes in valid.items():
        words = dict(data.get("values", {}).get(field, {}))
        if field in data.get("defaults", {}):
            words["(default)"] = data["defaults"][field]
        for theirs, ours in words.items():
            if str(ours) not in codes:
                yield _(
                    "%(field)s: “%(theirs)s” becomes “%(ours)s”, which does not exist.",
                    field=field,
                    theirs=theirs,
                    ours=ours,
                )
