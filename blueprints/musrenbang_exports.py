"""Ranked lists, ceilings and forums to take along: as CSV, or as a workbook."""

from __future__ import annotations

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from app.exchange import list_tables as tables
from app.extensions import limiter
from app.queries import ceiling_table, ceilings, forum, ranking, scoring

from .guards import public
from .page import session
from .ranked import code_of, key_asked, year_asked
from .table_files import table_file

bp = Blueprint("musrenbang_exports", __name__, url_prefix="/musrenbang")


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
    return table_file(name, ending, tables.RANKED, tables.ranked(found, scores))


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
    return table_file(
        f"pagu-{year}", ending, tables.ceilings_head(versions), tables.ceilings(groups)
    )


@bp.get("/forum/unduh.<any(csv, xlsx):ending>")
@public
@limiter.limit("60/hour")
def forums(ending: str) -> ResponseReturnValue:
    """The forums of a year: when and where, how many came, what was agreed; no names."""
    reads = session()
    year = year_asked(reads)
    rows = forum.numbers(reads, year)
    return table_file(f"musyawarah-{year}", ending, tables.FORUMS, tables.forums(rows))
