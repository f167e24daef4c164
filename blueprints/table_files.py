"""A table as a file to take along: CSV, or a workbook of one sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response
from flask_babel import force_locale

from app.exchange import list_tables as tables
from app.queries.actors import current_actor

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_file(
    name: str, ending: str, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Response:
    """The table as a file; whoever has signed in gets a copy that nobody keeps."""
    current_actor()
    with force_locale("id"):
        if ending == "csv":
            answer = Response(tables.as_csv(names, rows), mimetype="text/csv")
        else:
            answer = Response(tables.as_xlsx(name[:31], names, rows), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return answer
