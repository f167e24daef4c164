"""What another ceiling does to the lists it cuts: which proposals cross the line, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select

from models import AnySession, CeilingEffect, Item, Proposal, Ranking, RankingVersion, Whose

from .ceilings import whose
from .ranking import BOTH, Row, any_of, cut, orders
from .ranking_keys import ListKey


@dataclass(frozen=True)
class Crossing:
    """A proposal on one side of the line before and on the other after."""

    row: Row
    before: bool | None
    above: bool


@dataclass(frozen=True)
class Shift:
    """What happens on one list: its ceiling before and after (rupiah), who falls, who rises."""

    ranking_id: int
    key: ListKey
    before: int | None
    after: int
    fallen: tuple[Crossing, ...]
    risen: tuple[Crossing, ...]

    @property
    def lost(self) -> int:
        """What the fallen cost together, in rupiah."""
        return sum(crossing.row.cost or 0 for crossing in self.fallen)


def shifts(
    session: AnySession,
    plan_year: int,
    before: Mapping[Whose, int],
    after: Mapping[Whose, int],
) -> list[Shift]:
    """Every ordered list whose ceiling changes, with what crosses its line.

    The first ceiling of a list lets fall what it leaves below.
    """
    touched: dict[str, list[Ranking]] = {}
    for found in any_of(session, plan_year):
        one = whose(ListKey.of(found))
        if one is not None and one in after and before.get(one) != after[one]:
            touched.setdefault(found.level, []).append(found)
    made = []
    for level, lists in touched.items():
        rows, kept = orders(session, level, lists), _kept(session, lists)
        for found in lists:
            costs = kept.get(found.id, {})
            listed = [r._replace(cost=costs.get(r.id, r.cost)) for r in rows.get(found.id, [])]
            made.append(_shift(found, listed, before, after))
    return made


def _shift(
    found: Ranking, rows: Sequence[Row], before: Mapping[Whose, int], after: Mapping[Whose, int]
) -> Shift:
    key, costs = ListKey.of(found), [row.cost for row in rows]
    one = whose(key)
    assert one is not None
    old = cut(costs, before.get(one), found.rule)
    new = cut(costs, after[one], found.rule)
    crossed = [
        Crossing(row._replace(running=now.running, above=now.above), then.above, now.above)
        for row, then, now in zip(rows, old, new, strict=True)
        if now.above is not None and then.above != now.above
    ]
    fallen = tuple(c for c in crossed if not c.above)
    risen = tuple(c for c in crossed if c.above and c.before is False)
    return Shift(found.id, key, before.get(one), after[one], fallen, risen)


def _kept(session: AnySession, lists: Sequence[Ranking]) -> dict[int, dict[int, int | None]]:
    """The costs a signed list was signed with, by list and proposal."""
    signed = [found.id for found in lists if found.frozen_at is not None]
    if not signed:
        return {}
    now = and_(RankingVersion.ranking_id == Ranking.id, RankingVersion.number == Ranking.version)
    wanted = select(RankingVersion.ranking_id, RankingVersion.ids, RankingVersion.costs)
    rows = session.execute(wanted.join(Ranking, now).where(Ranking.id.in_(signed)))
    return {row.ranking_id: dict(zip(row.ids, row.costs, strict=True)) for row in rows}


@dataclass(frozen=True)
class Effect:
    """A line of what a published version did; ``cost`` in rupiah, of that moment."""

    number: str
    title: str
    state: str
    rank: int
    cost: int | None
    above: bool


def written(session: AnySession, version_id: int) -> list[tuple[ListKey, list[Effect]]]:
    """What a version did when it was published, list by list; public proposals only."""
    from app.access import public_items

    wanted = (
        select(Ranking, Item.number, Item.title, Item.state, CeilingEffect)
        .select_from(BOTH)
        .join(CeilingEffect, CeilingEffect.proposal_id == Proposal.__table__.c.id)
        .join(Ranking, Ranking.id == CeilingEffect.ranking_id)
        .where(CeilingEffect.version_id == version_id, public_items())
        .order_by(Ranking.level, Ranking.area_code, Ranking.department_code, CeilingEffect.rank)
    )
    made: dict[ListKey, list[Effect]] = {}
    for found, number, title, state, row in session.execute(wanted):
        line = Effect(number, title, state, row.rank, row.cost, row.above)
        made.setdefault(ListKey.of(found), []).append(line)
    return list(made.items())
