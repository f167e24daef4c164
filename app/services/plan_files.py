"""Files planners exchange with planning systems: kept while they are worked on, with a report.

A file is tried by a job, looked at, then taken over by another; an export is made by a job.  The
files lie in a private folder and go after thirty days; what became of each row stays.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete, insert, select

from app.access import ACTS, Actor, seat_for
from app.forms import clean_line
from app.queue import enqueue
from app.workflow import NotAllowed
from models import PlanFile, PlanFileRow, db

from . import audit
from .files import Files, LocalFiles

MOST_BYTES = 30 * 1024 * 1024
KEPT = timedelta(days=30)
PAGE = 200
HISTORY = 30
COUNTED = {
    "accepted": "accepted",
    "repaired": "repaired",
    "refused": "refused",
    "known": "known",
    "conflict": "conflicts",
}


class TooLarge(Exception):
    """The file is larger than one may be."""


def folder() -> Files:
    """Where the files lie; never served as files."""
    return LocalFiles(current_app.config["VAR"] / "plans")


def begin(
    actor: Actor, sort: str, file_name: str = "", data: bytes = b"", **options: Any
) -> PlanFile:
    """Write down a file that comes in or is to be made.  Raises NotAllowed or TooLarge."""
    if seat_for(actor, (*ACTS["exchange_plans"], "system")) is None:
        raise NotAllowed("exchange_plans")
    if len(data) > MOST_BYTES:
        raise TooLarge
    made = PlanFile(
        sort=sort,
        file_name=(clean_line(file_name) or "")[:200],
        options=options,
        made_by_id=actor.user_id,
    )
    if data:
        made.file_hash = hashlib.sha256(data).hexdigest()
    db.session.add(made)
    db.session.flush()
    audit.note(f"plan_file.{sort}", f"plan_file:{made.id}", by=actor.user_id)
    return made


def take(actor: Actor, sort: str, file_name: str, data: bytes, **options: Any) -> PlanFile:
    """Keep an uploaded file for a job to try.  Raises NotAllowed or TooLarge."""
    made = begin(actor, sort, file_name, data, **options)
    made.stored_name = secrets.token_hex(16)
    folder().put(made.stored_name, data)
    enqueue("plan_file_try", file_id=made.id)
    return made


def export(actor: Actor, year: int, everything: bool) -> PlanFile:
    """Have the proposals of a year written for SIPD-RI.  Raises NotAllowed."""
    made = begin(actor, "sipd_export", year=year, everything=everything)
    made.status = "applying"
    enqueue("plan_file_apply", file_id=made.id)
    return made


def confirm(found: PlanFile, actor: Actor) -> None:
    """Have a file that was tried taken over.  Raises NotAllowed."""
    db.session.refresh(found, with_for_update=True)
    if seat_for(actor, ACTS["exchange_plans"]) is None or found.status != "checked":
        raise NotAllowed("exchange_plans")
    found.status, found.made_by_id = "applying", actor.user_id
    audit.note("plan_file.apply", f"plan_file:{found.id}", by=actor.user_id)
    enqueue("plan_file_apply", file_id=found.id)


def keep_rows(
    found: PlanFile, rows: Iterable[Mapping[str, Any]], counts: Mapping[str, int]
) -> None:
    """Keep what became of every row, instead of what was kept before."""
    db.session.execute(delete(PlanFileRow).where(PlanFileRow.file_id == found.id))
    lines = {row["line"]: {**row, "file_id": found.id} for row in rows}
    told = list(lines.values())
    for start in range(0, len(told), 1000):
        db.session.execute(insert(PlanFileRow), told[start : start + 1000])
    for outcome, column in COUNTED.items():
        setattr(found, column, counts.get(outcome, 0))
    found.rows = sum(counts.values())
    db.session.flush()


def fail(found: PlanFile, why: str) -> None:
    """Nothing comes of it; says why."""
    found.status, found.problem, found.done_at = "failed", why, datetime.now(UTC)
    _forget(found)
    db.session.flush()


def done(found: PlanFile) -> None:
    """It was taken over or made."""
    found.status, found.done_at = "done", datetime.now(UTC)
    if found.sort != "sipd_export":
        _forget(found)
    db.session.flush()


def history(before: int | None = None) -> list[PlanFile]:
    """The latest files, the newest first; all planners see all of them."""
    query = select(PlanFile).order_by(PlanFile.id.desc()).limit(HISTORY)
    return list(db.session.scalars(query if before is None else query.where(PlanFile.id < before)))


def rows_of(
    found: PlanFile, outcomes: Iterable[str], limit: int | None = PAGE
) -> list[PlanFileRow]:
    """What became of the rows with these outcomes, in the order of the file."""
    query = select(PlanFileRow).where(
        PlanFileRow.file_id == found.id, PlanFileRow.outcome.in_(list(outcomes))
    )
    return list(db.session.scalars(query.order_by(PlanFileRow.line).limit(limit)))


def content(found: PlanFile) -> bytes:
    """The file itself; raises FileNotFoundError."""
    if not found.stored_name:
        raise FileNotFoundError(found.id)
    return folder().read(found.stored_name)


def sweep(now: datetime | None = None) -> int:
    """Forget files nobody needs any more; a file nobody confirmed is given up.  Says how many."""
    before = (now or datetime.now(UTC)) - KEPT
    query = select(PlanFile).where(PlanFile.stored_name != "", PlanFile.made_at < before)
    old = list(db.session.scalars(query))
    for found in old:
        _forget(found)
        found.status = "failed" if found.status == "checked" else found.status
    db.session.flush()
    return len(old)


def _forget(found: PlanFile) -> None:
    if found.stored_name:
        folder().delete(found.stored_name)
    found.stored_name = ""
