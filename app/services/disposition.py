"""The printed *lembar disposisi*: ordered here, made by a job, forgotten after some days."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from app.access import ACTS, Actor, may, seat_for
from app.kinds import kind_of
from app.queries import addresses
from app.queries.calendar import city_day
from app.queries.labels import seat_label
from app.queue import enqueue
from app.workflow import NotAllowed
from models import DispositionSheet, Item, Photo, db

from . import audit
from .files import Files, LocalFiles
from .qr import squares

URGENCIES = {
    "biasa": "Biasa",
    "segera": "Segera",
    "sangat_segera": "Sangat segera",
    "rahasia": "Rahasia",
}
PHOTOS = 4
KEPT_DAYS = 30


@dataclass(frozen=True)
class Orders:
    """What the sheet tells its receiver; ``ticked`` are lines of the city's settings."""

    to: str = ""
    urgency: str = "biasa"
    ticked: list[str] = field(default_factory=list)
    note: str = ""
    signer: str = ""
    position: str = ""
    nip: str = ""


def documents() -> Files:
    """Printed sheets, under names nobody can guess."""
    return LocalFiles(current_app.config["VAR"] / "documents")


def settings() -> Mapping[str, Any]:
    """What the city says of its sheets."""
    facts: Mapping[str, Any] = current_app.config["CITY"].facts.get("disposition", {})
    return facts


def order(item: Item, actor: Actor, orders: Orders) -> DispositionSheet:
    """Have a sheet printed.  Raises NotAllowed."""
    if not may(actor, "print_sheet", item):
        raise NotAllowed("print_sheet")
    sheet = DispositionSheet(item_id=item.id, user_id=actor.user_id, orders=asdict(orders))
    sheet.seat = seat_for(actor, ACTS["print_sheet"], item) or ""
    db.session.add(sheet)
    db.session.flush()
    enqueue("disposition_print", sheet_id=sheet.id)
    audit.note("print_sheet", f"item:{item.id}", by=actor.user_id, detail=f"sheet:{sheet.id}")
    return sheet


def facts(sheet: DispositionSheet, photo_url: Callable[[str], str]) -> dict[str, Any]:
    """What the sheet's template is given; ``photo_url`` tells where a picture lies."""
    item, config = sheet.item, current_app.config
    kind = kind_of(item)
    address = addresses.of_item(item)
    return {
        "sheet": sheet,
        "item": item,
        "kind": kind,
        "orders": Orders(**sheet.orders),
        "urgencies": URGENCIES,
        "says": settings(),
        "office": seat_label(sheet.seat),
        "city": config["CITY"],
        "today": city_day(sheet.created_at),
        "photos": [photo_url(name) for name in _photos(item)],
        "address": address,
        "qr": squares(address),
    }


def _photos(item: Item) -> list[str]:
    """The first pictures of the report itself."""
    query = select(Photo.media_name).where(Photo.item_id == item.id, Photo.status == "ready")
    return list(db.session.scalars(query.order_by(Photo.id).limit(PHOTOS)))


def page(sheet: DispositionSheet, photo_url: Callable[[str], str]) -> str:
    """The sheet as a page of HTML, in the language of the city's paper."""
    with force_locale("id"):
        template = current_app.jinja_env.get_template("work/sheet.html")
        return template.render(**facts(sheet, photo_url), printed=True)


def keep(sheet: DispositionSheet, file: bytes) -> None:
    """The sheet is printed: keep its file."""
    sheet.file_name = secrets.token_hex(16)
    documents().put(sheet.file_name, file)
    sheet.status, sheet.ready_at = "ready", datetime.now(UTC)
    db.session.flush()


def give_up(sheet_id: int) -> None:
    """It could not be printed."""
    sheet = db.session.get(DispositionSheet, sheet_id)
    if sheet is not None and sheet.status == "waiting":
        sheet.status = "failed"


def sweep() -> int:
    """Delete the files of sheets older than the city keeps them, and forget the half-made."""
    days = int(settings().get("kept_days", KEPT_DAYS))
    before = datetime.now(UTC) - timedelta(days=days)
    old = select(DispositionSheet).where(
        DispositionSheet.created_at < before, DispositionSheet.status != "deleted"
    )
    gone = 0
    for sheet in db.session.scalars(old.order_by(DispositionSheet.id)).all():
        if sheet.file_name:
            documents().delete(sheet.file_name)
        sheet.status, sheet.file_name = "deleted", ""
        gone += 1
    db.session.flush()
    _sweep_lost()
    return gone


def _sweep_lost() -> None:
    """Files whose row was rolled back."""
    for name in list(documents().older_than(24 * 3600)):
        known = select(DispositionSheet.id).where(DispositionSheet.file_name == name)
        if db.session.scalar(known) is None:
            documents().delete(name)
