"""Counts kept beside the items, at most a minute old."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key_pk


class Facet(Model):
    """How many published items stand where; filled by ``services.facets.refresh``."""

    __tablename__ = "facet"

    kind: Mapped[key_pk]
    area_code: Mapped[key_pk]
    category_code: Mapped[key_pk]
    department_code: Mapped[key_pk]
    state: Mapped[key_pk]
    items: Mapped[int]
    overdue: Mapped[int]


class FacetRefresh(Model):
    """When the counts were taken; one row."""

    __tablename__ = "facet_refresh"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
