"""Ceilings in public: every version beside the others, and what each did to the lists."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from app.kinds import KINDS
from app.queries import ceiling_effects, ceiling_table, ceilings

from .guards import public
from .page import session
from .ranked import YEARS, year_asked

bp = Blueprint("musrenbang_ceilings", __name__, url_prefix="/musrenbang/pagu")


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """The versions of a year side by side."""
    reads = session()
    year, years = year_asked(reads), ceilings.years(reads)
    versions = ceilings.versions(reads, year)
    groups = ceiling_table.filled(ceiling_table.frame(reads), versions) if versions else []
    return render_template(
        "musrenbang/ceilings_index.html",
        year=year,
        years=sorted({*years, year}, reverse=True),
        versions=versions,
        groups=[group for group in groups if group.filled],
    )


@bp.get("/<int:plan_year>/<int:version_number>")
@public
def effect(plan_year: int, version_number: int) -> ResponseReturnValue:
    """What a version did on the day it was published, proposal by proposal."""
    if plan_year not in YEARS or version_number > 10**6:
        abort(404)
    reads = session()
    version = ceilings.version(reads, plan_year, version_number) or abort(404)
    lists = ceiling_effects.written(reads, version.id)
    return render_template(
        "musrenbang/ceilings_effect.html",
        version=version,
        lists=lists,
        states={s.name: s for s in KINDS["musrenbang"].workflow.states},
    )
