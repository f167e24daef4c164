"""Where a proposal comes from and where it went on: the same need in earlier and later cycles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, exists, literal, select
from sqlalchemy.orm import aliased

from app.access import public_items
from app.kinds.musrenbang_carry import CARRIED_FROM
from models import AnySession, Item, Proposal

DEEPEST = 30  # years that are followed


@dataclass(frozen=True)
class Link:
    """The proposal of another cycle; its number is "" where it is not public."""

    number: str
    plan_year: int
    state: str


@dataclass(frozen=True)
class History:
    """How often something was proposed, and the proposals before (latest first) and after."""

    before: tuple[Link, ...]
    after: Link | None

    @property
    def times(self) -> int:
        """The how-manieth time it is."""
        return len(self.before) + 1


def history(session: AnySession, item: Proposal) -> History | None:
    """What an item's page says of other cycles; None, without a query, when there is nothing."""
    before = _before(session, item.carried_from_id) if item.carried_from_id else ()
    after = _after(session, item) if item.state in CARRIED_FROM else None
    return History(before, after) if before or after else None


def _before(session: AnySession, first: int) -> tuple[Link, ...]:
    chain = (
        select(Proposal.__table__.c.id, Proposal.__table__.c.carried_from_id, literal(1).label("n"))
        .where(Proposal.__table__.c.id == first)
        .cte(recursive=True)
    )
    older = aliased(Proposal.__table__)
    step = select(older.c.id, older.c.carried_from_id, chain.c.n + 1)
    chain = chain.union_all(
        step.join(chain, older.c.id == chain.c.carried_from_id).where(chain.c.n < DEEPEST)
    )
    query = select(*_link()).join(chain, chain.c.id == Proposal.id).order_by(chain.c.n)
    return tuple(Link(*tuple(row)) for row in session.execute(query))


def _after(session: AnySession, item: Proposal) -> Link | None:
    row = session.execute(select(*_link()).where(Proposal.carried_from_id == item.id)).first()
    return Link(*tuple(row)) if row else None


def _link() -> tuple[Any, ...]:
    """The columns of a link; the number of what is not public is not said."""
    return case((public_items(), Item.number), else_=""), Proposal.plan_year, Item.state


def candidates(
    session: AnySession, plan_year: int, conditions: Sequence[ColumnElement[bool]] = ()
) -> list[Proposal]:
    """What of a cycle was not realised or stayed deferred, and was not carried over yet."""
    later = aliased(Proposal.__table__)
    query = (
        select(Proposal)
        .where(
            Proposal.plan_year == plan_year,
            Proposal.state.in_(CARRIED_FROM),
            ~exists().where(later.c.carried_from_id == Proposal.id),
            *conditions,
        )
        .order_by(Proposal.area_code, Proposal.rw, Proposal.id)
    )
    return list(session.scalars(query))


def years(session: AnySession) -> list[int]:
    """The plan years of which something was not realised or stayed deferred, the latest first."""
    table = Proposal.__table__
    query = select(table.c.plan_year).join(Item, Item.id == table.c.id)
    left = query.where(Item.state.in_(CARRIED_FROM)).distinct()
    return sorted(session.scalars(left), reverse=True)
