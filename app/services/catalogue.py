"""Keep the *kamus usulan*: entries, and what they cost from which day on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor
from app.queries.calendar import city_day
from models import CatalogueEntry, CataloguePrice, ReadinessQuestion, db

from . import audit

PRICE = "unit_price"


class Wrong(Exception):
    """It cannot be so; ``args`` are the field and why, for people."""


def load(rows: Iterable[Mapping[str, Any]], origin: str = "city", day: date | None = None) -> int:
    """Bring in entries, each with its ``unit_price`` from ``day`` (today) on; how many ended.

    Rows carry the columns of the table.  What stands not among them is ended; proposals keep the
    price of their day.
    """
    day, rows = day or city_day(), list(rows)
    for row in rows:
        put({**row, "origin": origin}, row[PRICE], day)
    codes = [row["code"] for row in rows]
    return end_others(codes, day)


def put(columns: Mapping[str, Any], price: int, day: date, actor: Actor | None = None) -> None:
    """Add an entry or change it, and what it costs from that day on."""
    values = {name: value for name, value in columns.items() if name != PRICE} | {"valid_to": None}
    statement = insert(CatalogueEntry).values(values)
    fresh = {name: statement.excluded[name] for name in values if name != "code"}
    db.session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=fresh))
    set_price(columns["code"], price, day, actor)


def set_price(
    code: str, price: int, day: date, actor: Actor | None = None, note: str = ""
) -> CataloguePrice | None:
    """From that day on one unit costs ``price`` rupiah; None when it did already.

    The first price of an entry holds for the time before, too.  Prices set for later days go.
    """
    mine = select(CataloguePrice).where(CataloguePrice.entry_code == code)
    known = db.session.scalars(mine.order_by(CataloguePrice.valid_from.nulls_first())).all()
    now = next((one for one in known if one.holds(day)), None)
    later = [one for one in known if one.valid_from is not None and one.valid_from > day]
    if now is not None and now.unit_price == price and not later:
        return None
    for one in later:
        db.session.delete(one)
    db.session.flush()  # or the one before them would be made longer while they are still there
    if now is not None and now.unit_price == price:
        now.valid_to = None
        db.session.flush()
        return now
    if now is not None and now.valid_from == day:
        db.session.delete(now)
    elif now is not None:
        now.valid_to = day
    db.session.flush()
    fresh = CataloguePrice(
        entry_code=code,
        valid_from=day if known else None,
        unit_price=price,
        note=note,
        made_by_id=actor.user_id if actor else None,
    )
    db.session.add(fresh)
    db.session.flush()
    return fresh


def end_others(codes: list[str], day: date) -> int:
    """End the entries of the city's file that are not among these codes."""
    gone = update(CatalogueEntry).where(
        CatalogueEntry.code.not_in(codes),
        CatalogueEntry.origin == "city",
        or_(CatalogueEntry.valid_to.is_(None), CatalogueEntry.valid_to > day),
    )
    result: Any = db.session.execute(gone.values(valid_to=day))
    return int(result.rowcount)


def load_readiness(rows: Iterable[Mapping[str, Any]]) -> int:
    """Bring in what is asked about readiness; returns how many questions ended."""
    rows = [{**row, "valid_to": None} for row in rows]
    if rows:
        statement = insert(ReadinessQuestion).values(rows)
        fresh = {name: statement.excluded[name] for name in rows[0] if name != "code"}
        db.session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=fresh))
    gone = update(ReadinessQuestion).where(
        ReadinessQuestion.code.not_in([row["code"] for row in rows]),
        ReadinessQuestion.valid_to.is_(None),
    )
    result: Any = db.session.execute(gone.values(valid_to=city_day()))
    return int(result.rowcount)


def add(actor: Actor, columns: Mapping[str, Any], price: int, day: date) -> CatalogueEntry:
    """A line made by the administration, which the city's file leaves alone.  Raises Wrong."""
    if db.session.get(CatalogueEntry, columns["code"]) is not None:
        raise Wrong("code", _("This code is taken."))
    put({**columns, "origin": "admin", "valid_from": day}, price, day, actor)
    audit.note("catalogue.add", f"entry:{columns['code']}", by=actor.user_id)
    return db.session.get_one(CatalogueEntry, columns["code"])


def change(actor: Actor, entry: CatalogueEntry, columns: Mapping[str, Any]) -> None:
    """Put a line right; its unit and code never change, as proposals were counted in it."""
    for name, value in columns.items():
        if name not in ("code", "unit", PRICE):
            setattr(entry, name, value)
    entry.origin = "admin"
    audit.note("catalogue.change", f"entry:{entry.code}", by=actor.user_id)
    db.session.flush()


def reprice(actor: Actor, entry: CatalogueEntry, price: int, day: date, note: str) -> bool:
    """What one unit costs from that day on; False when it did already.  Raises Wrong.

    Nothing is changed for the past: what was handed in before keeps the price of its day.
    """
    if day < city_day():
        raise Wrong("day", _("A price changes today or later, never in the past."))
    if set_price(entry.code, price, day, actor, note) is None:
        return False
    entry.origin = "admin"
    db.session.expire(entry, ["prices"])
    audit.note("catalogue.price", f"entry:{entry.code}", by=actor.user_id, detail=f"{price} {day}")
    return True


def end(actor: Actor, entry: CatalogueEntry, *, back: bool = False) -> None:
    """From today on nobody proposes it any more; ``back``: it can be proposed again."""
    entry.valid_to = None if back else city_day()
    entry.origin = "admin"
    act = "catalogue.reopen" if back else "catalogue.end"
    audit.note(act, f"entry:{entry.code}", by=actor.user_id)
    db.session.flush()
