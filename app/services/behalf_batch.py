"""Many at once: a table is tried row by row, looked at, then filed; each row once, ever."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.exc import OperationalError

from app.access import Actor
from app.forms import clean_line
from app.kinds.lapor import LAPOR
from app.logs import log
from app.queries.actors import actor_of
from app.queue import enqueue
from app.workflow import NotAllowed
from models import Batch, BatchRow, Item, User, db

from . import audit, behalf, items, tracking
from .files import Files, LocalFiles

NAMESPACE = uuid.UUID("6f5cf1de-3d0c-4c58-9f0e-6a4cf3a2b9d1")
MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 20_000
CHUNK = 100


class TooLarge(Exception):
    """The file, or the table in it, is larger than one batch may be."""


@dataclass(frozen=True)
class Entry:
    """A row as it was understood: ``data`` to file, or the ``problem`` with it, in words."""

    line: int
    data: Mapping[str, Any]
    problem: str = ""


def folder() -> Files:
    """Where tables wait to be read."""
    return LocalFiles(current_app.config["VAR"] / "tables")


def take(actor: Actor, file_name: str, data: bytes, *, channel: str, how: str, words: str) -> Batch:
    """Keep an uploaded table for a job to read.  Raises TooLarge."""
    if len(data) > MOST_BYTES:
        raise TooLarge
    batch = Batch(
        made_by_id=actor.user_id,
        file_name=(clean_line(file_name) or "tabel")[:200],
        channel=channel,
        consent_how=how,
        consent_words=words,
        stored_name=secrets.token_hex(16),
    )
    folder().put(batch.stored_name, data)
    db.session.add(batch)
    db.session.flush()
    enqueue("batch_read", batch_id=batch.id)
    return batch


def of_actor(batch_id: int, actor: Actor) -> Batch | None:
    """A batch, for the login that brought it."""
    batch = db.session.get(Batch, batch_id)
    return batch if batch is not None and batch.made_by_id == actor.user_id else None


def recent(actor: Actor) -> list[Batch]:
    """The latest tables a login has brought."""
    query = select(Batch).where(Batch.made_by_id == actor.user_id)
    return list(db.session.scalars(query.order_by(Batch.id.desc()).limit(10)))


def key_of(data: Mapping[str, Any]) -> uuid.UUID:
    """What a row's content comes to: the same content is the same report."""
    return uuid.uuid5(NAMESPACE, json.dumps(data, sort_keys=True, default=str))


def checked(batch: Batch, entries: Iterable[Entry]) -> None:
    """Keep what a table holds, and say of each row whether it can be filed.  Files nothing.

    Raises TooLarge.
    """
    db.session.execute(delete(BatchRow).where(BatchRow.batch_id == batch.id))
    seen: dict[uuid.UUID, int] = {}
    batch.good = batch.bad = 0
    rows: list[dict[str, Any]] = []
    for entry in entries:
        key, problem = key_of(entry.data), entry.problem
        if not problem and key in seen:
            problem = _("The same as row %(n)s.", n=seen[key])
        seen.setdefault(key, entry.line)
        rows.append(_row(batch, entry, key, problem))
        if len(rows) > MOST_ROWS:
            raise TooLarge
    _mark_known(rows)
    for start in range(0, len(rows), 1000):
        db.session.execute(BatchRow.__table__.insert(), rows[start : start + 1000])  # type: ignore[attr-defined]
    batch.bad = sum(1 for row in rows if row["problem"])
    batch.good = len(rows) - batch.bad
    batch.status = "checked"
    _done_with_file(batch)


def _row(batch: Batch, entry: Entry, key: uuid.UUID, problem: str) -> dict[str, Any]:
    data = {name: _kept(value) for name, value in entry.data.items()}
    return {
        "batch_id": batch.id,
        "line": entry.line,
        "data": data,
        "problem": problem,
        "filing_key": key,
        "item_id": None,
    }


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _mark_known(rows: list[dict[str, Any]]) -> None:
    """Rows that became items before, in whichever table, are not filed again."""
    for start in range(0, len(rows), 1000):
        part = {row["filing_key"]: row for row in rows[start : start + 1000] if not row["problem"]}
        query = select(Item.filing_key, Item.number).where(Item.filing_key.in_(list(part)))
        for key, number in db.session.execute(query):
            part[key]["problem"] = _("Filed before as %(number)s.", number=number)


def unread(batch: Batch, why: str) -> None:
    """It is no table we can read."""
    batch.status, batch.problem = "unread", why
    _done_with_file(batch)


def _done_with_file(batch: Batch) -> None:
    if batch.stored_name:
        folder().delete(batch.stored_name)
    batch.stored_name = ""
    db.session.flush()


def start(batch: Batch, actor: Actor) -> None:
    """Have the good rows filed.  Raises NotAllowed unless it was checked and is one's own."""
    if batch.made_by_id != actor.user_id or batch.status != "checked" or not batch.good:
        raise NotAllowed("file_on_behalf")
    batch.status = "filing"
    audit.note("batch.file", f"batch:{batch.id}", by=actor.user_id, detail=f"{batch.good} rows")
    enqueue("batch_file", batch_id=batch.id)


def file_some(batch_id: int) -> bool:
    """File the next rows of a batch; True while more wait.  The caller commits after each call.

    A row that cannot be filed says why and holds up no other.
    """
    batch = db.session.get(Batch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None or batch.status != "filing":
        return False
    actor = actor_of(db.session.get_one(User, batch.made_by_id))
    rows = list(db.session.scalars(_waiting(batch).order_by(BatchRow.line).limit(CHUNK)))
    for row in rows:
        _file(batch, row, actor)
    if len(rows) == CHUNK:
        return True
    batch.status, batch.filed_at = "filed", datetime.now(UTC)
    db.session.flush()
    return False


def _waiting(batch: Batch) -> Select[Any]:
    return select(BatchRow).where(
        BatchRow.batch_id == batch.id, BatchRow.problem == "", BatchRow.item_id.is_(None)
    )


def _file(batch: Batch, row: BatchRow, actor: Actor) -> None:
    data = dict(row.data)
    given = behalf.Given(
        data.pop("name"), data.pop("phone"), batch.channel, batch.consent_how, batch.consent_words
    )
    if data.get("happened_on"):
        data["happened_on"] = date.fromisoformat(data["happened_on"])
    try:
        with db.session.begin_nested():
            item = behalf.filed(LAPOR, actor, row.filing_key, data, given)
    except items.Emergency as emergency:
        row.problem = str(emergency)
    except (NotAllowed, behalf.OutOfReach):
        row.problem = _("Your seat does not cover this place.")
    except behalf.AboutOfficials:
        row.problem = _("Reports about officials are sent by the resident or the coordinator.")
    except OperationalError:  # the database is away: the whole table is tried again
        raise
    except Exception as error:  # whatever it is, the other rows have nothing to do with it
        log.error("batch row", batch=batch.id, line=row.line, exc_info=error)
        row.problem = _("Something broke on our side.")
    else:
        if not _in_another(row, item):
            row.item_id, batch.filed = item.id, batch.filed + 1
            return
        row.problem = _("Filed before as %(number)s.", number=item.number)
    batch.good, batch.bad = batch.good - 1, batch.bad + 1


def _in_another(row: BatchRow, item: Item) -> bool:
    """Did another table file this while the row waited?"""
    theirs = select(BatchRow.line).where(
        BatchRow.item_id == item.id, BatchRow.batch_id != row.batch_id
    )
    return db.session.scalar(theirs.limit(1)) is not None


def rows(batch: Batch, *, bad: bool, limit: int = 200) -> list[tuple[BatchRow, str | None]]:
    """Rows with a problem, or without one, with the number of the item each became."""
    wrong = BatchRow.problem != "" if bad else BatchRow.problem == ""
    query = (
        select(BatchRow, Item.number)
        .outerjoin(Item, Item.id == BatchRow.item_id)
        .where(BatchRow.batch_id == batch.id, wrong)
        .order_by(BatchRow.line)
        .limit(limit)
    )
    return [(row, number) for row, number in db.session.execute(query)]


def receipts(batch: Batch, actor: Actor) -> list[tuple[int, str, str, str]]:
    """Line, name, number and a fresh code of every item of a batch; earlier codes end."""
    if batch.made_by_id != actor.user_id or batch.status != "filed":
        raise NotAllowed("file_on_behalf")
    made = [
        (row.line, str(row.data.get("name", "")), number or "", _code(row, actor))
        for row, number in rows(batch, bad=False, limit=MOST_ROWS)
        if row.item_id is not None
    ]
    audit.note("batch.codes", f"batch:{batch.id}", by=actor.user_id, detail=f"{len(made)} codes")
    return made


def _code(row: BatchRow, actor: Actor) -> str:
    return tracking.issue(db.session.get_one(Item, row.item_id), actor)


def forgotten(batch: Batch) -> None:
    """Take the names and numbers out of a batch, once its receipts are made."""
    done = update(BatchRow).where(BatchRow.batch_id == batch.id).values(data={})
    db.session.execute(done.execution_options(synchronize_session=False))


def left(batch: Batch) -> int:
    """How many rows still wait to be filed."""
    return db.session.scalar(select(func.count()).select_from(_waiting(batch).subquery())) or 0
