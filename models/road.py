"""Roads whose class is known: an imported layer that answers the question instead of residents."""

from __future__ import annotations

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key, now, pk


class RoadLine(Model):
    """A road (lon, lat; EPSG:4326); ``source`` is the import it came with."""

    __tablename__ = "road_line"
    __table_args__ = (Index("idx_road_line_geom", "geom", postgresql_using="gist"),)

    id: Mapped[pk]
    name: Mapped[str]
    road_class: Mapped[key]
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("MULTILINESTRING", srid=4326, spatial_index=False)
    )
    source: Mapped[str]
    imported_at: Mapped[now]
