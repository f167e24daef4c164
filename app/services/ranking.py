"""Put proposals in order: one list at a time, each order kept, ranks from 1 on without a gap."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from app.access import Actor, level
from app.queries.cycles import city_code
from app.queries.ranking import rows_of
from app.queries.ranking_keys import ListKey
from app.workflow import NotAllowed
from models import LIST_RULES, Item, Proposal, ProposalLevel, Ranking, RankingVersion, db

from . import before
from .ranking_locks import hold

LONGEST = 5000  # proposals on one list


class Frozen(Exception):
    """A forum has signed this list; nothing moves on it any more."""


class Stale(Exception):
    """Somebody put the list in order meanwhile; ``args[0]`` is the list as it stands now."""


class Unfit(Exception):
    """The order names a proposal twice, or one that is not on this list."""


def seat_for(actor: Actor, key: ListKey) -> str | None:
    """The seat from which the actor decides at the level of this list, there; None if none.

    The rule is the one that lets somebody agree a proposal that has reached the level.
    """
    one = Proposal(kind="musrenbang", level=key.level, area_code=key.area_code or city_code(),
                   rw=key.rw, department_code=key.department_code, oversight=False)  # fmt: skip
    return level(actor, one)


def reorder(
    actor: Actor,
    key: ListKey,
    ids: Sequence[int],
    at: datetime | None = None,
    seen: int | None = None,
    reason: str = "",
) -> RankingVersion:
    """Give a list this order: ``ids`` from the first rank on; what it leaves out has none.

    ``seen`` is the version the actor looked at (0: nobody had put it in order).  The same order
    again is no new version.  Raises NotAllowed, before.Closed, Frozen, Stale or Unfit.
    """
    at = at or datetime.now(UTC)
    seat = _seat(actor, key, at)
    found = hold(key, ids)
    _require(found, seen)
    if len(set(ids)) != len(ids) or len(ids) > LONGEST:
        raise Unfit
    rows = {row.id: row for row in rows_of(db.session, key, found.id)}
    if not rows.keys() >= set(ids):
        raise Unfit
    now = [row.id for row in rows.values() if row.rank is not None]
    if now == list(ids) and found.version:
        return last(found)
    return write(found, ids, "reorder", seat, at, reason=reason)


def set_rule(
    actor: Actor, key: ListKey, rule: str, at: datetime | None = None, seen: int | None = None
) -> RankingVersion:
    """Declare what happens at the line: ``stop`` or ``skip``.  Raises like ``reorder``."""
    at = at or datetime.now(UTC)
    seat = _seat(actor, key, at)
    found = hold(key)
    _require(found, seen)
    if rule not in LIST_RULES:
        raise Unfit
    found.rule = rule
    return write(found, current(found), "rule", seat, at)


def freeze(key: ListKey, seat: str, at: datetime | None = None) -> RankingVersion:
    """Nothing moves on this list from now on; its order and costs stay as they are.

    Raises Frozen when that has happened already.
    """
    found = hold(key)
    _require(found, None)
    at = at or datetime.now(UTC)
    found.frozen_at = at
    return write(found, current(found), "freeze", seat, at)


def _seat(actor: Actor, key: ListKey, at: datetime) -> str:
    """Who puts it in order does so while the level's stage is open there."""
    seat = seat_for(actor, key)
    if seat is None:
        raise NotAllowed("rank")
    before.require_level(key.plan_year, key.level, key.area_code, at)
    return seat


def _require(found: Ranking, seen: int | None) -> None:
    if found.frozen_at is not None:
        raise Frozen
    if seen is not None and seen != found.version:
        raise Stale(found)


def current(found: Ranking) -> list[int]:
    """The ids on a list in the order of their ranks."""
    ranks = select(ProposalLevel.proposal_id).where(ProposalLevel.ranking_id == found.id)
    return list(db.session.scalars(ranks.order_by(ProposalLevel.rank)))


def last(found: Ranking) -> RankingVersion:
    wanted = select(RankingVersion).where(RankingVersion.ranking_id == found.id)
    return db.session.scalars(wanted.where(RankingVersion.number == found.version)).one()


def write(
    found: Ranking,
    ids: Sequence[int],
    what: str,
    seat: str,
    at: datetime,
    *,
    reason: str = "",
    item_id: int | None = None,
) -> RankingVersion:
    """Write the ranks and keep the order as a version of the list; the list is locked."""
    put(found, ids, seat, at)
    earlier = last(found).sha256 if found.version else b""
    rows = {row.id: row for row in rows_of(db.session, ListKey.of(found), found.id)}
    numbers = _numbers(ids)
    costs = [rows[one].cost if one in rows else None for one in ids]
    found.version, found.changed_at = found.version + 1, at
    made = RankingVersion(ranking_id=found.id, number=found.version, what=what, rule=found.rule,
                          seat=seat, at=at, reason=reason, item_id=item_id, ids=list(ids),
                          costs=costs)  # fmt: skip
    listed = [(numbers[one], cost) for one, cost in zip(ids, costs, strict=True)]
    made.sha256 = hashlib.sha256(canonical(found, made, listed, earlier)).digest()
    db.session.add(made)
    db.session.flush()
    return made


def canonical(
    found: Ranking,
    order: RankingVersion,
    listed: Sequence[tuple[str, int | None]],
    earlier: bytes,
) -> bytes:
    """What the hash of an order covers: which list, the order with its costs, and the one before.

    ``listed`` are public numbers and costs in rupiah.  JSON without spaces, UTF-8; the moment in
    UTC to the microsecond.
    """
    moment = order.at.astimezone(UTC).isoformat(timespec="microseconds")
    whose = [found.plan_year, found.level, found.area_code, found.rw, found.department_code]
    told = [*whose, order.number, order.what, order.rule, order.seat, moment,
            order.reason, [list(one) for one in listed], earlier.hex()]  # fmt: skip
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _numbers(ids: Iterable[int]) -> dict[int, str]:
    rows = db.session.execute(select(Item.id, Item.number).where(Item.id.in_(list(ids))))
    return {row.id: row.number for row in rows}


def put(found: Ranking, ids: Sequence[int], seat: str, at: datetime) -> None:
    """Ranks 1 … n for these, none for what stood on the list before and is not among them."""
    db.session.flush()
    here = ProposalLevel.ranking_id == found.id
    gone = [here, ProposalLevel.proposal_id.not_in(ids)] if ids else [here]
    quiet: Any = {"synchronize_session": False}
    bare = ProposalLevel.decision == ""  # it kept a rank and nothing else
    db.session.execute(delete(ProposalLevel).where(*gone, bare), execution_options=quiet)
    off = update(ProposalLevel).where(*gone).values(rank=None, ranking_id=None)
    db.session.execute(off, execution_options=quiet)
    if ids:
        _rank(found, ids, seat, at)
    for row in list(db.session.identity_map.values()):
        if isinstance(row, ProposalLevel) and row.level == found.level:
            db.session.expire(row)
        elif isinstance(row, Proposal):
            db.session.expire(row, ["levels"])


def _rank(found: Ranking, ids: Sequence[int], seat: str, at: datetime) -> None:
    order = (
        func.unnest(literal(list(ids), ARRAY(BigInteger)))
        .table_valued("id", with_ordinality="rank", name="wanted")
        .render_derived()
    )
    rows = select(order.c.id, literal(found.level), literal(""), literal(seat), literal(at),
                  order.c.rank, literal(found.id))  # fmt: skip
    names = ["proposal_id", "level", "decision", "seat", "decided_at", "rank", "ranking_id"]
    made = insert(ProposalLevel).from_select(names, rows)
    fresh = {"rank": made.excluded.rank, "ranking_id": made.excluded.ranking_id}
    db.session.execute(
        made.on_conflict_do_update(index_elements=["proposal_id", "level"], set_=fresh)
    )
