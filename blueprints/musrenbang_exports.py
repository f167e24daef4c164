"""Ranked lists, ceilings and forums to take along: as CSV, or as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from app.exchange import list_tables as tables
from app.extensions import limiter
from app.queries import ceiling_table, ceilings, forum, ranking, scoring
from app.queries.actors import current_actor

from .guards import public
from .page import session
from .ranked import code_of, key_asked, year_asked

bp = Blueprint("musrenbang_exports", __name__, url_prefix="/musrenbang")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/prioritas/<code:list_code>/unduh.<any(csv, xlsx):ending>")
@public
@limiter.limit("60/hour")
def ranked(list_code: str, ending: str) -> ResponseReturnValue:
    """One list as it stands: order, costs, running sum, and the side of the line."""
    reads = session()
    found = ranking.ranked(reads, key_asked(reads, list_code))
    ids = [row.id for row in (*found.rows, *found.unranked)]
    scores = scoring.scores_of(reads, ids) if ids else {}
    key = found.key
    name = f"prioritas-{key.plan_year}-{code_of(key)}" + (f"-rw{key.rw:02}" if key.rw else "")
    return _sent(name, ending, tables.RANKED, tables.ranked(found, scores))


@bp.get("/pagu/unduh.<any(csv, xlsx):ending>")
@public
@limiter.limit("60/hour")
def ceiling(ending: str) -> ResponseReturnValue:
    """The ceilings of a year: every area and department, every version."""
    reads = session()
    year = year_asked(reads)
    versions = ceilings.versions(reads, year)
    if not versions:
        abort(404)
    groups = ceiling_table.filled(ceiling_table.frame(reads), versions)
    return _sent(f"pagu-{year}", ending, tables.ceilings_head(versions), tables.ceilings(groups))


@bp.get("/forum/unduh.<any(csv, xlsx):ending>")
@public
@limiter.limit("60/hour")
def forums(ending: str) -> ResponseReturnValue:
    """The forums of a year: when and where, how many came, what was agreed; no names."""
    reads = session()
    year = year_asked(reads)
    rows = forum.numbers(reads, year)
    return _sent(f"musyawarah-{year}", ending, tables.FORUMS, tables.forums(rows))


def _sent(name: str, ending: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """The table as a file; whoever has signed in gets a copy that nobody keeps."""
    current_actor()
    with force_locale("id"):
        if ending == "csv":
            answer = Response(tables.as_csv(names, rows), mimetype="text/csv")
        else:
            answer = Response(tables.as_xlsx(name[:31], names, rows), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return answer
