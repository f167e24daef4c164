"""Hold ranked lists while they are written.

Whoever writes holds the proposals (by id), then the lists (by id), and only then touches ranks;
steps do so as well, so that nobody waits in a ring.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor
from app.queries.cycles import city_code
from app.queries.ranking import on_list, ranking_of
from app.queries.ranking_keys import ListKey, key_of, same
from app.workflow import Step
from models import Item, Proposal, ProposalLevel, Ranking, db


def hold(key: ListKey, also: Iterable[int] = ()) -> Ranking:
    """The list, locked with what stands on it, for the rest of the transaction; made if need be.

    ``also``: proposals that are about to be put on it.
    """
    found = ranking_of(db.session, key)
    ids = {*also, *db.session.scalars(on_list(key, found.id if found else None))}
    lock = select(Item.id).where(Item.id.in_(ids)).order_by(Item.id)
    db.session.execute(lock.with_for_update(key_share=True))
    return locked(key)


def locked(key: ListKey) -> Ranking:
    """The list, locked; made if need be."""
    wanted = select(Ranking).where(same(key)).with_for_update()
    wanted = wanted.execution_options(populate_existing=True)
    found = db.session.scalar(wanted)
    if found is None:
        columns = {name: getattr(key, name) for name in key.__dataclass_fields__}
        db.session.execute(insert(Ranking).values(**columns).on_conflict_do_nothing())
        found = db.session.scalars(wanted).one()
    return found


def hold_lists(
    item: Item, step: Step, actor: Actor, given: Mapping[str, Any], at: datetime
) -> None:
    """Before a proposal takes a step: hold the lists it stands on, or is about to."""
    if not isinstance(item, Proposal):
        return
    stands = select(ProposalLevel.ranking_id).where(ProposalLevel.proposal_id == item.id)
    wanted: ColumnElement[bool] = Ranking.id.in_(stands)
    key = key_of(item, city_code()) if given.get("rank") else None
    if key is not None:
        wanted = or_(wanted, same(key))
    lists = select(Ranking.id).where(wanted).order_by(Ranking.id)
    db.session.execute(lists.with_for_update())
