"""Reports that departments send back again and again."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, visible
from models import Complaint


def to_decide(session: Session, actor: Actor, limit: int = 100) -> list[Complaint]:
    """What departments sent back twice or more, and the coordinator has to decide; oldest first."""
    query = (
        select(Complaint)
        .where(Complaint.state == "returned", Complaint.returns >= 2, visible(actor))
        .order_by(Complaint.state_since, Complaint.id)
        .limit(limit)
    )
    return list(session.scalars(query))
