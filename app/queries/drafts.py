"""What somebody has begun and not sent."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.access import Actor
from app.kinds import KINDS
from models import Document, Draft, Photo

SHOWN = 10
HOLDS = or_(
    Draft.data.has_key("lokasi"),
    Draft.data.has_key("isi"),
    exists().where(Photo.draft_key == Draft.key),
    exists().where(Document.draft_key == Draft.key),
)


def drafts_of(session: Session, actor: Actor) -> Sequence[Draft]:
    """The latest drafts of a login that hold anything, newest first."""
    query = select(Draft).where(Draft.user_id == actor.user_id, Draft.kind.in_(KINDS), HOLDS)
    return session.scalars(query.order_by(Draft.updated_at.desc()).limit(SHOWN)).all()
