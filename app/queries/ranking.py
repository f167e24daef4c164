"""Ranked lists: their rows in order, the running sum, and the line where the money ends.

``cut`` is the one place where that line is computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import starmap
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, func, join, literal, select, text

from app.access import public_items
from models import AnySession, Item, Proposal, ProposalLevel, Ranking, RankingVersion

from . import marks
from .ceilings import ceiling_of
from .marks import Kept
from .ranking_keys import ListKey, key_of, members, same

__all__ = ["Cut", "ListKey", "RankedList", "Row", "cut", "key_of", "ranked", "ranking_of"]

BOTH = join(Item.__table__, Proposal.__table__, text("item.id = proposal.id"))


class Cut(NamedTuple):
    """Where one proposal stands: ``running`` is the sum up to it, in rupiah.

    ``above`` is None when that cannot be said: there is no ceiling, or no cost is known.
    """

    running: int
    above: bool | None


def cut(costs: Sequence[int | None], ceiling: int | None, rule: str = "stop") -> list[Cut]:
    """Draw the line through costs in the order of their ranks.

    With the rule ``stop`` the list ends at the first that does not fit; with ``skip`` that one is
    left out, and ``running`` of those behind it is what they would come to without it.  What has
    no cost takes nothing; behind the end of the list it is below like everything else.
    """
    made, running, ended = [], 0, False
    for cost in costs:
        then = running + (cost or 0)
        if ceiling is None:
            running, above = then, None
        elif ended:
            running, above = then, False
        elif cost is None:
            above = None
        elif then <= ceiling:
            running, above = then, True
        else:
            above, ended = False, rule == "stop"
            running = then if ended else running
        made.append(Cut(then, above))
    return made


class Row(NamedTuple):
    """A proposal on a list.  ``cost`` (rupiah) is the one this level decided on."""

    id: int
    number: str
    title: str
    area_code: str
    rw: int | None
    state: str
    level: str
    department_code: str | None
    support_count: int
    cost: int | None
    rank: int | None
    kind: str = "musrenbang"
    running: int = 0
    above: bool | None = None


BEFORE = len(Row._fields) - len(Cut._fields)  # what a row has beside its place


@dataclass(frozen=True)
class RankedList:
    """A list as it stands; iterates over its ranked rows.

    ``unranked`` have no rank yet, the most supported first.  ``ceiling`` is what was drawn with,
    ``in_force`` the one that holds.
    """

    key: ListKey
    rows: Sequence[Row]
    unranked: Sequence[Row]
    ceiling: int | None = None
    in_force: int | None = None
    ranking_id: int | None = None
    rule: str = "stop"
    version: int = 0
    frozen_at: datetime | None = None
    changed_at: datetime | None = None
    sha256: bytes = b""
    seat: str = ""
    costs: Mapping[int, int | None] = field(default_factory=dict)  # as they were when frozen

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def taken(self) -> int:
        """What the rows above the line cost together."""
        return sum(row.cost or 0 for row in self.rows if row.above)

    @property
    def total(self) -> int:
        """What all ranked rows cost."""
        return sum(row.cost or 0 for row in self.rows)

    def at(self, ceiling: int | None, rule: str = "") -> RankedList:
        """The same list with another ceiling or rule."""
        rule = rule or self.rule
        places = cut([row.cost for row in self.rows], ceiling, rule)
        drawn = [
            Row._make((*row[:BEFORE], *place)) for row, place in zip(self.rows, places, strict=True)
        ]
        return replace(self, rows=drawn, ceiling=ceiling, rule=rule)


def _columns(level: Any) -> tuple[Any, ...]:
    here = Proposal.level == level
    cost = case((here, Proposal.cost), else_=func.coalesce(ProposalLevel.cost, Proposal.cost))
    return (
        Item.id,
        Item.number,
        Item.title,
        Item.area_code,
        Item.rw,
        Item.state,
        Proposal.level,
        Item.department_code,
        Item.support_count,
        cost.label("cost"),
    )


def ranking_of(session: AnySession, key: ListKey) -> Ranking | None:
    """The stored list of a key; None while nobody has put it in order."""
    found: Ranking | None = session.scalar(select(Ranking).where(same(key)))
    return found


def _marked(key: ListKey, ranking_id: int = 0) -> tuple[ListKey, dict[Any, Any]]:
    """The key with marks in place of what tells lists of a level apart; what the marks mean."""
    area = key.area_code and marks.word("area", key.area_code)
    office = key.department_code and marks.word("office", "")
    rw = None if key.rw is None else marks.RW
    told = {marks.YEAR: key.plan_year, marks.LIST: ranking_id, area: key.area_code,
            office: key.department_code, rw: key.rw}  # fmt: skip
    return ListKey(marks.YEAR, key.level, area, office, rw), told


@cache
def _head_of(key: ListKey) -> Kept:
    now = and_(RankingVersion.ranking_id == Ranking.id, RankingVersion.number == Ranking.version)
    columns: tuple[Any, ...] = (
        ceiling_of(key).label("ceiling"),
        Ranking.id.label("ranking_id"),
        Ranking.rule,
        Ranking.version,
        Ranking.frozen_at,
        Ranking.changed_at,
        RankingVersion.sha256,
        RankingVersion.seat,
        RankingVersion.ids,
        RankingVersion.costs,
    )
    one = select(literal(1).label("one")).subquery("always")
    wanted = select(*columns).select_from(one).outerjoin(Ranking, same(key))
    return Kept(wanted.outerjoin(RankingVersion, now))


def _head(session: AnySession, key: ListKey) -> dict[str, Any]:
    """The ceiling in force and the stored list with the order it has now; one query."""
    alike, told = _marked(key)
    head = dict(_head_of(alike).run(session, told).mappings().one())
    ids, costs = head.pop("ids") or [], head.pop("costs") or []
    if head["frozen_at"] is not None:
        head["costs"] = dict(zip(ids, costs, strict=True))
    return {name: value for name, value in head.items() if value is not None}


def on_list(key: ListKey, ranking_id: int | None) -> Select[Any]:
    """The ids of everything on a list: what has a rank there, and what may get one."""
    ids = select(Item.id).select_from(BOTH).where(members(key))
    if ranking_id is None:
        return ids
    ranks = select(ProposalLevel.proposal_id).where(ProposalLevel.ranking_id == ranking_id)
    return select(ids.union(ranks).subquery().c[0])


def rows_of(session: AnySession, key: ListKey, ranking_id: int | None) -> list[Row]:
    """Everything on a list: what has a rank in its order, then the others by support."""
    alike, told = _marked(key, ranking_id or 0)
    return list(starmap(Row, _rows(alike, ranking_id is not None).run(session, told)))


@cache
def _rows(key: ListKey, ranked: bool) -> Kept:
    mine = ProposalLevel.ranking_id == marks.LIST
    rank = case((mine, ProposalLevel.rank))
    of_level = and_(ProposalLevel.proposal_id == Proposal.id, ProposalLevel.level == key.level)
    ids = on_list(key, marks.LIST if ranked else None)
    wanted = (
        select(*_columns(key.level), rank.label("rank"))
        .select_from(BOTH)
        .outerjoin(ProposalLevel, of_level)
        .where(Item.id.in_(ids), public_items())
        .order_by(rank.nulls_last(), Item.support_count.desc(), Item.id)
    )
    return Kept(wanted)


def ranked(session: AnySession, key: ListKey, ceiling: int | None = None) -> RankedList:
    """A list in its order with the running sum and the line; public proposals only.

    ``ceiling`` in rupiah, for asking what another one would do; without it the one in force.
    """
    head = _head(session, key)
    in_force = head.pop("ceiling", None)
    ceiling = in_force if ceiling is None else ceiling
    rows = rows_of(session, key, head.get("ranking_id"))
    kept = head.get("costs", {})
    order = [row for row in rows if row.rank is not None]
    if kept:
        order = [row._replace(cost=kept.get(row.id, row.cost)) for row in order]
    rest = [row for row in rows if row.rank is None]
    return RankedList(key, order, rest, in_force=in_force, **head).at(ceiling)


def orders(session: AnySession, level: str, keys: Iterable[Ranking]) -> dict[int, list[Row]]:
    """The ranked rows of many lists of one level, by list; one query."""
    ids = [found.id for found in keys]
    of_level = and_(ProposalLevel.proposal_id == Proposal.id, ProposalLevel.level == level)
    wanted = (
        select(ProposalLevel.ranking_id, *_columns(level), ProposalLevel.rank)
        .select_from(BOTH)
        .join(ProposalLevel, of_level)
        .where(ProposalLevel.ranking_id.in_(ids), public_items())
        .order_by(ProposalLevel.ranking_id, ProposalLevel.rank)
    )
    found: dict[int, list[Row]] = {}
    for ranking_id, *rest in session.execute(wanted):
        found.setdefault(ranking_id, []).append(Row(*rest))
    return found


def history(session: AnySession, ranking_id: int) -> Sequence[RankingVersion]:
    """Every order a list had, the last first."""
    wanted = select(RankingVersion).where(RankingVersion.ranking_id == ranking_id)
    return session.scalars(wanted.order_by(RankingVersion.number.desc())).all()


def order_of(session: AnySession, ranking_id: int, number: int) -> list[int]:
    """The ids of one order a list had; empty when there was none of that number."""
    wanted = select(RankingVersion.ids).where(RankingVersion.ranking_id == ranking_id)
    found: list[int] | None = session.scalar(wanted.where(RankingVersion.number == number))
    return found or []


def any_of(session: AnySession, plan_year: int) -> Sequence[Ranking]:
    """The lists of a year that somebody has put in order."""
    wanted = select(Ranking).where(Ranking.plan_year == plan_year, Ranking.version > 0)
    return session.scalars(wanted.order_by(Ranking.level, Ranking.id)).all()


def named(session: AnySession, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Number and title of public proposals, by id, for telling what moved."""
    wanted = select(Item.id, Item.number, Item.title).where(Item.id.in_(list(ids)), public_items())
    return {row.id: (row.number, row.title) for row in session.execute(wanted)}
