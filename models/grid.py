"""Counts of published items per square of the map, kept exact by triggers on ``item``.

A square of level L is 360 / 2^L degrees wide; ``x`` counts east from 180° W, ``y`` north
from 90° S.
``map_grid`` holds folded counts; ``map_delta`` what changed since.  Readers add both in one
statement, so the sum is always exact and no writer waits for another.  Migration 0002 has the
triggers; ``maps.clusters`` reads and folds.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key, key_pk, pk


class MapGrid(Model):
    """Published items of one kind in one square.

    ``facet`` is '' for all items, ``c:<category>`` or ``d:<department>`` for a part of them;
    ``phase`` is '' for all, or one public phase.  ``sum_id`` is the item's id where ``n`` is 1.
    """

    __tablename__ = "map_grid"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    facet: Mapped[key_pk]
    phase: Mapped[key_pk]
    x: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    y: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[key_pk]
    n: Mapped[int]
    sum_lon: Mapped[float]
    sum_lat: Mapped[float]
    sum_id: Mapped[int] = mapped_column(BigInteger)


class MapDelta(Model):
    """What a statement added to (n > 0) or took from (n < 0) one square of the finest level."""

    __tablename__ = "map_delta"

    id: Mapped[pk]
    x: Mapped[int]
    y: Mapped[int]
    kind: Mapped[key]
    state: Mapped[key]
    category_code: Mapped[key]
    department_code: Mapped[key]  # '' when nobody owns the item yet
    n: Mapped[int]
    sum_lon: Mapped[float]
    sum_lat: Mapped[float]
    sum_id: Mapped[int] = mapped_column(BigInteger)
