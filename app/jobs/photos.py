"""Photos: make them harmless, forget their files."""

from __future__ import annotations

from app.services import photos
from models import db

from . import jobs
from .retrying import QUICK


@jobs.task(name="photo_process", queue="photos", retry=QUICK)
def process(photo_id: int) -> None:
    """Re-encode a staged photo; only when that is committed its original goes."""
    photos.process(photo_id)
    db.session.commit()
    photos.discard_original(photo_id)


@jobs.task(name="photo_forget", queue="photos", retry=QUICK)
def forget(staged: str, names: list[str]) -> None:
    """Delete the files of a photo that was removed."""
    photos.forget(staged, names)
