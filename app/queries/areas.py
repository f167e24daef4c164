"""Areas with their numbers, for the map's list, the outlines on it and the report."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app
from sqlalchemy.orm import Session

from app.kinds import states_in
from app.queries import facets
from app.workflow import Phase
from maps.outlines import Outline, outlines

KEEP_SECONDS = 60


@dataclass(frozen=True)
class Line:
    """One kelurahan and how many published items it has: open ones, and those of them late."""

    code: str
    name: str
    district: str
    open: int
    overdue: int


def drawn(session: Session) -> list[Outline]:
    """The outlines of the city, read at most once a minute."""
    kept: tuple[float, list[Outline]] | None = current_app.extensions.get("rembuk_outlines")
    if kept is None or time.monotonic() - kept[0] > KEEP_SECONDS:
        kept = (time.monotonic(), outlines(session))
        current_app.extensions["rembuk_outlines"] = kept
    return kept[1]


def forget() -> None:
    """Read the outlines afresh next time."""
    current_app.extensions.pop("rembuk_outlines", None)


def lines(
    session: Session, kind: str = "", phases: Iterable[Phase] = (Phase.NEW, Phase.OPEN)
) -> list[Line]:
    """Every kelurahan, by kecamatan and name, with its items of a kind in these phases."""
    wanted = [(slug, state) for slug, state in states_in(*phases) if kind in ("", slug)]
    found: dict[str, tuple[int, int]] = {}
    for slug in sorted({slug for slug, _state in wanted}):
        states = tuple(state for of, state in wanted if of == slug)
        totals = facets.area_totals(session, kind=slug, states=states)
        for code, items, overdue in totals:
            before = found.get(code, (0, 0))
            found[code] = (before[0] + items, before[1] + overdue)
    made = [
        Line(area.code, area.name, area.district, *found.get(area.code, (0, 0)))
        for area in drawn(session)
    ]
    return sorted(made, key=lambda line: (line.district, line.name))
