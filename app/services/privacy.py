"""The end of an account: asked for, thought over for a week, then done by a job."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.access import SYSTEM
from models import DeletionRequest, User, db

from . import accounts, audit
from .anonymise import anonymise

COOLING_DAYS = 7


def open_request(user: User) -> DeletionRequest | None:
    """The wish to close this account that is neither done nor taken back."""
    query = select(DeletionRequest).where(
        DeletionRequest.user_id == user.id,
        DeletionRequest.cancelled_at.is_(None),
        DeletionRequest.done_at.is_(None),
    )
    return db.session.scalar(query)


def ask_deletion(user: User) -> DeletionRequest:
    """Close the account in seven days; a letter says so and how to keep it.  Twice: the first."""
    earlier = open_request(user)
    if earlier is not None:
        return earlier
    request = DeletionRequest(
        user_id=user.id, due_at=datetime.now(UTC) + timedelta(days=COOLING_DAYS)
    )
    db.session.add(request)
    db.session.flush()
    audit.note("deletion.ask", f"user:{user.id}", by=user.id)
    accounts.send(user, "closing")
    return request


def cancel_deletion(user: User) -> bool:
    """Keep the account after all; False when nothing was asked for."""
    request = open_request(user)
    if request is None:
        return False
    request.cancelled_at = datetime.now(UTC)
    audit.note("deletion.cancel", f"user:{user.id}", by=user.id)
    return True


def delete_due(now: datetime | None = None) -> int:
    """Close the accounts whose week is over; says how many."""
    now = now or datetime.now(UTC)
    due = select(DeletionRequest).where(
        DeletionRequest.cancelled_at.is_(None),
        DeletionRequest.done_at.is_(None),
        DeletionRequest.due_at <= now,
    )
    requests = list(db.session.scalars(due.with_for_update(skip_locked=True)))
    for request in requests:
        user = db.session.get_one(User, request.user_id)
        anonymise(user.person, SYSTEM, "asked by the person")
        request.done_at = now
    return len(requests)
