"""Places where reports come again and again, found beforehand.

``app.services.repeated`` finds them anew; pages read from here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key


class RepeatedPlace(Model):
    """Reports of one category that stand close together; the place with the most has rank 1.

    ``area_code`` is the kelurahan of the latest of them, ``areas`` the kelurahan and kecamatan
    they lie in.  ``item_ids`` are the latest of its ``reports``, the latest first.
    """

    __tablename__ = "repeated_place"
    __table_args__ = (Index("ix_repeated_place_areas", "areas", postgresql_using="gin"),)

    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    category_code: Mapped[key]
    area_code: Mapped[key]
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text(collation="C")))
    reports: Mapped[int]
    item_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class RepeatedRefresh(Model):
    """When they were found; one row."""

    __tablename__ = "repeated_refresh"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]


__all__ = ["RepeatedPlace", "RepeatedRefresh"]
