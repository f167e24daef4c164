"""What somebody has begun and not sent."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor
from app.kinds import KINDS
from models import Draft

SHOWN = 10


def drafts_of(session: Session, actor: Actor) -> Sequence[Draft]:
    """The latest drafts of a login, newest first."""
    query = select(Draft).where(Draft.user_id == actor.user_id, Draft.kind.in_(KINDS))
    return session.scalars(query.order_by(Draft.updated_at.desc()).limit(SHOWN)).all()
