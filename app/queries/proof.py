"""Proof as it is read: pictures seen before, how far from the place, and what checks found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from geoalchemy2 import Geography
from sqlalchemy import BIGINT, INTEGER, bindparam, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, BIT

from app.access import Actor, may
from models import AnySession, Item, Photo, PhotoHash, ProofCheck

ALIKE_P, ALIKE_D = 10, 14  # bits of 64 by which two views of the same picture may differ
BANDS = (48, 32, 16, 0)
FLIPS = 2  # 4 bands, each tried with up to 2 bits flipped: complete up to 11 bits

_PHASH = bindparam("phash", type_=BIGINT)
_DHASH = bindparam("dhash", type_=BIGINT)


def _apart(column: Any, value: Any) -> Any:
    return func.bit_count(cast(column.op("#")(value), BIT(64)))


_NEAR = or_(
    *(
        getattr(PhotoHash, f"band{n}") == func.any(bindparam(f"band{n}", type_=ARRAY(INTEGER)))
        for n in range(len(BANDS))
    )
)
# The hashes first, whatever the planner thinks of the few photos there may be.
_ALIKE = (
    select(PhotoHash.photo_id)
    .where(
        _NEAR,
        _apart(PhotoHash.phash, _PHASH) <= ALIKE_P,
        _apart(PhotoHash.dhash, _DHASH) <= ALIKE_D,
    )
    .cte("alike")
    .prefix_with("MATERIALIZED")
)
SEEN = (
    select(Photo.item_id, Photo.id)
    .join(_ALIKE, _ALIKE.c.photo_id == Photo.id)
    .where(Photo.item_id.is_not(None), Photo.item_id != bindparam("item"))
    .order_by(Photo.id)
    .limit(1)
)
OF_ITEM = (
    select(PhotoHash.photo_id, PhotoHash.phash, PhotoHash.dhash)
    .join(Photo, Photo.id == PhotoHash.photo_id)
    .where(Photo.item_id == bindparam("item"))
)
VIEWS = select(PhotoHash).where(PhotoHash.photo_id.in_(bindparam("ids", expanding=True)))
LAST = (
    select(func.max(ProofCheck.change_id))
    .where(ProofCheck.item_id == bindparam("item"))
    .scalar_subquery()
)
CHECKED = (
    select(ProofCheck, Item)
    .outerjoin(Item, Item.id == ProofCheck.match_item_id)
    .where(ProofCheck.item_id == bindparam("item"), ProofCheck.change_id == LAST)
    .order_by(ProofCheck.photo_id, ProofCheck.id)
)
JUDGED = ("proof_submitted", "appealed")  # states in which somebody decides about a proof


@dataclass(frozen=True)
class Line:
    """What one check found, in words; ``good`` is None when the camera kept nothing.

    ``match`` is the number of the item with the same picture, for those who may read that.
    """

    name: str
    good: bool | None
    words: str
    match: str = ""


@dataclass
class Proof:
    """One photo that was handed in as proof, and what the checks found on it."""

    photo_id: int
    lines: list[Line]

    @property
    def sentence(self) -> str:
        """All of it in one calm sentence."""
        said = ", ".join(line.words for line in self.lines if line.words)
        return said[:1].upper() + said[1:] + "." if said else ""

    @property
    def good(self) -> bool:
        """Did every check pass?"""
        return all(line.good for line in self.lines)


@lru_cache(maxsize=1)
def _masks() -> tuple[int, ...]:
    flips = [0]
    for count in range(1, FLIPS + 1):
        flips += [sum(1 << bit for bit in bits) for bits in combinations(range(16), count)]
    return tuple(flips)


def bands(phash: int) -> dict[str, list[int]]:
    """What each band of an equal picture may hold: this one's, with up to two bits flipped."""
    cuts = [(phash >> shift) & 0xFFFF for shift in BANDS]
    return {f"band{n}": [cut ^ mask for mask in _masks()] for n, cut in enumerate(cuts)}


def alike(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Are two (phash, dhash) those of the same picture?"""
    return all(
        ((a ^ b) & (2**64 - 1)).bit_count() <= most
        for a, b, most in zip(one, other, (ALIKE_P, ALIKE_D), strict=True)
    )


def views(session: AnySession, ids: Collection[int]) -> dict[int, list[tuple[int, int]]]:
    """(phash, dhash) of every view of these photos, the whole picture first."""
    found: dict[int, list[tuple[int, int]]] = {photo_id: [] for photo_id in ids}
    rows = session.scalars(VIEWS, {"ids": list(ids)}).all() if ids else []
    for row in sorted(rows, key=lambda row: row.view):
        found[row.photo_id].append((row.phash, row.dhash))
    return found


def seen_elsewhere(session: AnySession, item_id: int, look: tuple[int, int]) -> int | None:
    """The id of another item that shows this picture already, the earliest; None if none does.

    Served by the indexes on the four bands of 16 bits: complete up to 11 differing bits.
    """
    values = {"phash": look[0], "dhash": look[1], "item": item_id, **bands(look[0])}
    row = session.execute(SEEN, values).first()
    return row.item_id if row else None


def seen_here(
    session: AnySession, item_id: int, looks: Sequence[tuple[int, int]], but: Collection[int]
) -> bool:
    """Does the item show one of these views already, on another photo than ``but``?"""
    rows = [row for row in session.execute(OF_ITEM, {"item": item_id}) if row.photo_id not in but]
    return any(alike(look, (row.phash, row.dhash)) for row in rows for look in looks)


def metres(session: AnySession, item_id: int, lon: float, lat: float) -> float:
    """How far a point (lon, lat; degrees, EPSG:4326) is from an item's place, in metres."""
    point = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)
    apart = func.ST_Distance(cast(Item.place, Geography), cast(point, Geography))
    return float(session.scalar(select(apart).where(Item.id == item_id)) or 0.0)


def lines(found: Iterable[Any], matches: Mapping[int, str] | None = None) -> list[Line]:
    """The words for what the checks found on one photo; ``matches`` are numbers of items by id."""
    found = list(found)
    unused = [f for f in found if f.name in ("report", "city")]
    good = {"passed": True, "failed": False, "no_data": None}
    made = [
        Line(
            f.name,
            good[f.result],
            str(WORDS[f.name](f)),
            (matches or {}).get(f.match_item_id or 0, ""),
        )
        for f in found
        if f not in unused or f.result == "failed"
    ]
    if unused and all(f.result == "passed" for f in unused):
        made.append(Line("city", True, _("never used before")))
    elif any(f.result == "no_data" for f in unused):
        made.append(Line("city", None, _("not compared with other photos")))
    return made


def _time(found: Any) -> Any:
    days = found.value
    if days is None:
        return _("the camera did not keep the time")
    if found.result == "failed":
        if days < 0:
            return _("taken before the report, by the camera's clock")
        return _("the camera's clock is ahead")
    if days < 1:
        return _("taken within a day of the report")
    return ngettext(
        "taken %(num)s day after the report", "taken %(num)s days after the report", days
    )


def _distance(found: Any) -> Any:
    metres = found.value
    if metres is None:
        return _("the camera did not keep the place")
    if metres >= 1000:
        return _("about %(km)s km from the place", km=format_decimal(metres / 1000))
    return _("about %(metres)s m from the place", metres=metres)


def _report(found: Any) -> Any:
    return _("the same as a photo this report has already")


def _city(found: Any) -> Any:
    return _("used before for something else")


WORDS = {"time": _time, "distance": _distance, "report": _report, "city": _city}


def of_item(session: AnySession, item: Item, actor: Actor) -> list[Proof]:
    """The photos of the last proof of an item with what was found, by photo."""
    rows = session.execute(CHECKED, {"item": item.id}).all()
    numbers = {
        other.id: other.number
        for _check, other in rows
        if other is not None and may(actor, "read", other)
    }
    by_photo: dict[int, list[ProofCheck]] = {}
    for check, _other in rows:
        by_photo.setdefault(check.photo_id, []).append(check)
    return [Proof(photo_id, lines(found, numbers)) for photo_id, found in by_photo.items()]
