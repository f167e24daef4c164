"""A page of a queue: the tabs of a workspace, what narrows them, and the items in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.access import Actor, visible
from app.forms import clean_line, whole
from app.kinds import KINDS
from app.queries import work
from app.queries.items import ROW
from models import Assignment, BulkAct, BulkActItem, Item, Person, User

PAGE = 30
LONGEST = 100  # characters of a filter
MINE, NOBODY = "saya", "kosong"
# The names of the filters in an address, and what they narrow.
NAMES = {
    "jenis": "kind",
    "wilayah": "area",
    "kategori": "category",
    "dinas": "department",
    "keadaan": "state",
    "petugas": "assigned",
    "q": "q",
}


@dataclass(frozen=True)
class Cut:
    """What narrows a queue, as an address says it; what is not understood is left out."""

    kind: str = ""
    area: str = ""
    category: str = ""
    department: str = ""
    state: str = ""  # "lapor.routed"
    assigned: str = ""  # MINE, NOBODY or the number of a login
    q: str = ""

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Cut:
        """The filters of an address."""
        told = {field: _told(args.get(name)) for name, field in NAMES.items()}
        kind, _dot, state = told["state"].partition(".")
        known = kind in KINDS and state in {s.name for s in KINDS[kind].workflow.states}
        told["state"] = told["state"] if known else ""
        told["kind"] = told["kind"] if told["kind"] in KINDS else ""
        named = told["assigned"] in (MINE, NOBODY) or whole(told["assigned"]) is not None
        told["assigned"] = told["assigned"] if named else ""
        return cls(**told)

    def args(self, **changes: str) -> dict[str, str]:
        """The filters as arguments of an address; a change to "" takes one away."""
        now = replace(self, **changes)
        told = {name: getattr(now, field) for name, field in NAMES.items()}
        return {name: value for name, value in told.items() if value}

    def conditions(self, actor: Actor) -> work.Conditions:
        """The same as SQL, but for kind and area, which the tabs carry."""
        found: list[ColumnElement[bool]] = []
        if self.category:
            found.append(Item.category_code == self.category)
        if self.department:
            found.append(Item.department_code == self.department)
        if self.state:
            kind, _dot, state = self.state.partition(".")
            found += [Item.kind == kind, Item.state == state]
        if self.q:
            words = func.websearch_to_tsquery("indonesian", self.q)
            found.append(or_(Item.search.op("@@")(words), Item.number == self.q.upper()))
        return (*found, *_assigned(self.assigned, actor))


def _told(text: str | None) -> str:
    return (clean_line(text or "") or "")[:LONGEST]


def _assigned(wanted: str, actor: Actor) -> work.Conditions:
    if wanted == MINE:
        return (work.in_hands_of(actor.user_id or 0),)
    if wanted == NOBODY:
        return (work.in_nobodys_hands(seat.name for seat in actor.seats),)
    number = whole(wanted)
    return (work.in_hands_of(number),) if number is not None else ()


@dataclass(frozen=True)
class After:
    """Where a page begins: behind this promise and id, or below this id."""

    id: int
    due: date | None = None

    @classmethod
    def read(cls, text: str) -> After | None:
        """From an address; None when it makes no sense."""
        day, dot, number = text.rpartition(".")
        last = whole(number)
        if last is None:
            return None
        try:
            return cls(last, date.fromisoformat(day)) if dot else cls(last)
        except ValueError:
            return None


@dataclass(frozen=True)
class Page:
    """Some items of a queue, and where the next ones begin."""

    items: list[Row[Any]]
    next_after: str | None


COLLEAGUE = aliased(Person)


def _holder(seats: tuple[str, ...]) -> Any:
    """Who on one of these seats has the item in hand."""
    return (
        select(COLLEAGUE.name)
        .join(User, User.person_id == COLLEAGUE.id)
        .join(Assignment, Assignment.user_id == User.id)
        .where(
            Assignment.item_id == Item.id,
            Assignment.seat.in_(seats),
            Assignment.ended_at.is_(None),
        )
        .limit(1)
        .correlate(Item)
        .scalar_subquery()
    )


# The bulk act an item waits in, for those who would act on it meanwhile.
QUEUED = (
    select(BulkAct.id)
    .join(BulkActItem, BulkActItem.bulk_act_id == BulkAct.id)
    .where(BulkActItem.item_id == Item.id, BulkAct.status.in_(("waiting", "running")))
    .where(BulkActItem.outcome == "")
    .limit(1)
    .correlate(Item)
    .scalar_subquery()
)


def _ids(where: work.Conditions, newest: bool, after: After | None) -> Select[Any]:
    """The ids of a page in their order, from the index."""
    query = select(Item.id, work.DUE_FIRST.label("due")).where(*where).limit(PAGE + 1)
    if newest:
        query = query.order_by(Item.id.desc())
        return query.where(Item.id < after.id) if after else query
    query = query.order_by(work.DUE_FIRST, Item.id)
    if after is None:
        return query
    return query.where(tuple_(work.DUE_FIRST, Item.id) > (after.due or date.min, after.id))


def page(
    session: Session,
    actor: Actor,
    where: work.Conditions,
    *,
    newest: bool = False,
    after: After | None = None,
) -> Page:
    """A page of what the actor may read of ``where``: the earliest promise first, or the newest."""
    rows = session.execute(statement(actor, where, newest=newest, after=after))
    return page_of(list(rows), newest)


def statement(
    actor: Actor, where: work.Conditions, *, newest: bool, after: After | None
) -> Select[Any]:
    """The statement of a page and one item more."""
    ids = _ids((*where, visible(actor)), newest, after).subquery()
    seats = tuple(seat.name for seat in actor.seats)
    return (
        select(
            *ROW,
            ids.c.due,
            Item.rw,
            Item.address,
            func.ST_X(Item.place).label("lon"),
            func.ST_Y(Item.place).label("lat"),
            _holder(seats).label("assignee"),
            QUEUED.label("queued_in"),
        )
        .join(ids, ids.c.id == Item.id)
        .join(Person, Person.id == Item.author_id)
        .order_by(*((Item.id.desc(),) if newest else (ids.c.due, Item.id)))
    )


def page_of(rows: list[Row[Any]], newest: bool) -> Page:
    """The page that these rows of its statement make."""
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(rows[:PAGE], _mark(last, newest) if last else None)


def _mark(last: Row[Any], newest: bool) -> str:
    return str(last.id) if newest else f"{last.due.isoformat()}.{last.id}"


def following(
    session: Session, actor: Actor, where: work.Conditions, number: str
) -> tuple[str, str] | None:
    """Kind and number of the item that stands behind this one in the queue, or first in it."""
    here = session.execute(
        select(Item.id, work.DUE_FIRST.label("due")).where(Item.number == number, visible(actor))
    ).first()
    query = select(Item.kind, Item.number).where(*where, visible(actor), Item.number != number)
    query = query.order_by(work.DUE_FIRST, Item.id).limit(1)
    found = None
    if here is not None:
        later = tuple_(work.DUE_FIRST, Item.id) > (here.due, here.id)
        found = session.execute(query.where(later)).first()
    found = found or session.execute(query).first()
    return (found.kind, found.number) if found else None
