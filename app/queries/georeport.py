"""The requests GeoReport shows: plain rows of public items, one statement an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    select,
    true,
)
from sqlalchemy.orm import aliased

from app.access import public_items
from app.kinds.lapor import LAPOR
from app.workflow import Phase
from models import AnySession, Change, ChangeText, Complaint, GeoreportRequest, Item, Photo

MOST = 1000  # requests or updates of one answer
WINDOW = timedelta(days=90)
STATES = LAPOR.workflow.states
OPEN = LAPOR.workflow.in_phase(Phase.NEW, Phase.OPEN)

COMPLAINT = Complaint.__table__.c
TARGET = aliased(Item, flat=True)
LAST = (
    select(Change.reason, ChangeText.text)
    .outerjoin(ChangeText, ChangeText.change_id == Change.id)
    .where(Change.item_id == Item.id, Change.target == Item.state, Change.source != Item.state)
    .order_by(Change.seq.desc())
    .limit(1)
    .lateral("last_change")
)
PICTURE = (
    select(Photo.media_name, Photo.ready_at)
    .where(Photo.item_id == Item.id, Photo.status == "ready")
    .order_by(Photo.id)
    .limit(1)
    .lateral("picture")
)
COLUMNS = (
    Item.id,
    Item.number,
    Item.state,
    Item.title,
    Item.body,
    Item.category_code,
    Item.department_code,
    Item.created_at,
    Item.updated_at,
    Item.state_since,
    Item.due_on,
    COMPLAINT.whole_due_at,
    Item.address,
    Item.area_code,
    Item.rw,
    Item.rt,
    Item.channel,
    func.ST_Y(Item.place).label("lat"),
    func.ST_X(Item.place).label("lon"),
)
SHOWN = (
    *COLUMNS,
    cast(COMPLAINT.answers, Text).label("answers"),  # read where they are told, which is rare
    Item.support_count,
    Item.comment_count,
    TARGET.number.label("merged_into"),
    LAST.c.reason,
    LAST.c.text.label("note"),
    PICTURE.c.media_name,
    PICTURE.c.ready_at.label("picture_at"),
)


MERGED_INTO = and_(
    TARGET.id == Item.merged_into_id,
    TARGET.published_at.is_not(None),
    TARGET.visibility != "confidential",
)


def joined(columns: Sequence[Any]) -> Select[Any]:
    """These columns of items, their complaint, last change and public target beside them."""
    return (
        select(*columns)
        .join(Complaint.__table__, COMPLAINT.id == Item.id)
        .outerjoin(TARGET, MERGED_INTO)
        .outerjoin(LAST, true())
    )


def _shown(wanted: Select[Any]) -> Select[Any]:
    """The requests with these ids, as they are shown, newest first."""
    ids = wanted.subquery()
    return (
        joined(SHOWN)
        .join(ids, ids.c.id == Item.id)
        .outerjoin(PICTURE, true())
        .order_by(Item.created_at.desc(), Item.id.desc())
    )


def public() -> ColumnElement[bool]:
    """What anybody may read here."""
    return and_(public_items(), Item.kind == LAPOR.slug)


@dataclass(frozen=True)
class Wanted:
    """Which requests: a window of times, and what narrows it.

    ``near`` is (lon, lat, metres), ``box`` west, south, east, north; degrees, EPSG:4326.
    """

    start: datetime
    end: datetime
    status: str = ""
    codes: tuple[str, ...] = ()
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    near: tuple[float, float, float] | None = None
    box: tuple[float, float, float, float] | None = None
    limit: int = MOST
    offset: int = 0

    @property
    def clauses(self) -> tuple[str, ...]:
        """The names of the conditions in use."""
        named = {
            "open": self.status == "open",
            "closed": self.status == "closed",
            "codes": self.codes,
            "after": self.updated_after,
            "before": self.updated_before,
            "near": self.near,
            "box": self.box,
        }
        return tuple(name for name, value in named.items() if value)

    @property
    def values(self) -> dict[str, Any]:
        """What the statement's parameters are."""
        lon, lat, metres = self.near or (0.0, 0.0, 0.0)
        west, south, east, north = self.box or (0.0, 0.0, 0.0, 0.0)
        return {
            "start": self.start,
            "end": self.end,
            "codes": list(self.codes),
            "after": self.updated_after,
            "before": self.updated_before,
            "lon": lon,
            "lat": lat,
            "metres": metres,
            "degrees": metres / 110_000,  # a little more than that many metres, for the index
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "limit": self.limit,
            "offset": self.offset,
        }


def _param(name: str) -> BindParameter[float]:
    return bindparam(name)


PIN = func.ST_SetSRID(func.ST_MakePoint(_param("lon"), _param("lat")), 4326)
BOX = func.ST_MakeEnvelope(_param("west"), _param("south"), _param("east"), _param("north"), 4326)
MODIFIED = func.greatest(Item.updated_at, Item.state_since)
CLAUSES: dict[str, ColumnElement[bool]] = {
    "open": Item.state.in_(OPEN),
    "closed": Item.state.not_in(OPEN),
    "codes": Item.category_code.in_(bindparam("codes", expanding=True)),
    "after": bindparam("after") <= MODIFIED,
    "before": bindparam("before") >= MODIFIED,
    "near": and_(
        func.ST_DWithin(Item.place, PIN, bindparam("degrees")),
        func.ST_DistanceSphere(Item.place, PIN) <= bindparam("metres"),
    ),
    "box": Item.place.op("&&")(BOX),
}


@cache
def _page(names: tuple[str, ...]) -> Select[Any]:
    """The requests that fit: the ids first, in the order of an index, then what is shown."""
    return _shown(
        select(Item.id)
        .where(public(), *(CLAUSES[name] for name in names))
        .where(Item.created_at >= bindparam("start"), Item.created_at <= bindparam("end"))
        .order_by(Item.created_at.desc(), Item.id.desc())
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


@cache
def _some() -> Select[Any]:
    numbers = Item.number.in_(bindparam("numbers", expanding=True))
    return _shown(select(Item.id).where(public(), numbers))


def requests(session: AnySession, wanted: Wanted) -> Sequence[Row[Any]]:
    """The public requests that fit, newest first; one statement."""
    return session.execute(_page(wanted.clauses), wanted.values).all()


def by_number(session: AnySession, numbers: Iterable[str]) -> Sequence[Row[Any]]:
    """The public requests with these numbers, newest first; others are left out."""
    return session.execute(_some(), {"numbers": list(numbers)[:MOST]}).all()


def of_token(session: AnySession, token: str) -> Row[Any] | None:
    """The token, and the number of what it has become, if it has."""
    columns: tuple[Any, ...] = (GeoreportRequest.token, Item.number)
    query = select(*columns)
    query = query.outerjoin(Item, Item.id == GeoreportRequest.item_id)
    return session.execute(query.where(GeoreportRequest.token == token)).first()
