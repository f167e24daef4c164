"""What is sent in the minutes around a close: taken by one cheap INSERT, filed in turn by a job.

The server's clock at arrival decides, not the end of the queue: each is filed as at the moment it
came, exactly once, since its key is the item's filing key.  What cannot be filed stays a draft,
with the reason.  Rows of the operators' table come the same way, one by one.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor
from app.kinds import KINDS, Kind
from app.queries import filing, typed
from app.queries.actors import actor_of
from app.queue import enqueue
from app.workflow import NotAllowed
from models import Draft, Intake, Item, User, db

from . import documents, items, notices, rw_table
from .answers import Refused
from .rw_rows import Wrong, head

TASK = "intake_file"
TAKE = text(
    """
    INSERT INTO intake (key, kind, user_id, payload, received_at)
    SELECT key, kind, :user, jsonb_build_object('pages', data), :at
    FROM draft WHERE key = :key AND kind = :kind AND user_id = :user
      AND data ? 'lokasi' AND data ? 'isi'
    ON CONFLICT (key) DO UPDATE
      SET payload = excluded.payload, received_at = excluded.received_at, status = 'waiting',
          problem = '', settled_at = NULL
      WHERE intake.status = 'refused' AND intake.user_id = excluded.user_id
    RETURNING received_at
    """
)
QUEUED = text(
    "SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = :lock AND status = 'todo' LIMIT 1"
)


class Broken(Exception):
    """Something unforeseen: ``args[0]`` is the key of what still waits."""


def take(kind: Kind, key: uuid.UUID, actor: Actor, arrived: datetime) -> datetime | None:
    """Keep the draft as it was sent.  When it came; None when there is no such complete draft."""
    values = {"key": key, "kind": kind.slug, "user": actor.user_id, "at": arrived}
    received: datetime | None = db.session.scalar(TAKE, values)
    if received is not None:
        _wake()
    return received


def take_row(
    sheet: uuid.UUID,
    line: rw_table.Line,
    head_cells: Mapping[str, str],
    beside: Collection[uuid.UUID],
    actor: Actor,
    arrived: datetime,
) -> datetime | None:
    """Keep a row of the operators' table as it was sent.  When it came; None when it waits already.

    What sounds alike does not stand in its way: in these minutes nobody can be asked in time.
    """
    said = rw_table.sent(sheet, line.cells, head_cells) | {"beside": [str(one) for one in beside]}
    row = insert(Intake).values(
        key=line.key, kind=rw_table.SORT, user_id=actor.user_id, payload=said, received_at=arrived
    )
    fresh = {"payload": said, "received_at": arrived, "status": "waiting", "problem": "",
             "settled_at": None}  # fmt: skip
    mine = (Intake.status == "refused") & (Intake.user_id == actor.user_id)
    kept = row.on_conflict_do_update(index_elements=["key"], set_=fresh, where=mine)
    received: datetime | None = db.session.scalar(kept.returning(Intake.received_at))
    if received is not None:
        _wake()
    return received


def _wake() -> None:
    if db.session.scalar(QUEUED, {"lock": TASK}) is None:
        enqueue(TASK, once=TASK)


def of(key: uuid.UUID, actor: Actor) -> Intake | None:
    """What became of something this person sent."""
    mine = select(Intake).where(Intake.key == key, Intake.user_id == actor.user_id)
    return db.session.scalar(mine.execution_options(populate_existing=True))


def file_next(but_not: Collection[uuid.UUID] = ()) -> uuid.UUID | None:
    """File the one that has waited longest; its key, or None when nothing waits.  Raises Broken.

    Holds its row until the transaction ends; rows that another worker holds are passed by.
    """
    oldest = (
        select(Intake)
        .where(Intake.status == "waiting", Intake.key.not_in(but_not))
        .order_by(Intake.received_at, Intake.key)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = db.session.scalar(oldest.execution_options(populate_existing=True))
    if row is None:
        return None
    user = db.session.get_one(User, row.user_id)
    key = row.key
    try:
        with force_locale(user.language):
            _settle(row, actor_of(user))
        db.session.flush()
    except Exception as error:
        raise Broken(key) from error
    return key


def _settle(row: Intake, actor: Actor) -> None:
    """File it as at the moment it came, or say why not; the sender is told either way."""
    try:
        with db.session.begin_nested():
            item = _filed(row, actor)
    except Refused as refused:
        row.status, row.problem = "refused", str(refused.args[1])
    except items.Emergency as emergency:
        row.status, row.problem = "refused", str(emergency)
    else:
        row.status, row.item_id = "filed", item.id
    row.settled_at = datetime.now(UTC)
    if row.kind == rw_table.SORT and row.status == "filed":
        return  # twelve in an evening: the table itself says so
    notices.tell(
        row.user_id,
        f"intake_{row.status}",
        f"{row.key} {row.received_at.isoformat()}",
        key=str(row.key),
        kind=row.kind,
        item=row.item_id,
        received=row.received_at.isoformat(),
        problem=row.problem,
        **({"sheet": row.payload["sheet"]} if row.kind == rw_table.SORT else {}),
    )


def _filed(row: Intake, actor: Actor) -> Item:
    if row.kind == rw_table.SORT:
        return _filed_row(row, actor)
    kind = KINDS[row.kind]
    values, _page, form = typed.values_of(kind, row.payload["pages"], actor)
    if values is None:
        raise Refused("", _first_problem(form))
    entry = filing.in_catalogue(db.session(), values.get("catalogue_code"))
    if missing := documents.unmet(db.session(), db.session.get(Draft, row.key), entry):
        raise Refused("", missing[0])
    return items.file(kind, actor, row.key, values, at=row.received_at)


def _filed_row(row: Intake, actor: Actor) -> Item:
    """A row of the operators' table."""
    said, line = row.payload, rw_table.Line(row.key, row.payload["cells"])
    beside = [uuid.UUID(one) for one in said["beside"]]
    try:
        of_sheet = head(said["head"])
        made = rw_table.file(line, of_sheet, actor, row.received_at, sure=True, beside=beside)
    except Wrong as wrong:
        raise Refused("", next(iter(wrong.cells.values()))) from None
    except NotAllowed:
        raise Refused("", _("Your seat does not cover this place.")) from None
    if made is None:
        raise Refused("", next(iter(line.wrong.values())))
    return made


def _first_problem(form: object) -> str:
    """What is wrong on the form, in words."""
    errors = getattr(form, "errors", {})
    for name, wrong in errors.items():
        if name and wrong:
            return f"{form[name].label.text}: {wrong[0]}"  # type: ignore[index]
    return str(_("One page is not complete yet."))
