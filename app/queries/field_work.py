"""What an officer goes out for: in their hands first, then what their department has open near."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, null, select
from sqlalchemy.orm import joinedload, selectin_polymorphic

from app.access import Actor, in_area, visible
from app.kinds import KINDS
from app.queries import work
from app.queries.items import THUMB
from models import Change, Item, db

MOST = 40
# What is finished on the spot, with a photo that proves it.
OUTDOORS = tuple(
    kind.slug
    for kind in KINDS.values()
    if any(step.proves and step.target for step in kind.workflow.steps)
)
LAST_SEQ = (
    select(func.max(Change.seq)).where(Change.item_id == Item.id).correlate(Item).scalar_subquery()
)


def cards(
    actor: Actor, here: tuple[float, float] | None = None, *, area: str = ""
) -> Sequence[Row[Any]]:
    """Open items of the actor's departments: Item, mine, metres, thumb, seq, lon, lat.

    With ``here`` (lon, lat; degrees, EPSG:4326) the nearest first, else what is in the actor's
    hands, then by promise.
    """
    mine = work.in_hands_of(actor.user_id or 0)
    metres: Any = None
    order: tuple[Any, ...] = (mine.desc(), work.DUE_FIRST, Item.id)
    if here is not None:
        pin = func.ST_SetSRID(func.ST_MakePoint(*here), 4326)
        metres = func.round(func.ST_DistanceSphere(Item.place, pin))
        order = (metres, Item.id)
    tab = work.Tab("", "", work.held_by("owner"), on_desk=True)
    where = [work.department_scope(actor), work.condition(tab), visible(actor)]
    where.append(Item.kind.in_(OUTDOORS))
    if area:
        where.append(in_area(area))
    query = (
        select(
            Item,
            mine.label("mine"),
            (metres if metres is not None else null()).label("metres"),
            THUMB.label("thumb"),
            LAST_SEQ.label("seq"),
            func.ST_X(Item.place).label("lon"),
            func.ST_Y(Item.place).label("lat"),
        )
        .where(*where)
        .options(
            joinedload(Item.category),
            selectin_polymorphic(Item, [kind.model for kind in KINDS.values()]),
        )
        .order_by(*order)
        .limit(MOST)
    )
    return db.session.execute(query).all()
