"""The result of a vote, explained; the folder with which anybody can count again."""

from __future__ import annotations

import io
import zipfile

from flask import Blueprint, Response, abort, render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from app.queries import contests, results
from app.services import contest_folder, named, signing
from models import Contest

from .guards import public
from .page import session
from .voting import to_the_letter

bp = Blueprint("voting_result", __name__, url_prefix="/suara")

NAMES = {
    "equal-shares": lazy_gettext("Equal Shares"),
    "greedy": lazy_gettext("List by votes"),
    "ranked": lazy_gettext("Ranked list"),
}
TYPES = {
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "geojson": "application/geo+json",
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "py": "text/x-python; charset=utf-8",
}
CONTENTS = {
    "ballots.pb": lazy_gettext("All ballots, without names and times (Pabulib)"),
    "checkpoints.jsonl": lazy_gettext("When list, specification and seal were fixed"),
    "decision.csv": lazy_gettext("What was decided beside what was computed"),
    "items.geojson": lazy_gettext("Where the choices lie"),
    "key.pub": lazy_gettext("The city's key"),
    "lines.txt": lazy_gettext("What was counted, line by line, as it lies under the seal"),
    "marks.txt": lazy_gettext("The jury's marks, line by line"),
    "leaves.txt": lazy_gettext("The fingerprint of each ballot, in the order of the seal"),
    "result.sig": lazy_gettext("The city's signature under the list of sums"),
    "roll_counts.csv": lazy_gettext("People on the list of voters, per RW"),
    "SHA256SUMS": lazy_gettext("The sum of each file"),
    "spec.json": lazy_gettext("What was declared before the vote"),
    "tally.json": lazy_gettext("The result, round by round"),
    "validation.csv": lazy_gettext("Each ballot: how it came, and that it is valid"),
    "verify.py": lazy_gettext("A program that checks all of it and counts again"),
    "VERIFY.md": lazy_gettext("How to check"),
}


def _counted(contest_id: int) -> Contest:
    found = contests.published(session(), contest_id)
    if found is None or found.state not in results.OUT:
        abort(404)
    return found


@bp.get("/<id:contest_id>/hasil")
@public
def result(contest_id: int) -> ResponseReturnValue:
    """What won, for whom, what did not and why."""
    contest = _counted(contest_id)
    page = results.page(session(), contest)
    if page is None:
        abort(404)
    return render_template(
        "voting/result_show.html",
        contest=contest,
        page=page,
        few=contest_folder.few(contest, page.voters),
        verdicts=(verdicts := named.verdicts(session(), contest)),
        jurors=len({judge for one in verdicts.values() for judge, _points in one.judges}),
        names=NAMES,
        letter=to_the_letter(contest),
        files=results.files(session(), contest_id),
        contents=CONTENTS,
        key=signing.public_key(),
    )


@bp.get("/<id:contest_id>/berkas/<name>")
@public
def file(contest_id: int, name: str) -> ResponseReturnValue:
    """One file of the folder, or all of it as a zip."""
    contest = _counted(contest_id)
    found = results.whole_files(session(), contest.id, "" if name == "semua.zip" else name)
    if not found:
        abort(404)
    if name == "semua.zip":
        return _zip(contest, {one.name: one.data for one in found})
    made = Response(found[0].data, mimetype=None)
    made.headers["Content-Type"] = TYPES.get(name.rpartition(".")[2], "text/plain; charset=utf-8")
    made.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return made


def _zip(contest: Contest, found: dict[str, bytes]) -> Response:
    out = io.BytesIO()
    folder = f"suara-{contest.id}"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in found.items():
            packed.writestr(zipfile.ZipInfo(f"{folder}/{name}", (1980, 1, 1, 0, 0, 0)), data)
    out.seek(0)
    return send_file(out, "application/zip", as_attachment=True, download_name=f"{folder}.zip")


@bp.get("/kunci")
@public
def key() -> ResponseReturnValue:
    """The key under every result, for whoever wants to know it from here."""
    return Response(signing.public_key() + "\n", mimetype="text/plain")
