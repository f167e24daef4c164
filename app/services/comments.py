"""The discussion of an item: speak, answer from a seat, report, hide."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.access import ACTS, CONFIRMED, Actor, may, seat_for
from app.kinds import kind_of, state_of
from app.workflow import NotAllowed
from models import AbuseReport, Comment, Item, db

from . import audit, notify
from .items import LOCK

REPORTS_THAT_HIDE = 3  # so many people, and a moderator has to look before it is shown again


def add(
    item: Item,
    actor: Actor,
    body: str,
    *,
    key: uuid.UUID,
    parent_id: int | None = None,
    stance: str = "",
    at: datetime | None = None,
) -> Comment:
    """Say something about an item; official when the actor answers from a seat.

    New accounts' words wait for a moderator.  The same ``key`` twice gives the same comment.
    Raises NotAllowed.
    """
    db.session.execute(LOCK, {"key": str(key)})
    earlier = db.session.scalar(select(Comment).where(Comment.form_key == key))
    if earlier is not None:
        return earlier
    if not may(actor, "comment", item) or "comment" not in state_of(item).allows:
        raise NotAllowed("comment")
    seat = seat_for(actor, ACTS["answer"], item)
    comment = Comment(
        item_id=item.id,
        parent_id=_top(item, parent_id),
        person_id=actor.person_id,
        form_key=key,
        body=body,
        stance=stance if kind_of(item).stances and seat is None else "",
        official=seat is not None,
        seat=seat or "",
        department_code=item.department_code if (seat or "").startswith("officer") else None,
        status="published" if seat or actor.level >= CONFIRMED else "held",
        created_at=at or datetime.now(UTC),
    )
    db.session.add(comment)
    db.session.flush()
    if comment.status == "published":
        _shown(comment, 1)
    notify.commented(comment)
    return comment


def _top(item: Item, parent_id: int | None) -> int | None:
    """The thread a reply belongs to: one level deep, on the same item."""
    parent = db.session.get(Comment, parent_id) if parent_id else None
    if parent is None or parent.item_id != item.id:
        return None
    return parent.parent_id or parent.id


def _shown(comment: Comment, change: int) -> None:
    more = Item.comment_count + change
    db.session.execute(update(Item).where(Item.id == comment.item_id).values(comment_count=more))


def publish(comment: Comment, item: Item, actor: Actor) -> None:
    """Show a comment that was held or hidden.  Raises NotAllowed."""
    _judge(comment, item, actor, "published", "")


def hide(comment: Comment, item: Item, actor: Actor, reason: str) -> None:
    """Take a comment out of sight, with a reason its author can read.  Raises NotAllowed."""
    _judge(comment, item, actor, "hidden", reason)


def _judge(comment: Comment, item: Item, actor: Actor, status: str, reason: str) -> None:
    if not may(actor, "moderate", item):
        raise NotAllowed("moderate")
    db.session.refresh(comment, with_for_update=True)
    if comment.status != status:
        _shown(comment, (status == "published") - (comment.status == "published"))
        comment.status, comment.hidden_reason = status, reason
        db.session.flush()
        notify.commented(comment)
    audit.note(f"comment.{status}", f"comment:{comment.id}", by=actor.user_id, detail=reason)


def report(comment: Comment, item: Item, actor: Actor, reason: str) -> None:
    """Say that a comment breaks the rules; once per login.  Raises NotAllowed."""
    if not may(actor, "report_abuse", item):
        raise NotAllowed("report_abuse")
    row = {"comment_id": comment.id, "user_id": actor.user_id, "reason": reason}
    db.session.execute(insert(AbuseReport).values(row).on_conflict_do_nothing())
    reports = select(AbuseReport.id).where(AbuseReport.comment_id == comment.id)
    db.session.refresh(comment, with_for_update=True)
    many = len(db.session.scalars(reports.limit(REPORTS_THAT_HIDE)).all()) >= REPORTS_THAT_HIDE
    if many and comment.status == "published" and not comment.official:
        _shown(comment, -1)
        comment.status = "held"
