"""The accounts of the demo, shown on the sign-in page while the demo runs."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import current_app


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as."""

    email: str
    name: str
    role: str
    password: str


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
    usual = str(data.get("password", ""))
    listed = data.get("accounts") or data.get("people") or data.get("person") or []
    return tuple(
        DemoPerson(
            str(one["email"]),
            str(one.get("name", "")),
            str(one.get("title") or one.get("role") or ""),
            str(one.get("password") or usual),
        )
        for one in listed
        if one.get("email") and one.get("listed", True)
    )
