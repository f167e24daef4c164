"""What a step of a proposal means for the lists it stands on; they are held (``ranking_locks``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from app.queries.cycles import city_code
from app.queries.ranking_keys import ListKey, is_member, key_of
from app.workflow import Step
from models import Change, Item, Proposal, ProposalLevel, Ranking, db

from .answers import Refused
from .ranking import current, last, put, write
from .ranking_locks import locked


def follow_up(item: Item, step: Step, given: Mapping[str, Any], change: Change) -> None:
    """Close the gaps on lists a proposal leaves by this step; give it the rank it was agreed on.

    A list that a forum has signed keeps what it says.  Raises answers.Refused when another rank
    is given there.
    """
    if not isinstance(item, Proposal):
        return
    db.session.flush()
    stands = (
        select(Ranking)
        .join(ProposalLevel, ProposalLevel.ranking_id == Ranking.id)
        .where(ProposalLevel.proposal_id == item.id, Ranking.frozen_at.is_(None))
        .order_by(Ranking.id)
    )
    for found in db.session.scalars(stands).all():
        if not is_member(item, ListKey.of(found), city_code()):
            ids = [one for one in current(found) if one != item.id]
            write(found, ids, change.step, change.seat, change.at, item_id=item.id)
    if given.get("rank"):
        _agreed(item, int(given["rank"]), change)


def _agreed(item: Proposal, rank: int, change: Change) -> None:
    """Put it where the forum wants it, at the end if the list is shorter; others move down."""
    key = key_of(item, city_code())
    if key is None or not is_member(item, key, city_code()):
        _forget(item)
        return
    found = locked(key)
    before = list(last(found).ids) if found.version else []
    if found.frozen_at is not None:
        if item.id in before and before.index(item.id) + 1 == rank:
            return
        raise Refused("rank", _("The forum has signed this list. Its ranks stay as they are."))
    ids = [one for one in before if one != item.id]
    ids.insert(min(rank, len(ids) + 1) - 1, item.id)
    if ids == before:  # the step itself has written the number as it was typed
        put(found, ids, change.seat, change.at)
    else:
        write(found, ids, change.step, change.seat, change.at, item_id=item.id)


def _forget(item: Proposal) -> None:
    """A rank that is of no list says nothing."""
    for row in item.levels:
        if row.level == item.level and row.ranking_id is None:
            row.rank = None
    db.session.flush()
