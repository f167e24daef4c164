"""How a piece of work was proved and accepted: what photos look like, their checks, objections."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Integer,
    SmallInteger,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, now, pk, ref
from .item import Item
from .trail import Change

RESULTS = ("passed", "failed", "no_data")
CHECKS = ("time", "distance", "report", "city")
CLOSING_EVENTS = ("resolved", "disputed", "appealed", "upheld", "dismissed", "rated")


def _band(shift: int) -> Mapped[int]:
    cut = f"((phash >> {shift}) & 65535)::integer"
    return mapped_column(Integer, Computed(cut, persisted=True), index=True)


class PhotoHash(Model):
    """What a photo looks like: two perceptual hashes of 64 bits, as signed integers.

    ``view`` 0 is the whole picture, the others are parts of it, so that a picture whose edge was
    cut off is still known.  The four bands of ``phash`` serve the search by Hamming distance.
    """

    __tablename__ = "photo_hash"

    photo_id: Mapped[ref] = mapped_column(
        ForeignKey("photo.id", ondelete="CASCADE"), primary_key=True
    )
    view: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    phash: Mapped[int] = mapped_column(BigInteger)
    dhash: Mapped[int] = mapped_column(BigInteger)
    band0: Mapped[int] = _band(48)
    band1: Mapped[int] = _band(32)
    band2: Mapped[int] = _band(16)
    band3: Mapped[int] = _band(0)


class ProofCheck(Model):
    """What one check found on one proof photo when it was handed in; append-only.

    ``value`` is rounded: hours after filing for ``time``, metres for ``distance``.
    ``match_item_id`` is the item where the same picture was used before.  The photo may be
    forgotten one day, so nothing refers to it but its number.
    """

    __tablename__ = "proof_check"
    __table_args__ = (
        CheckConstraint(f"name IN {CHECKS}", name="name"),
        CheckConstraint(f"result IN {RESULTS}", name="result"),
    )

    id: Mapped[pk]
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), index=True)
    change_id: Mapped[ref] = mapped_column(ForeignKey("change.id"), index=True)
    photo_id: Mapped[ref]
    name: Mapped[key]
    result: Mapped[key]
    value: Mapped[int | None]
    match_item_id: Mapped[ref | None]
    at: Mapped[now]

    change: Mapped[Change] = relationship()


class Objection(Model):
    """Somebody behind an item says that it is not solved, after the change ``change_id``."""

    __tablename__ = "objection"

    change_id: Mapped[ref] = mapped_column(ForeignKey("change.id"), primary_key=True)
    person_id: Mapped[ref] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), index=True)
    created_at: Mapped[now]


class ClosingEvent(Model):
    """An answer, and what the resident made of it, with the department it counts for then."""

    __tablename__ = "closing_event"
    __table_args__ = (
        CheckConstraint(f"event IN {CLOSING_EVENTS}", name="event"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    )

    change_id: Mapped[ref] = mapped_column(ForeignKey("change.id"), primary_key=True)
    event: Mapped[key] = mapped_column(primary_key=True)
    item_id: Mapped[ref] = mapped_column(ForeignKey("item.id"), index=True)
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))
    area_code: Mapped[key] = mapped_column(ForeignKey("area.code"))
    rating: Mapped[int | None] = mapped_column(SmallInteger)
    at: Mapped[datetime] = mapped_column(index=True)

    item: Mapped[Item] = relationship()
