"""Maps: boundaries, point to area, nearness, clusters in SQL, folium report pages."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session, scoped_session

AnySession = Session | scoped_session[Any]
