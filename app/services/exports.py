"""A person's own data in one file: JSON for machines, a page for reading, and the photos.

Made by a job, kept for a week in a private folder, handed out to the person alone.
"""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import current_app, render_template
from flask_babel import force_locale
from geoalchemy2 import WKBElement, WKTElement
from geoalchemy2.shape import to_shape
from sqlalchemy import func, inspect, select

from app.kinds import kind_of
from app.queue import enqueue
from models import Change, ChangeText, DataExport, Item, Photo, User, db

from . import accounts, audit
from .files import Files, LocalFiles, media
from .privacy_register import SECRET, TRACES, columns, points_to

KEPT_DAYS = 7
PAUSE = timedelta(hours=1)  # between two copies


class TooSoon(Exception):
    """A copy is being made, or was made within the hour."""


def folder() -> Files:
    """Where copies lie; never served as files."""
    return LocalFiles(current_app.config["VAR"] / "exports")


def ask(user: User) -> DataExport:
    """Have a copy made.  Raises TooSoon."""
    lately = select(DataExport.id).where(
        DataExport.user_id == user.id,
        DataExport.gone_at.is_(None),
        DataExport.asked_at > datetime.now(UTC) - PAUSE,
    )
    if db.session.scalar(lately.limit(1)) is not None:
        raise TooSoon
    export = DataExport(user_id=user.id)
    db.session.add(export)
    db.session.flush()
    enqueue("data_export", export_id=export.id)
    audit.note("export.ask", f"user:{user.id}", by=user.id)
    return export


def of_user(user: User) -> list[DataExport]:
    """The copies somebody may still fetch or waits for, newest first."""
    mine = select(DataExport).where(DataExport.user_id == user.id, DataExport.gone_at.is_(None))
    return list(db.session.scalars(mine.order_by(DataExport.id.desc()).limit(5)))


def build(export_id: int) -> None:
    """Make the file, then say so by mail.  Twice does no harm."""
    export = db.session.get(DataExport, export_id, with_for_update=True)
    user = db.session.get(User, export.user_id) if export else None
    if export is None or user is None or not user.is_active or export.ready_at or export.gone_at:
        return
    with force_locale(user.language):
        data = packed(user)
    export.name = export.name or secrets.token_hex(16)
    folder().put(export.name, data)
    export.size, export.ready_at = len(data), datetime.now(UTC)
    accounts.send(user, "export_ready")


def fetch(export: DataExport, user: User) -> bytes:
    """The file, for its own person.  Raises FileNotFoundError."""
    over = export.ready_at is None or export.gone_at is not None
    if export.user_id != user.id or over:
        raise FileNotFoundError(export.id)
    data = folder().read(export.name)
    export.fetched_at = datetime.now(UTC)
    audit.note("export.fetch", f"user:{user.id}", by=user.id)
    return data


def forget_all(user: User) -> None:
    """Delete every copy of a login's data."""
    for export in of_user(user):
        _forget(export)


def sweep(before: datetime, dry: bool = False) -> int:
    """Delete copies older than that; says how many."""
    old = select(DataExport).where(DataExport.gone_at.is_(None), DataExport.asked_at < before)
    if dry:
        return db.session.scalar(select(func.count()).select_from(old.subquery())) or 0
    gone = list(db.session.scalars(old))
    for export in gone:
        _forget(export)
    return len(gone)


def _forget(export: DataExport) -> None:
    if export.name:
        folder().delete(export.name)
    export.name, export.gone_at = "", datetime.now(UTC)


# -- what it holds --------------------------------------------------------------------------


def packed(user: User) -> bytes:
    """The ZIP: data.json, index.html and the photos of one's own items."""
    facts = collected(user)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(facts, ensure_ascii=False, indent=2))
        city = current_app.config["CITY"]
        archive.writestr("index.html", render_template("account/copy.html", city=city, data=facts))
        for path, name in _pictures(user):
            try:
                archive.writestr(path, media().read(name), zipfile.ZIP_STORED)
            except FileNotFoundError:
                continue
    return out.getvalue()


def collected(user: User) -> dict[str, Any]:
    """Everything we hold of a person, as plain data."""
    items = db.session.scalars(
        select(Item).where(Item.author_id == user.person_id).order_by(Item.id)
    )
    return {
        "made_at": datetime.now(UTC).isoformat(),
        "city": current_app.config["CITY"].name,
        "person": _row(user.person),
        "account": _row(user),
        "items": [_item(item) for item in items],
        "steps": list(_steps(user)),
        **dict(_tables(user)),
    }


def _item(item: Item) -> dict[str, Any]:
    trail = select(Change, ChangeText.text).outerjoin(ChangeText).where(Change.item_id == item.id)
    return _row(item) | {
        "kind": kind_of(item).label,
        "trail": [
            {
                "at": change.at.isoformat(),
                "seat": change.seat,
                "step": change.step,
                "state": change.target,
                "reason": change.reason,
                "text": text,
            }
            for change, text in db.session.execute(trail.order_by(Change.seq))
        ],
    }


def _steps(user: User) -> Iterator[dict[str, Any]]:
    """What the login did to items, anywhere."""
    query = (
        select(Item.number, Change.step, Change.at, Change.seat, ChangeText.text)
        .join(Change, Change.item_id == Item.id)
        .join(ChangeText, ChangeText.change_id == Change.id)
        .where(ChangeText.actor_id == user.id)
    )
    for row in db.session.execute(query.order_by(Change.id)):
        yield {name: _plain(value) for name, value in row._mapping.items()}


def _tables(user: User) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The rows of every table the register says belong to a person's copy."""
    numbers = {}
    for name, column, table in columns():
        if name not in TRACES or not TRACES[name].told:
            continue
        owner = user.person_id if points_to(column) == "person" else user.id
        order = list(table.primary_key.columns)
        rows = db.session.execute(select(table).where(column == owner).order_by(*order)).all()
        for row in rows:
            if "item_id" in row._mapping and row.item_id not in numbers:
                wanted = select(Item.number).where(Item.id == row.item_id)
                numbers[row.item_id] = db.session.scalar(wanted)
        yield name.partition(".")[0], [_told(row._mapping, numbers) for row in rows]


def _told(row: Any, numbers: dict[Any, Any]) -> dict[str, Any]:
    told = {name: _plain(value) for name, value in row.items() if _open(name, value)}
    if "item_id" in row:
        told["item"] = numbers.get(told.pop("item_id", None))
    return told


def _row(thing: Any) -> dict[str, Any]:
    """The columns of a mapped row that are a person's own business."""
    names = [column.key for column in inspect(type(thing)).column_attrs]
    values = {name: getattr(thing, name) for name in names if name not in SECRET}
    return {name: _plain(value) for name, value in values.items() if _open(name, value)}


def _open(name: str, value: Any) -> bool:
    return name not in SECRET and not isinstance(value, bytes | memoryview)


def _plain(value: Any) -> Any:
    """A value as JSON has it; a place as [lon, lat], degrees, or a list of such."""
    if isinstance(value, WKBElement | WKTElement):
        return to_shape(value).__geo_interface__["coordinates"]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return str(value)


def _pictures(user: User) -> Iterator[tuple[str, str]]:
    """Path in the ZIP and name in the store, of the photos on one's own items."""
    query = (
        select(Item.number, Photo.media_name)
        .join(Photo, Photo.item_id == Item.id)
        .where(Item.author_id == user.person_id, Photo.status == "ready")
        .order_by(Photo.id)
    )
    for n, (number, name) in enumerate(db.session.execute(query), 1):
        yield f"photos/{number}-{n}.webp", name
