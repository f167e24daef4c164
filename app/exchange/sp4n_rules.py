"""How reports are exchanged with SP4N-LAPOR!, as the city's ``sp4n.toml`` says it; checked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from app.kinds.lapor import LAPOR

from . import mapping
from .mapping import Mapping, MappingError
from .tables import plain

SYSTEM = "sp4n"
WINNERS = ("ours", "theirs")
OTHERWISE = "otherwise"  # the status of states the table does not name
NUMBER = "number"  # our public number, in a column of its own


@dataclass(frozen=True)
class Rules:
    """``columns`` names the cells of the file; ``export`` gives their status for our states,
    ``steps`` the step that follows from a new status of theirs, by our state.
    """

    columns: Map[str, str]
    export: Map[str, str]
    export_reason: Map[str, str]
    steps: Map[str, Map[str, str]]
    reasons: Map[str, str]
    wins: str
    link: str
    incoming: Mapping

    def status(self, state: str, reason: str) -> str:
        """Their word for where a report of ours stands."""
        ended = state in ("rejected", "archived")
        usual = self.export.get(state) or self.export[OTHERWISE]
        return (self.export_reason.get(reason) if ended else None) or usual

    def step(self, status: str, state: str) -> str:
        """The step that follows when they say ``status`` and ours stands in ``state``."""
        return self.steps.get(plain(status), {}).get(state, "")


def read(folder: Path, valid: Map[str, set[str]]) -> Rules:
    """The rules of a city.  Raises MappingError."""
    path = folder / "sp4n.toml"
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        raise MappingError([_("The city has no file %(name)s.", name=path.name)]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(
            [_("%(name)s is no TOML: %(why)s.", name=path.name, why=error)]
        ) from None
    return made(data, valid)


def made(data: dict[str, Any], valid: Map[str, set[str]]) -> Rules:
    """As ``read``, from what stands in the file."""
    problems = list(_problems(data))
    if problems:
        raise MappingError(problems)
    columns = dict(data["columns"])
    theirs = {name: column for name, column in columns.items() if name != NUMBER}
    state = columns["state"]
    values = {**data.get("values", {}), "state": data["new"], "reason": data.get("reasons", {})}
    incoming = mapping.made(
        {
            "source": SYSTEM,
            "name": "SP4N-LAPOR!",
            "columns": {**theirs, "reason": state},
            "values": values,
            "defaults": {"channel": SYSTEM, **data.get("defaults", {})},
        },
        valid,
    )
    return Rules(
        columns=columns,
        export=data["export"],
        export_reason=data.get("export_reason", {}),
        steps={plain(status): steps for status, steps in data.get("steps", {}).items()},
        reasons={plain(status): reason for status, reason in data.get("reasons", {}).items()},
        wins=data.get("wins", "ours"),
        link=data.get("link", ""),
        incoming=incoming,
    )


def _problems(data: dict[str, Any]) -> Iterator[str]:
    for part in ("columns", "export", "new"):
        if not isinstance(data.get(part), dict):
            yield _("“%(part)s” is a table.", part=part)
            return
    for name in ("id", NUMBER, "state"):
        if name not in data["columns"]:
            yield _("columns: “%(field)s” is missing.", field=name)
    if data.get("wins", "ours") not in WINNERS:
        yield _("“wins” is ours or theirs.")
    states = {state.name for state in LAPOR.workflow.states}
    named = set(data["export"])
    missing = set() if OTHERWISE in named else states - named
    for state in sorted(missing | named - states - {OTHERWISE}):
        yield _("export: the state “%(state)s” is missing or unknown.", state=state)
    for status, steps in data.get("steps", {}).items():
        for state, name in steps.items():
            step = next((s for s in LAPOR.workflow.steps if s.name == name), None)
            if step is None or state not in step.sources:
                yield _(
                    "steps: “%(step)s” cannot follow from “%(state)s” (%(status)s).",
                    step=name,
                    state=state,
                    status=status,
                )
