"""The accounts of the demo, shown on the sign-in page while the demo runs."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import current_app

from app.forms.mandate import ROLE_TITLES
from app.queries.labels import area_label, department_label


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as; ``place`` is the code of an area or a department, or empty."""

    email: str
    name: str
    role: str
    place: str
    password: str

    @property
    def title(self) -> str:
        """Who they are, in a few words."""
        where = area_label(self.place) if self.place[:1].isdigit() else department_label(self.place)
        words = [str(ROLE_TITLES.get(self.role, self.role)), where]
        return ", ".join(word for word in words if word)


def demo_people() -> tuple[DemoPerson, ...]:
    """The demo's accounts; nobody outside the demo."""
    if not current_app.config["DEMO"]:
        return ()
    return _read(current_app.config["CITY"].folder / "demo" / "people.toml")


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[DemoPerson, ...]:
    if not path.is_file():
        return ()
    data = tomllib.loads(path.read_text("utf-8"))
    return tuple(
        DemoPerson(
            one["email"],
            one["name"],
            one["role"],
            one.get("area") or one.get("department") or "",
            data["password"],
        )
        for one in data["person"]
    )
