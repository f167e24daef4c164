"""In the field: what is in my hands and around me, as big cards on a phone."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.forms import clean_line
from app.queries import field_work
from app.queries.actors import current_actor
from app.services import items, queued

from .desk_lines import gone_by, working_days_left
from .guards import may

bp = Blueprint("work_field", __name__, url_prefix="/kerja/lapangan")


@bp.route("", methods=["GET", "POST"])
@may("work_owner")
def cards() -> ResponseReturnValue:
    """The officer's work; sent with a place (in the body: no log keeps it) the nearest first."""
    actor, place = current_actor(), here()
    area = clean_line(request.values.get("wilayah", "")) or ""
    found = field_work.cards(actor, place, area=area)
    return render_template(
        "work/field.html",
        cards=[_card(row) for row in found],
        here_point=place,
        area=area,
        left=working_days_left,
        gone_by=gone_by,
        new_key=uuid.uuid4,
        account=queued.mark(actor),
    )


def _card(row: Any) -> dict[str, Any]:
    """An item and what its officer may do with it on the spot."""
    open_now = {step.name: step for step in items.open_steps(row.Item, current_actor())}
    return {
        "row": row,
        "item": row.Item,
        "accept": open_now.get("accept"),
        "start": open_now.get("start"),
        "proof": open_now.get("submit_proof"),
    }


def here() -> tuple[float, float] | None:
    """Where the phone says it is (lon, lat; EPSG:4326); None for nonsense."""
    try:
        lon, lat = (float(request.form.get(name, "")) for name in ("lon", "lat"))
    except ValueError:
        return None
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None
