"""The kecamatan goes and looks: what it found at the place, or why it did not go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from geoalchemy2 import WKTElement

from app.queries import proof as places
from app.workflow import Step
from models import Change, Item, Proposal, Survey, db

from .proof import rounded


def follow_up(item: Item, step: Step, given: Mapping[str, Any], change: Change) -> None:
    """Keep the record of a survey, with the change that tells of it.

    A corrected volume is kept here and offered when the kecamatan verifies; it changes nothing by
    itself.
    """
    if not isinstance(item, Proposal) or step.name not in ("survey", "skip_survey"):
        return
    record = Survey(
        proposal_id=item.id,
        change_id=change.id,
        seat=change.seat,
        at=change.at,
        skipped=given.get("reason", "") if step.name == "skip_survey" else "",
        checklist=given.get("checklist") or {},
        volume=given.get("volume"),
    )
    if here := given.get("here"):
        lon, lat = here
        record.place = cast(Any, WKTElement(f"POINT({lon} {lat})", srid=4326))
        record.metres = rounded(places.metres(db.session, item.id, lon, lat))
    db.session.add(record)
