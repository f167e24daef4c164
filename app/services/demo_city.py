"""The demo's material for this city: texts and the places they may name."""

from __future__ import annotations

from flask import current_app

from app.queries.spots import places
from models import db

from .demo_texts import Spot, Texts, read


def texts() -> Texts:
    """The demo's texts, with the city's places."""
    spots = [Spot(*row) for row in places(db.session)]
    return read(current_app.config["CITY"].folder / "demo", spots)
