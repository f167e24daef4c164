"""Lists of items: filters, keyset pages, counts.  Statements are built once per set of filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, joinedload

from app.access import Actor, public_items
from app.forms import clean_line
from app.kinds import KINDS, states_in
from app.queries.calendar import city_day
from app.queries.overdue import is_overdue
from app.workflow import Phase
from models import Item, Person, Photo

PAGE = 20
COUNTED = 1000  # beyond this a count says "more than"


@dataclass(frozen=True)
class Filters:
    """What a list shows.  All texts come from an address and may be nonsense."""

    kind: str = ""
    phase: str = ""
    state: str = ""
    area: str = ""
    category: str = ""
    department: str = ""
    since: date | None = None
    until: date | None = None
    overdue: bool = False
    q: str = ""

    @classmethod
    def read(cls, args: Mapping[str, str], kind: str = "") -> Filters:
        """The filters of an address; what is not understood is left out."""
        texts: dict[str, Any] = {
            name: (clean_line(args.get(name, "")) or "")[:100]
            for name in ("phase", "state", "area", "category", "department", "q")
        }
        if texts["phase"] not in set(Phase):
            texts["phase"] = ""
        asked = args.get("kind", "")
        return cls(
            kind=kind or (asked if asked in KINDS else ""),
            since=_day_asked(args.get("since", "")),
            until=_day_asked(args.get("until", "")),
            overdue=args.get("overdue") == "1",
            **texts,
        )

    def as_args(self, **changes: Any) -> dict[str, str]:
        """The filters as address arguments, with some changed (None takes one away)."""
        names = ("phase", "state", "area", "category", "department", "q")
        args = {name: getattr(self, name) for name in names}
        args["since"] = self.since.isoformat() if self.since else ""
        args["until"] = self.until.isoformat() if self.until else ""
        args["overdue"] = "1" if self.overdue else ""
        args |= {name: str(value or "") for name, value in changes.items()}
        return {name: value for name, value in args.items() if value}

    @property
    def active(self) -> tuple[str, ...]:
        """The names of the filters in use."""
        names = ("phase", "state", "category", "department", "since", "until", "overdue", "q")
        used = [name for name in names if getattr(self, name)]
        if self.area and self.area != current_app.config["CITY"].code:
            used.append("district" if self.area.count(".") == 2 else "area")
        return tuple(used)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _day_asked(value: str) -> date | None:
    """A day somebody may mean; beyond these years lies no moment a database can hold."""
    day = _day(value)
    return day if day and 1900 <= day.year < 3000 else None


THUMB = (
    select(Photo.media_name)
    .where(Photo.item_id == Item.id, Photo.status == "ready")
    .order_by(Photo.id)
    .limit(1)
    .correlate(Item)
    .scalar_subquery()
)
ROW = (
    Item.id,
    Item.kind,
    Item.number,
    Item.title,
    Item.state,
    Item.category_code,
    Item.area_code,
    Item.department_code,
    Item.visibility,
    Item.published_at,
    Item.created_at,
    Item.state_since,
    Item.due_on,
    Item.support_count,
    Item.comment_count,
    Person.name.label("author_name"),
    THUMB.label("thumb"),
)

MATCHES = Item.search.op("@@")(func.websearch_to_tsquery("indonesian", bindparam("q")))
CLAUSES: dict[str, ColumnElement[bool]] = {
    "kind": Item.kind == bindparam("kind"),
    "state": Item.state == bindparam("state"),
    "phase": or_(
        *(
            and_(
                Item.kind == kind.slug, Item.state.in_(bindparam(f"in_{kind.slug}", expanding=True))
            )
            for kind in KINDS.values()
        )
    ),
    "area": Item.area_code == bindparam("area"),
    "district": Item.district_code == bindparam("area"),
    "category": Item.category_code == bindparam("category"),
    "department": Item.department_code == bindparam("department"),
    "since": Item.created_at >= bindparam("since"),
    "until": Item.created_at < bindparam("until"),
    "overdue": is_overdue(bindparam("today")),
    "q": MATCHES,
    "alike": func.lower(Item.title).op("%>")(func.lower(bindparam("q"))),
    "before": Item.id < bindparam("before"),
}


@cache
def _where(names: tuple[str, ...]) -> tuple[ColumnElement[bool], ...]:
    return tuple(CLAUSES[name] for name in names)


def public_ids(names: tuple[str, ...], few: bool, most: int) -> Subquery:
    """The newest ids of a public list that these clauses narrow, ``most`` of them.

    ``few``: they are found before they are put in order; walking from the newest on, one would
    come by everything else first.
    """
    found = select(Item.id).where(public_items(), *_where(names))
    if few:
        every = found.cte("every").prefix_with("MATERIALIZED", dialect="postgresql")
        return select(every.c.id).order_by(every.c.id.desc()).limit(most).subquery()
    return found.order_by(Item.id.desc()).limit(most).subquery()


@cache
def _public_page(names: tuple[str, ...], few: bool = False) -> Select[Any]:
    """The page of a public list: the ids first, from the index alone, then what a row shows."""
    ids = public_ids(names, few, PAGE + 1)
    return (
        select(*ROW)
        .join(ids, ids.c.id == Item.id)
        .join(Person, Person.id == Item.author_id)
        .order_by(Item.id.desc())
    )


@cache
def _public_count(names: tuple[str, ...]) -> Select[Any]:
    found = select(Item.id).where(public_items(), *_where(names)).limit(COUNTED + 1)
    return select(func.count()).select_from(found.subquery())


def clauses(filters: Filters, alike: bool = False) -> tuple[str, ...]:
    """The names of the clauses that narrow a list so; ``alike``: titles that sound like ``q``."""
    names = (("kind",) if filters.kind else ()) + filters.active
    return tuple("alike" if alike and name == "q" else name for name in names)


def values(filters: Filters) -> dict[str, Any]:
    """What those clauses are filled with."""
    phases = [Phase(filters.phase)] if filters.phase else []
    pairs = states_in(*phases)
    begins: Callable[[date], datetime] = current_app.config["CITY"].midnight
    return {
        "kind": filters.kind,
        "state": filters.state,
        "area": filters.area,
        "category": filters.category,
        "department": filters.department,
        "today": city_day(),
        "q": filters.q,
        "since": begins(filters.since) if filters.since else None,
        "until": begins(filters.until + timedelta(days=1)) if filters.until else None,
        **{f"in_{slug}": [s for k, s in pairs if k == slug] for slug in KINDS},
    }


@dataclass(frozen=True)
class Page:
    """Some items, and where the next ones begin."""

    items: list[Row[Any]]
    next_before: int | None
    alike: bool = False  # nothing matched; these titles sound alike


def _cut(rows: list[Row[Any]], alike: bool = False) -> Page:
    more = len(rows) > PAGE
    return Page(rows[:PAGE], rows[PAGE - 1].id if more else None, alike)


def public_page(
    session: Session, filters: Filters, before: int | None = None, count: int = COUNTED + 1
) -> Page:
    """A page of what anybody may see, newest first; ``before`` is the last id seen.

    ``count`` is what ``public_count`` said: words that are rare are looked for in another way.
    """
    after = ("before",) if before else ()
    told = values(filters) | {"before": before}
    few = bool(filters.q) and count <= COUNTED
    rows = list(session.execute(_public_page(clauses(filters) + after, few), told))
    if not rows and filters.q:
        near = clauses(filters, alike=True) + after
        return _cut(list(session.execute(_public_page(near), told)), alike=True)
    return _cut(rows)


def public_count(session: Session, filters: Filters) -> int:
    """How many there are, exact up to ``COUNTED``; one more means "more than that"."""
    return session.scalar(_public_count(clauses(filters)), values(filters)) or 0


def of_person(session: Session, actor: Actor, before: int | None = None) -> Page:
    """What somebody filed, in every state, newest first."""
    if not actor.is_signed_in:
        return _cut([])
    mine = or_(Item.author_id == actor.person_id, Item.filed_by_id == actor.user_id)
    query = select(*ROW).join(Person, Person.id == Item.author_id).where(mine)
    if before:
        query = query.where(Item.id < before)
    return _cut(list(session.execute(query.order_by(Item.id.desc()).limit(PAGE + 1))))


@cache
def _by_number(model: type[Item]) -> Select[Any]:
    beside = joinedload(model.author), joinedload(model.category)
    return select(model).where(model.number == bindparam("number")).options(*beside)


def by_number(session: Session, model: type[Item], number: str) -> Item | None:
    """The item with this public number, with its author and category."""
    found: Item | None = session.scalar(_by_number(model), {"number": number})
    return found
