"""What the front page shows: a few numbers, what is new, what is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, literal_column, select
from sqlalchemy.orm import Session

from app.access import public_items
from app.kinds import states_in
from app.queries.items import ROW
from app.workflow import Phase
from models import Change, Facet, Item, Person
from models.item import FINISHED as DONE
from models.item import IS_DONE

SHOWN = 4
CANDIDATES = 60  # of those that came into a finished state last: what just closes stands among them
FRESH = (
    select(*ROW)
    .join(Person, Person.id == Item.author_id)
    .where(public_items())
    .order_by(Item.id.desc())
    .limit(SHOWN)
)
COUNTS = select(Facet.kind, Facet.state, func.sum(Facet.items), func.sum(Facet.overdue)).group_by(
    Facet.kind, Facet.state
)


@dataclass(frozen=True)
class Numbers:
    """How many published items there are, at most a minute old."""

    total: int
    under_way: int
    done: int
    overdue: int


def numbers(session: Session) -> Numbers:
    """The city in four numbers."""
    rows = session.execute(COUNTS).all()
    under_way = set(states_in(Phase.NEW, Phase.OPEN))
    done = set(states_in(Phase.DONE))
    return Numbers(
        total=sum(row[2] for row in rows),
        under_way=sum(row[2] for row in rows if (row.kind, row.state) in under_way),
        done=sum(row[2] for row in rows if (row.kind, row.state) in done),
        overdue=sum(row[3] for row in rows),
    )


def fresh(session: Session) -> list[Row[Any]]:
    """The latest published items."""
    return list(session.execute(FRESH))


# When an item was finished: what was resolved ten quiet days ago is not new because it closes now.
DONE_AT = (
    select(func.max(Change.at))
    .where(Change.item_id == Item.id, Change.target.in_(DONE), Change.source.not_in(DONE))
    .correlate(Item)
    .scalar_subquery()
)
LATELY = (
    select(Item.id, func.coalesce(DONE_AT, Item.state_since).label("done_at"))
    .where(public_items(), literal_column(f"item.{IS_DONE}"))
    .order_by(Item.state_since.desc(), Item.id.desc())
    .limit(CANDIDATES)
    .subquery()
)
FINISHED = (
    select(*ROW, LATELY.c.done_at)
    .join(LATELY, LATELY.c.id == Item.id)
    .join(Person, Person.id == Item.author_id)
    .order_by(LATELY.c.done_at.desc(), Item.id.desc())
    .limit(SHOWN)
)


def finished(session: Session) -> list[Row[Any]]:
    """The published items that were finished last."""
    return list(session.execute(FINISHED))
