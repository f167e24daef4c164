"""``flask complaint``: history brought in from somebody's table."""

from __future__ import annotations

from typing import Any

from flask.cli import AppGroup

from app.exchange import complaints, mapping

from . import _imports

group = AppGroup("complaint", help="Bring complaints in from elsewhere.")
YEARS_BACK = 3


@group.command("import")
@_imports.options
def import_(**given: Any) -> None:
    """Bring the complaints of FILE (CSV or XLSX) in, with their trail; each number once.

    What is refused is named row by row; the good rows come in.  Broken off, it is started again.
    """
    _imports.bring(complaints.Importer, complaints.codes(), mapping.COMPLAINTS, YEARS_BACK, **given)
