"""The city's areas, their boundaries, what lies around them, and places people name."""

from __future__ import annotations

from datetime import date

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, Valid, key, key_pk, pk

LEVELS = ("kota", "kecamatan", "kelurahan")


def chain(code: str) -> tuple[str, ...]:
    """The codes of an area and of what it lies in, the widest first: city, kecamatan, kelurahan."""
    parts = code.split(".")
    return tuple(".".join(parts[: n + 1]) for n in range(1, len(parts)))


class Area(Valid, Model):
    """A kota, kecamatan or kelurahan, keyed on its Kemendagri code, never on its name."""

    __tablename__ = "area"
    __table_args__ = (CheckConstraint(f"level IN {LEVELS}", name="level"),)

    code: Mapped[key_pk]
    level: Mapped[str]
    name: Mapped[str]
    parent_code: Mapped[key | None] = mapped_column(ForeignKey("area.code"), index=True)
    point: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326))
    area_km2: Mapped[float]
    bps_code: Mapped[str | None]

    parent: Mapped[Area | None] = relationship(remote_side="Area.code")


class AreaBoundary(Model):
    """One boundary an area has or had; the current one has no ``valid_to``."""

    __tablename__ = "area_boundary"
    __table_args__ = (
        Index(
            "uq_area_boundary_current",
            "area_code",
            unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
    )

    id: Mapped[pk]
    area_code: Mapped[key] = mapped_column(ForeignKey("area.code"), index=True)
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=4326))
    simple: Mapped[WKBElement] = mapped_column(
        Geometry("MULTIPOLYGON", srid=4326, spatial_index=False)
    )
    approximate: Mapped[bool]
    source: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    area: Mapped[Area] = relationship()


class Neighbour(Model):
    """A place around the city, with a hint whom to tell there."""

    __tablename__ = "neighbour"

    code: Mapped[key_pk]
    name: Mapped[str]
    point: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326))
    hint: Mapped[str]


class Place(Model):
    """A name people use for a spot: a hospital, a market, a street."""

    __tablename__ = "place"
    __table_args__ = (
        Index(
            "ix_place_search",
            "search",
            postgresql_using="gin",
            postgresql_ops={"search": "gin_trgm_ops"},
        ),
    )

    id: Mapped[pk]
    name: Mapped[str]
    kind: Mapped[str]
    point: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326))
    search: Mapped[str]  # name and other names, lower case
