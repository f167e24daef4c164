"""Ranked lists in public: their order, the line of the ceiling, and what another one would do."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from app.forms import whole
from app.forms.ceilings import KINDS as CEILING_KINDS
from app.forms.ceilings import read, short
from app.kinds import KINDS
from app.queries import choices, ranking, ranking_history, scoring
from app.queries.actors import current_actor
from app.queries.labels import labels
from app.queries.ranking import RankedList
from app.services.ranking import seat_for

from .guards import public
from .page import session
from .ranked import args_of, key_asked, list_name, wider, year_asked
from .ranked_lines import Writer

bp = Blueprint("musrenbang_ranking", __name__, url_prefix="/musrenbang/prioritas")
bp.add_app_template_filter(short, "money")
bp.add_app_template_filter(list_name, "list_name")
bp.add_app_template_global(args_of, "list_args")
SHOWN = 300  # proposals on one page; a kecamatan has some two hundred
RULES = {
    "stop": _("At the first proposal that does not fit, the list ends."),
    "skip": _("A proposal that does not fit is left out; smaller ones behind it may still fit."),
}
bp.add_app_template_filter(RULES.get, "list_rule")
bp.add_app_template_filter(CEILING_KINDS.get, "ceiling_kind")


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """The way to a list; those that somebody has put in order."""
    reads = session()
    year, asked = year_asked(reads), request.args.get("wilayah", "")
    if asked in labels().areas or asked in labels().departments:
        rw = request.args.get("rw") or None
        return redirect(url_for(".show", list_code=asked, tahun=year, rw=rw))
    return render_template(
        "musrenbang/ranking_index.html",
        year=year,
        groups=ranking_history.ordered(reads, year),
        departments=choices.departments(reads, external=False),
    )


@bp.get("/<code:list_code>")
@public
def show(list_code: str) -> ResponseReturnValue:
    """One list with its line; with ``pagu`` what another ceiling would do, item by item."""
    reads = session()
    found = ranking.ranked(reads, key_asked(reads, list_code))
    asked, wrong = _asked()
    tried = found.at(asked) if asked is not None else None
    asked_page = (whole(request.args.get("hal")) or 1) - 1
    first = SHOWN * max(0, min(asked_page, (len(found.rows) - 1) // SHOWN))
    last, waiting = first + SHOWN, found.unranked[:SHOWN]
    ids = [row.id for row in (*found.rows[first:last], *waiting)]
    scores = scoring.scores_of(reads, ids) if ids else {}
    write = Writer(found, scores)
    page = render_template(
        "musrenbang/ranking_show.html",
        key=found.key,
        list=found,
        shown=tried or found,
        tried=tried,
        crossed=_crossed(found, tried),
        typed=request.args.get("pagu", ""),
        first=first,
        last=last,
        ranked=write.ranked(tried or found, first, last),
        waiting=write.unranked(waiting),
        size=SHOWN,
        wrong=wrong,
        scored=bool(scores),
        states=KINDS["musrenbang"].workflow.states,
        above=wider(found.key),
        may_rank=seat_for(current_actor(), found.key) is not None,
    )
    return page, 422 if wrong else 200


def _asked() -> tuple[int | None, str]:
    """The ceiling somebody tries out, and what is wrong with what they typed."""
    typed = request.args.get("pagu", "").strip()
    if not typed:
        return None, ""
    try:
        return read(typed), ""
    except ValueError as problem:
        return None, str(problem)


def _crossed(found: RankedList, tried: RankedList | None) -> dict[str, list[Any]]:
    """What would fall below the line and what would rise above it."""
    if tried is None:
        return {}
    pairs = list(zip(found.rows, tried.rows, strict=True))
    return {
        "fallen": [now for then, now in pairs if then.above and now.above is False],
        "risen": [now for then, now in pairs if then.above is False and now.above],
    }


@bp.get("/<code:list_code>/riwayat")
@public
def history(list_code: str) -> ResponseReturnValue:
    """Every order a list had: who made it, when, and what moved."""
    reads = session()
    key = key_asked(reads, list_code)
    return render_template(
        "musrenbang/ranking_history.html",
        key=key,
        orders=ranking_history.told(reads, key),
        steps={s.name: s.label for s in KINDS["musrenbang"].workflow.steps},
    )
