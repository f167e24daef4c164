"""After a ceiling was published: tell whoever stands behind what crossed the line."""

from __future__ import annotations

from app.services import ceilings_told
from models import db

from . import jobs
from .retrying import QUICK


@jobs.task(name="ceilings_tell", retry=QUICK)
def ceilings_tell(version_id: int) -> None:
    """Tell of one published version."""
    ceilings_told.tell(version_id)
    db.session.commit()
