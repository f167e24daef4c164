"""What the kecamatan's surveyors go out for: proposals that nobody has looked at yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, exists, func, null, or_, select

from app.access import Actor, in_area, visible
from app.queries.items import THUMB
from models import Item, Proposal, Survey, db

MOST = 60
WAITING = ("submitted", "verified")
LEVEL = "kecamatan"


def cards(
    actor: Actor, here: tuple[float, float] | None = None, *, area: str = ""
) -> Sequence[Row[Any]]:
    """Proposals at the kecamatan's level without a survey: Proposal, metres, thumb, lon, lat.

    With ``here`` (lon, lat; degrees, EPSG:4326) the nearest first, else by kelurahan and RW.
    """
    own = [seat.area_code for seat in actor.seats_as("validator", "coordinator")]
    metres: Any = null()
    order: tuple[Any, ...] = (Item.area_code, Item.rw, Item.id)
    if here is not None:
        pin = func.ST_SetSRID(func.ST_MakePoint(*here), 4326)
        metres = func.round(func.ST_DistanceSphere(Item.place, pin))
        order = (metres, Item.id)
    query = (
        select(
            Proposal,
            metres.label("metres"),
            THUMB.label("thumb"),
            func.ST_X(Item.place).label("lon"),
            func.ST_Y(Item.place).label("lat"),
        )
        .where(
            Proposal.level == LEVEL,
            Item.state.in_(WAITING),
            or_(*(in_area(code) for code in own)),
            visible(actor),
            ~exists().where(Survey.proposal_id == Proposal.id),
        )
        .order_by(*order)
        .limit(MOST)
    )
    if area:
        query = query.where(in_area(area))
    return db.session.execute(query).all()
