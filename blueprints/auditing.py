"""What auditors read: steps of items, identities read, acts around items; and as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.extensions import limiter
from app.kinds import KINDS, REASONS
from app.queries import audit_log
from app.queries.actors import current_actor
from app.queries.audit_log import Asked
from app.queries.audit_words import ACTS
from app.queries.labels import seat_label, step_label
from app.services import audit
from app.services.identity import SAID
from app.workflow import NotAllowed
from models import db

from .guards import may
from .page import item_url, last_seen, session
from .table_files import table_file

bp = Blueprint("auditing", __name__, url_prefix="/kerja/audit")
MOST_ROWS = 20_000  # of a table at once
FIRST_YEAR, LAST_YEAR = 2000, 2200
FILTERS = ("dari", "sampai", "nomor")
COLUMNS = ("waktu", "nomor", "judul", "tindakan", "kursi", "nama", "alasan", "hash")


@bp.get("")
@bp.get("/<any(langkah, identitas, peristiwa):part>")
@may("audit")
def index(part: str = "langkah") -> ResponseReturnValue:
    """One of the three logs, the latest first."""
    reads = session()
    asked, wrong = _asked()
    rows, more = LOGS[part].read(reads, current_actor(), asked)
    kept: dict[str, Any] = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    return render_template(
        "work/audit.html",
        part=part,
        parts={name: log.label for name, log in LOGS.items()},
        lines=map(LOGS[part].line, rows),
        found=bool(rows),
        more=url_for(".index", part=part, **kept, sebelum=more) if more else None,
        table=url_for(".table", part=part, **kept),
        most=MOST_ROWS,
        wrong=wrong,
        kept=kept,
        seal=audit_log.last_seal(reads),
    ), 422 if wrong else 200


@bp.get("/<any(langkah, identitas, peristiwa):part>/unduh.csv")
@may("audit")
@limiter.limit("30/hour")
def table(part: str) -> ResponseReturnValue:
    """The latest rows of a log as a table; that it was fetched is written down."""
    actor, (asked, wrong) = current_actor(), _asked()
    if wrong:
        page: ResponseReturnValue = index(part)
        return page
    rows, _more = LOGS[part].read(session(), actor, asked, MOST_ROWS)
    audit.note("audit.table", f"log:{part}", by=actor.user_id, detail=f"{len(rows)} rows")
    db.session.commit()
    return table_file(f"audit-{part}", "csv", COLUMNS, _cells(part, rows))


def _asked() -> tuple[Asked, str]:
    """What the address asks for, and what is wrong with it."""
    number = request.args.get("nomor", "").strip().upper()[:30].replace("\0", "")
    try:
        return Asked(_day("dari"), _day("sampai"), number, last_seen()), ""
    except ValueError:
        wrong = _("Please write the day as it stands in a calendar.")
        return Asked(number=number, before=last_seen()), str(wrong)


def _day(name: str) -> date | None:
    """A day of the address; raises ValueError for what is none of our times."""
    said = request.args.get(name)
    found = date.fromisoformat(said) if said else None
    if found and not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(said)
    return found


def _step(row: Any) -> dict[str, Any]:
    kind = KINDS[row.kind]
    try:
        done = step_label(kind, row.step)
    except NotAllowed:  # of a workflow of earlier days
        done = row.step
    if row.source != row.target:
        done = f"{done} → {kind.workflow[row.target].label}"
    why = str(REASONS.get(row.reason, row.reason))
    return _of_item(row) | {"what": done, "why": why, "hash": row.hash.hex()}


def _reading(row: Any) -> dict[str, Any]:
    why = _joined(str(SAID.get(row.reason, row.reason)), row.note)
    return _of_item(row) | {"what": str(ACTS["identity.read"]), "why": why}


def _of_item(row: Any) -> dict[str, Any]:
    return {
        "at": row.at,
        "number": row.number,
        "url": item_url(row),
        "title": row.title,
        "seat": seat_label(row.seat),
        "name": row.name,
    }


def _event(row: Any) -> dict[str, Any]:
    what = str(ACTS.get(row.act, row.act))
    return {"at": row.at, "name": row.name, "what": what, "why": _joined(row.subject, row.detail)}


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def _cells(part: str, rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    zone = current_app.config["CITY"].zone
    names = ("number", "title", "what", "seat", "name", "why", "hash")
    for line in map(LOGS[part].line, rows):
        yield (f"{line['at'].astimezone(zone):%Y-%m-%d %H:%M:%S}", *map(line.get, names))


class Log(NamedTuple):
    """One of the logs: what it is called, how it is read, what a row of it says."""

    label: Any
    read: Callable[..., tuple[Sequence[Any], int | None]]
    line: Callable[[Any], dict[str, Any]]


LOGS: Mapping[str, Log] = {
    "langkah": Log(_l("Steps"), audit_log.steps, _step),
    "identitas": Log(_l("Identities read"), audit_log.readings, _reading),
    "peristiwa": Log(_l("Other acts"), audit_log.events, _event),
}
