"""What became of the proposals of the years before, for the table a forum begins with."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import and_, select, text

from app.access import public_items
from models import AnySession, Item, Proposal

from .ranking_keys import IS_PROPOSAL, ListKey, scope

MOST = 600  # a kecamatan has some 400 in two years
YEARS = (1, 2)  # before the plan year: under way now, and the last finished one
BOTH = text("item.id = proposal.id")


class Past(NamedTuple):
    """A proposal of an earlier year; money in rupiah, ``progress`` in percent of the works."""

    plan_year: int
    number: str
    title: str
    area_code: str
    rw: int | None
    state: str
    department_code: str | None
    cost: int | None
    budget: int | None
    contract_value: int | None
    spent: int
    progress: int


def realised(session: AnySession, key: ListKey) -> list[Past]:
    """Public proposals of the two years before on the place of a list, those with money first."""
    columns = (
        Proposal.plan_year, Item.number, Item.title, Item.area_code, Item.rw, Item.state,
        Item.department_code, Proposal.cost, Proposal.budget, Proposal.contract_value,
        Proposal.spent, Proposal.progress,
    )  # fmt: skip
    both = Item.__table__.join(Proposal.__table__, BOTH)
    years = [key.plan_year - n for n in YEARS]
    wanted = (
        select(*columns)
        .select_from(both)
        .where(IS_PROPOSAL, Proposal.plan_year.in_(years), public_items(), scope(key))
        .where(and_(Item.state.not_in(("merged", "withdrawn"))))
        .order_by(Proposal.plan_year.desc(), Proposal.budget.desc().nulls_last(), Item.id)
        .limit(MOST)
    )
    return [Past._make(row) for row in session.execute(wanted)]
