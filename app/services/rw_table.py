"""Twelve proposals in an evening: what an RW agreed on, typed by its operator row by row.

A sheet is a draft of its own sort: the page ``kepala`` says whose proposals they are and how they
agreed, each other page is a row under its key.  A row is filed by itself, under its key as the
item's filing key; so the same row sent twice, from a phone's queue too, is one proposal.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from app.access import Actor
from app.kinds import KINDS
from app.queries import alike, past
from app.workflow import NotAllowed
from models import Draft, Intake, Item, Person, Proposal, db

from . import behalf, drafts, items
from .answers import Refused
from .rw_rows import Head, Wrong, head, values

SORT = "musrenbang-rw"  # the kind of a draft that holds a sheet, never an item's
HEAD = "kepala"
NAMESPACE = uuid.UUID("1c7c3c9e-52a5-4a1c-9d43-0d2a3c6c2b19")
MOST_ROWS = 60
ROWS = 12
PLACE = "urut"  # where a row stands in its sheet
CELLS = ("kamus", "volume", "rt", "tempat", "titik", "masalah", "penerima", "pengusul")
HEAD_CELLS = ("area_code", "rw", "nama", "telepon", "channel", "how", "agreed", "funding")
LONGEST = 2000


@dataclass(frozen=True)
class Near:
    """What sounds like a row: open nearby, or proposed before; ``told`` says what became of it."""

    kind: str
    number: str
    title: str
    told: str = ""


@dataclass
class Line:
    """A row of the sheet as it was typed, what is wrong with it, and what it became.

    ``received`` is when it came in the minutes around a close, while it waits to be filed.
    """

    key: uuid.UUID
    cells: dict[str, str]
    wrong: dict[str, str] = field(default_factory=dict)
    near: list[Near] = field(default_factory=list)
    item: Proposal | None = None
    received: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Was nothing typed?"""
        return not any(self.cells.get(name) for name in CELLS)


# -- the sheet ------------------------------------------------------------------------------


def latest(actor: Actor) -> Draft | None:
    """The sheet this login worked on last."""
    mine = select(Draft).where(Draft.user_id == actor.user_id, Draft.kind == SORT)
    return db.session.scalars(mine.order_by(Draft.updated_at.desc()).limit(1)).first()


def find(key: uuid.UUID, actor: Actor) -> Draft | None:
    """A sheet, for the login that began it.  Raises NotAllowed for somebody else's key."""
    draft = db.session.get(Draft, key)
    if draft is not None and (draft.user_id != actor.user_id or draft.kind != SORT):
        raise NotAllowed(SORT)
    return draft


def keep(key: uuid.UUID, actor: Actor, page: str, typed: Mapping[str, str]) -> Draft:
    """Save the head or a row as it was typed.  Raises NotAllowed.

    A row stands where the page says (``urut``), as rows may arrive in any order; else at the end.
    """
    draft = find(key, actor)
    names = HEAD_CELLS if page == HEAD else CELLS
    kept: dict[str, Any] = {name: typed[name][:LONGEST] for name in names if name in typed}
    if page != HEAD:
        pages = draft.data if draft else {}
        places = {name: said.get(PLACE, 0) for name, said in pages.items() if name != HEAD}
        told = typed.get(PLACE, "")
        place = int(told) if told.isdecimal() and len(told) < 4 else places.get(page)
        kept[PLACE] = place or max(places.values(), default=0) + 1
    return drafts.save(key, SORT, actor, page, kept)


def take_out(key: uuid.UUID, actor: Actor, row: uuid.UUID) -> None:
    """Forget a row of a sheet."""
    draft = find(key, actor)
    if draft is not None and str(row) in draft.data:
        draft.data = {page: said for page, said in draft.data.items() if page != str(row)}


def lines(draft: Draft | None, rows: int = ROWS) -> list[Line]:
    """The rows of a sheet, those filed among them, then empty ones up to ``rows`` unfiled."""
    pages = draft.data if draft else {}
    typed = [Line(key, dict(pages[str(key)])) for key in map(page_key, pages) if key is not None]
    typed.sort(key=lambda line: int(line.cells.pop(PLACE, 0)))  # JSONB keeps no order
    made = _made([line.key for line in typed])
    for line in typed:
        line.item = made.get(line.key)
    if draft is not None:
        _in_line(draft, [line for line in typed if line.item is None])
    waiting = sum(line.item is None and line.received is None for line in typed)
    fresh = max(0, rows - waiting) if waiting < rows else 1
    return typed + [Line(uuid.uuid4(), {}) for _n in range(fresh)]


def sent(sheet: uuid.UUID, cells: Mapping[str, str], head: Mapping[str, str]) -> dict[str, Any]:
    """A row as it is sent: by this one knows the same again."""
    return {
        "sheet": str(sheet),
        "cells": {name: cells[name] for name in CELLS if cells.get(name)},
        "head": {name: head[name] for name in HEAD_CELLS if head.get(name)},
    }


def _in_line(draft: Draft, lines: Sequence[Line]) -> None:
    """Those received around a close: they wait, or it is known why they could not be filed."""
    if not lines:
        return
    taken = select(Intake).where(Intake.key.in_([line.key for line in lines]))
    known = {row.key: row for row in db.session.scalars(taken.execution_options(
        populate_existing=True))}  # fmt: skip
    for line in lines:
        row = known.get(line.key)
        if row is None or row.user_id != draft.user_id:
            continue
        if row.status == "waiting":
            line.received = row.received_at
        elif _is_as_sent(line.cells, draft.data.get(HEAD) or {}, row.payload):
            line.wrong = {"": row.problem}


def _is_as_sent(cells: Mapping[str, str], head: Mapping[str, str], payload: Any) -> bool:
    """Has nothing of it been typed anew since?"""
    same = all(payload["head"].get(name, "") == said for name, said in head.items() if said)
    return same and sent(uuid.UUID(payload["sheet"]), cells, {})["cells"] == payload["cells"]


def page_key(page: str) -> uuid.UUID | None:
    """The key of a row, by the page of the draft it stands on; None for the head."""
    try:
        return uuid.UUID(page)
    except ValueError:
        return None


def bring(key: uuid.UUID, actor: Actor, rows: Sequence[Mapping[str, str]]) -> tuple[int, int]:
    """Put rows of a spreadsheet into a sheet; how many, and for how many there was no room.

    A row's key follows from its content: the same file twice is no row twice.  Raises NotAllowed.
    """
    draft = find(key, actor)
    there = {page for page in (draft.data if draft else {}) if page_key(page)}
    brought, left = 0, 0
    for cells in rows:
        said = json.dumps([str(key), {name: cells.get(name, "") for name in CELLS}], sort_keys=True)
        row = str(uuid.uuid5(NAMESPACE, said))
        if row not in there and len(there) >= MOST_ROWS:
            left += 1
            continue
        there.add(row)
        keep(key, actor, row, cells)
        brought += 1
    return brought, left


def tried(lines: Iterable[Line], head_cells: Mapping[str, str]) -> None:
    """Say of each row that was not filed what is wrong with it; files nothing."""
    usual = {"nama": "RW", "agreed": "y", "rw": "1"}
    of = head({**head_cells, **{name: head_cells.get(name) or usual[name] for name in usual}})
    for line in lines:
        if line.item is None and not line.is_empty:
            try:
                values(line.cells, of)
            except Wrong as why:
                line.wrong = why.cells


def _made(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, Proposal]:
    query = select(Proposal).where(Proposal.filing_key.in_(keys))
    return {item.filing_key: item for item in db.session.scalars(query)} if keys else {}


def forget(key: uuid.UUID, actor: Actor) -> None:
    """Put a sheet away; what was filed from it stays."""
    find(key, actor)
    db.session.execute(delete(Draft).where(Draft.key == key, Draft.user_id == actor.user_id))


# -- filing ---------------------------------------------------------------------------------


def file(
    line: Line,
    of: Head,
    actor: Actor,
    at: datetime,
    *,
    sure: bool = False,
    beside: Iterable[uuid.UUID] = (),
) -> Proposal | None:
    """File a row by itself; None when it was not, and ``line`` says why.

    ``sure``: it is filed although something there or before sounds like it; ``beside`` are rows of
    the same sheet, which never stand in each other's way.  Raises NotAllowed.
    """
    kind = KINDS["musrenbang"]
    if (earlier := _made([line.key]).get(line.key)) is not None:
        if earlier.filed_by_id != actor.user_id:
            raise NotAllowed(SORT)
        line.item = earlier
        return earlier
    try:
        row, given = values(line.cells, of)
        if not sure and (near := _near(row, {line.key, *beside})):
            line.near = near
            return None
        with db.session.begin_nested():
            person = _met(given, beside)
            made = behalf.filed(kind, actor, line.key, row, given, person=person, at=at)
    except Wrong as why:
        line.wrong = why.cells
    except Refused as why:
        line.wrong = {"": str(why.args[1])}
    except items.Emergency as why:
        line.wrong = {"": str(why)}
    except behalf.OutOfReach:
        line.wrong = {"tempat": _("Your seat does not cover this place.")}
    except behalf.AboutOfficials:
        line.wrong = {"kamus": _("This is not proposed through the table.")}
    else:
        line.item = made  # type: ignore[assignment]
    return line.item


def _met(given: behalf.Given, beside: Iterable[uuid.UUID]) -> Person | None:
    """The person of that name for whom another row of the sheet was filed."""
    mine = select(Person).join(Item, Item.author_id == Person.id)
    met = mine.where(Item.filing_key.in_(list(beside)), Person.name == given.name)
    return db.session.scalars(met.limit(1)).first()


def _near(row: Mapping[str, Any], keys: set[uuid.UUID]) -> list[Near]:
    """Open proposals that sound like this one, then those of other years and sources of money.

    Rows of the same sheet are none.  What was only reported there is no obstacle: an RW proposes
    what it reported before.
    """
    question = alike.Question.typed("musrenbang", row)
    own = set(db.session.scalars(select(Item.id).where(Item.filing_key.in_(keys))))
    found = [one for one in alike.similar(db.session, question) if one.id not in own]
    seen = own.union(one.id for one in found)
    before = past.earlier(db.session, question, row["area_code"], but=seen)
    return [Near(question.kind, one.number, one.title) for one in found] + [
        Near(one.kind, one.number, one.title, one.told)
        for one in before
        if one.kind == question.kind
    ]
