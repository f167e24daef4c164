"""The page for developers: how to read and write through Open311 GeoReport v2."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from app.forms.georeport import WINDOW
from app.queries import georeport, georeport_services, georeport_shape
from app.queries.georeport import MOST
from app.services.georeport_updates import STEPS
from models import reading

from .georeport_examples import examples
from .guards import public

bp = Blueprint("georeport_docs", __name__, url_prefix="/pengembang")


@bp.get("/georeport")
@public
def guide() -> ResponseReturnValue:
    """What there is, with answers of this very city."""
    return render_template(
        "georeport/guide.html",
        base=f"{current_app.config['BASE_URL']}/georeport/v2",
        examples=examples(reading()),
        asking=_asking(),
        statuses=_statuses(),
        update_statuses=list(STEPS),
        days=WINDOW.days,
        most=MOST,
    )


def _asking() -> list[tuple[Any, list[Any]]]:
    """The services that ask something, each with its attributes."""
    reads = reading()
    found = [row for row in georeport_services.services(reads) if row.asks]
    return [(row, georeport_services.questions(reads, row.code)) for row in found]


def _statuses() -> list[tuple[Any, str, str]]:
    """Every state with what it is called here and there."""
    return [
        (state.label, georeport_shape.status(state.name), georeport_shape.update_status(state.name))
        for state in georeport.STATES
    ]
