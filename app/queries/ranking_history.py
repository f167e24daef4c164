"""What became of ranked lists: the orders they had and what moved, and which there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from models import PROPOSAL_LEVELS, AnySession, Ranking, RankingVersion

from .ranking import named, ranking_of
from .ranking_keys import ListKey

TOLD = 50  # the latest orders; a list has few


@dataclass(frozen=True)
class Move:
    """One proposal that changed its place; None: not on the list.  No title: not public (now)."""

    number: str
    title: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Order:
    """One order a list had, and what it changed against the one before."""

    number: int
    what: str
    rule: str
    seat: str
    at: datetime
    reason: str
    sha256: str
    length: int
    moves: Sequence[Move]
    shifted: int  # how many only made room


def told(session: AnySession, key: ListKey) -> list[Order]:
    """The latest orders of a list, the last first; three queries."""
    found = ranking_of(session, key)
    if found is None:
        return []
    wanted = select(RankingVersion).where(RankingVersion.ranking_id == found.id)
    wanted = wanted.order_by(RankingVersion.number.desc()).limit(TOLD + 1)
    orders = session.scalars(wanted).all()
    before = [*(order.ids for order in orders[1:]), []]
    changes = [_moved(then, order.ids) for then, order in zip(before, orders, strict=True)]
    words = named(session, {one for made in changes for one, _before, _after in made})
    return [_told(order, made, words) for order, made in zip(orders, changes, strict=True)][:TOLD]


Change = tuple[int, int | None, int | None]


def _moved(before: Sequence[int], after: Sequence[int]) -> list[Change]:
    """Proposals with another place than before, as (id, before, after)."""
    then = {one: place for place, one in enumerate(before, 1)}
    now = {one: place for place, one in enumerate(after, 1)}
    ids = dict.fromkeys([*after, *before])
    return [(o, then.get(o), now.get(o)) for o in ids if then.get(o) != now.get(o)]


def _told(order: RankingVersion, made: list[Change], words: dict[int, tuple[str, str]]) -> Order:
    """An order in words: what only moved by one to make room is counted, not listed."""
    room = [m for m in made if m[1] and m[2] and abs(m[1] - m[2]) == 1]
    shown = [m for m in made if m not in room] or made
    moves = [Move(*words.get(one, ("", "")), before, after) for one, before, after in shown]
    return Order(
        order.number, order.what, order.rule, order.seat, order.at, order.reason,
        order.sha256.hex(), len(order.ids), moves, len(made) - len(shown),
    )  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """A list that somebody has put in order: how long it is, and whether a forum signed it."""

    key: ListKey
    length: int
    version: int
    changed_at: datetime
    frozen_at: datetime | None


def ordered(session: AnySession, plan_year: int) -> dict[str, list[Listed]]:
    """The ordered lists of a year by level, from the city down to the RW."""
    wanted = (
        select(Ranking, func.cardinality(RankingVersion.ids))
        .join(RankingVersion, (RankingVersion.ranking_id == Ranking.id)
              & (RankingVersion.number == Ranking.version))
        .where(Ranking.plan_year == plan_year)
        .order_by(Ranking.area_code, Ranking.rw, Ranking.department_code)
    )  # fmt: skip
    groups: dict[str, list[Listed]] = {level: [] for level in reversed(PROPOSAL_LEVELS)}
    for found, length in session.execute(wanted):
        line = Listed(ListKey.of(found), length, found.version, found.changed_at, found.frozen_at)
        groups[found.level].append(line)
    return {level: lines for level, lines in groups.items() if lines}
