"""An item's number in another system, for its page."""

from __future__ import annotations

import time
import tomllib
from functools import cache
from pathlib import Path

from flask import current_app
from sqlalchemy import bindparam, exists, select

from models import AnySession, ExternalRef

SYSTEM = "sp4n"
KEEP_SECONDS = 60
HOME = "https://www.lapor.go.id"
NUMBER = select(ExternalRef.external_id).where(
    ExternalRef.item_id == bindparam("item"), ExternalRef.system == SYSTEM
)
ANY = select(exists().where(ExternalRef.system == SYSTEM, ExternalRef.external_id.is_not(None)))


def tracking_id(session: AnySession, item_id: int) -> str | None:
    """The number SP4N-LAPOR! knows an item by; costs nothing where nothing is exchanged."""
    kept: tuple[float, bool] | None = current_app.extensions.get("rembuk_sp4n")
    if kept is None or time.monotonic() - kept[0] > KEEP_SECONDS:
        kept = (time.monotonic(), bool(session.scalar(ANY)))
        current_app.extensions["rembuk_sp4n"] = kept
    return session.scalar(NUMBER, {"item": item_id}) if kept[1] else None


def link(number: str) -> str:
    """Where that number can be looked up."""
    return _pattern(current_app.config["CITY"].folder).replace("{id}", number)


@cache
def _pattern(folder: Path) -> str:
    path = folder / "sp4n.toml"
    found = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    pattern = str(found.get("link") or HOME)
    return pattern if pattern.startswith("https://") else HOME
