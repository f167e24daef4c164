"""What auditors read: steps of items, identities read, acts around items; and as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.exchange import list_tables as tables
from app.extensions import limiter
from app.kinds import KINDS, REASONS
from app.queries import audit_log
from app.queries.actors import current_actor
from app.queries.audit_log import Asked
from app.queries.item_page import step_label
from app.queries.labels import seat_label
from app.services import audit
from app.services.identity import SAID
from app.workflow import NotAllowed
from models import db

from .guards import may
from .page import last_seen, session

bp = Blueprint("auditing", __name__, url_prefix="/kerja/audit")
MOST_ROWS = 20_000  # of a table at once
PARTS: Mapping[str, tuple[Any, Callable[..., Any]]] = {
    "langkah": (_l("Steps"), audit_log.steps),
    "identitas": (_l("Identities read"), audit_log.readings),
    "peristiwa": (_l("Other acts"), audit_log.events),
}
FILTERS = ("dari", "sampai", "nomor")
COLUMNS = ("waktu", "nomor", "judul", "tindakan", "kursi", "nama", "alasan", "hash")
ACTS: Mapping[str, Any] = {
    "give_mandate": _l("Mandate given"),
    "end_mandate": _l("Mandate ended"),
    "search_people": _l("Searched for people"),
    "lookup_phone": _l("Looked up a phone number"),
    "identity.read": _l("Identity read"),
    "assign": _l("Taken into hands"),
    "hand_over": _l("Handed over"),
    "internal_note": _l("Note among colleagues"),
    "bulk_act": _l("Many at once"),
    "bulk_act_cancelled": _l("Many at once, taken back"),
    "print_sheet": _l("Sheet printed"),
    "anonymise": _l("Person made nameless"),
    "detach": _l("Item made nameless"),
    "trail.erase": _l("Words of a step erased"),
    "publish_ceilings": _l("Ceilings published"),
    "import": _l("Table brought in"),
    "import_boundaries": _l("Boundaries brought in"),
    "forum_call": _l("Forum called"),
    "forum_cancel": _l("Forum cancelled"),
    "forum_close": _l("Forum closed"),
    "forum_correct": _l("Signed text corrected"),
    "publish_round": _l("Scoring round opened"),
    "close_round": _l("Scoring round closed"),
    "contest.draft": _l("Vote drafted"),
    "contest.publish": _l("Vote announced"),
    "contest.decide": _l("Decided about a result"),
    "contest.tally": _l("Votes counted"),
    "contest.certify": _l("Result certified"),
    "contest.void": _l("Vote annulled"),
    "breach.list": _l("List of who must be told of a breach"),
    "audit.table": _l("Audit table fetched"),
}


@bp.get("")
@bp.get("/<any(langkah, identitas, peristiwa):part>")
@may("audit")
def index(part: str = "langkah") -> ResponseReturnValue:
    """One of the three logs, the latest first."""
    reads, asked, wrong = session(), *_asked()
    rows, more = PARTS[part][1](reads, current_actor(), asked)
    kept: dict[str, Any] = {
        name: value for name in ("dari", "sampai", "nomor") if (value := request.args.get(name))
    }
    return render_template(
        "work/audit.html",
        part=part,
        parts={name: words for name, (words, _rows) in PARTS.items()},
        lines=[_line(row) for row in rows],
        more=url_for(".index", part=part, **kept, sebelum=more) if more else None,
        table=url_for(".table", part=part, **kept),
        asked=asked,
        wrong=wrong,
        kept=kept,
        seal=audit_log.last_seal(reads),
    ), 422 if wrong else 200


@bp.get("/<any(langkah, identitas, peristiwa):part>/unduh.csv")
@may("audit")
@limiter.limit("30/hour")
def table(part: str) -> ResponseReturnValue:
    """The latest rows of a log as a table; that it was fetched is written down."""
    actor, (asked, _wrong) = current_actor(), _asked()
    rows, _more = PARTS[part][1](session(), actor, asked, MOST_ROWS)
    audit.note("audit.table", f"log:{part}", by=actor.user_id, detail=f"{len(rows)} rows")
    db.session.commit()
    with force_locale("id"):
        answer = Response(tables.as_csv(COLUMNS, _cells(rows)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="audit-{part}.csv"'
    return answer


def _asked() -> tuple[Asked, str]:
    """What the address asks for, and what is wrong with it."""
    days: dict[str, date | None] = {}
    wrong = ""
    for name in ("dari", "sampai"):
        said = request.args.get(name, "")
        try:
            days[name] = date.fromisoformat(said) if said else None
            if days[name] and not 2000 <= days[name].year <= 2200:  # type: ignore[union-attr]
                raise ValueError(said)
        except ValueError:
            days[name], wrong = None, str(_("Please write the day as it stands in a calendar."))
    number = request.args.get("nomor", "").strip().upper()[:30].replace("\0", "")
    return Asked(days["dari"], days["sampai"], number, last_seen()), wrong


def _line(row: Any) -> dict[str, Any]:
    """A row of any of the logs in words."""
    line = {"at": row.at, "name": row.name, "number": getattr(row, "number", None)}
    if line["number"]:
        line |= {"url": url_for("items.show", kind=row.kind, number=row.number),
                 "title": row.title, "seat": seat_label(row.seat)}  # fmt: skip
    if hasattr(row, "step"):
        return line | {"what": _step(row), "why": str(REASONS.get(row.reason, row.reason)),
                       "hash": row.hash.hex() if row.hash else ""}  # fmt: skip
    if hasattr(row, "act"):
        why = " · ".join(filter(None, (row.subject, row.detail)))
        return line | {"what": str(ACTS.get(row.act, row.act)), "why": why}
    why = " · ".join(filter(None, (str(SAID.get(row.reason, row.reason)), row.note)))
    return line | {"what": str(ACTS["identity.read"]), "why": why}


def _step(row: Any) -> str:
    kind = KINDS[row.kind]
    try:
        done = step_label(kind, row.step)
    except NotAllowed:  # of a workflow of earlier days
        done = row.step
    return done if row.source == row.target else f"{done} → {kind.workflow[row.target].label}"


def _cells(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    zone = current_app.config["CITY"].zone
    names = ("number", "title", "what", "seat", "name", "why", "hash")
    for line in map(_line, rows):
        yield (f"{line['at'].astimezone(zone):%Y-%m-%d %H:%M:%S}", *map(line.get, names))
