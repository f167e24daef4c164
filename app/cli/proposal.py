"""``flask proposal``: proposals of earlier years brought in from somebody's table."""

from __future__ import annotations

from typing import Any

from flask.cli import AppGroup

from app.exchange import proposals

from . import _imports

group = AppGroup("proposal", help="Bring proposals in from elsewhere.")
YEARS_BACK = 10


@group.command("import")
@_imports.options
def import_(**given: Any) -> None:
    """Bring the proposals of FILE (CSV or XLSX) in, with their way through the levels.

    What is put right or refused is explained row by row (--report); a row that stands there twice
    comes in once.  Broken off, it is started again.
    """
    _imports.bring(proposals.Importer, proposals.codes(), proposals.SHAPE, YEARS_BACK, **given)
