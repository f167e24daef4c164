"""Scoring, in public: what was judged, what it weighs, and the arithmetic of each proposal."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal

from app.cells import guarded
from app.extensions import spoken
from app.forms.scoring import MEASURED, RECUSALS, points
from app.queries import scoring
from app.services import scoring as rounds
from models import ScoringRound

from .guards import public
from .page import session

bp = Blueprint("musrenbang_scoring", __name__, url_prefix="/musrenbang/penilaian")


@bp.app_template_filter()
def decimals(value: Fraction | Decimal | float, digits: int = 2) -> str:
    """A number with at most so many decimals, as the reader's language writes it."""
    exact = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else value
    return _decimals(exact, digits, spoken())


@lru_cache(maxsize=4096)
def _decimals(exact: Decimal | float, digits: int, _language: str) -> str:
    return str(format_decimal(exact, format="#,##0." + "#" * digits))


def _published(round_id: int) -> ScoringRound:
    found = session().get(ScoringRound, round_id)
    if found is None or found.published_at is None:
        abort(404)
    return found


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """The rounds of all years."""
    return render_template("musrenbang/scoring_index.html", rounds=scoring.published(session()))


@bp.get("/<id:round_id>")
@public
def show(round_id: int) -> ResponseReturnValue:
    """One round: weights, list, arithmetic, and what another weight would have changed."""
    found, reads = _published(round_id), session()
    words: dict[str, Any] = {"round": found, "measured": MEASURED, "recusals": RECUSALS}
    words["canonical"] = rounds.canonical(found)
    if found.closed_at is None:
        return render_template("musrenbang/scoring_show.html", **words, lines=[], asked=None)
    asked = _asked(found)
    listed = scoring.lines(reads, found, *(asked or ()))
    judged = scoring.assessments(reads, found)
    notes = {one: [a for a in given if a.note or a.recused] for one, given in judged.items()}
    return render_template(
        "musrenbang/scoring_show.html",
        **words,
        lines=listed,
        asked=asked,
        weighings=scoring.weighings(found, listed),
        notes=notes,
        titles={line.id: line for line in listed},
        topsis=request.args.get("lihat") == "topsis",
    )


def _asked(found: ScoringRound) -> tuple[str, Fraction] | None:
    """Which weight of which criterion the reader tries out; None for nothing or nonsense."""
    code, weight = request.args.get("kriteria", ""), points(request.args.get("bobot"))
    known = any(criterion.code == code for criterion in found.criteria)
    return (code, Fraction(weight, 100)) if known and weight is not None else None


@bp.get("/<id:round_id>/unduh.csv")
@public
def download(round_id: int) -> ResponseReturnValue:
    """The marks of a closed round as a table, for whoever reckons it again."""
    found = _published(round_id)
    if found.closed_at is None:
        abort(404)
    out = io.StringIO()
    table = csv.writer(out)
    codes = [criterion.code for criterion in found.criteria]
    facts = [c.measure for c in found.criteria if c.measure]
    out.write("\ufeff")  # the mark by which spreadsheets know UTF-8
    table.writerow(
        ["tempat", "nomor", "judul", *codes, "nilai", *(f"terukur_{fact}" for fact in facts)]
    )
    for line in scoring.lines(session(), found):
        marks = [" ".join(map(str, part.marks)) for part in line.scored.parts]
        total = line.scored.total
        table.writerow(
            [
                line.place,
                line.number,
                guarded(line.title),
                *marks,
                f"{float(total):.6f}",
                *(line.measured[fact] for fact in facts),
            ]
        )
    bare = [f"{c.weight / 100:g} ({c.low}-{c.high})" for c in found.criteria]
    table.writerow(["", "", "bobot (skala)", *bare, "", *("" for _fact in facts)])
    response = Response(out.getvalue(), mimetype="text/csv")
    name = f"penilaian-{found.plan_year}-{found.id}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
