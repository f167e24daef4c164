"""People behind an item who say that it is not solved: enough of them open it again."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.access import CONFIRMED, SYSTEM, Actor, may, on_public_list
from app.kinds import kind_of
from app.queries import objections as reads
from app.workflow import NotAllowed
from models import Item, Objection, Support, db

from . import items

STEP = "contest"


def needed() -> int:
    """How many people open a resolved item again (``objections_to_reopen``)."""
    limits = current_app.config["CITY"].facts.get("limits", {})
    return int(limits.get("objections_to_reopen", 5))


def object_to(item: Item, actor: Actor) -> bool:
    """Say that it is not solved, once after each answer; True when that opens it again.

    Whoever stood behind it when it was answered may say so, with a confirmed account.  The author
    has a step of their own.  Raises NotAllowed.
    """
    db.session.refresh(item, with_for_update={"of": Item})
    if not may_object(item, actor):
        raise NotAllowed(STEP)
    answer = reads.last_answer(db.session, item.id)
    values = {"change_id": answer, "person_id": actor.person_id, "item_id": item.id}
    db.session.execute(insert(Objection).values(values).on_conflict_do_nothing())
    count = select(func.count()).select_from(Objection).where(Objection.change_id == answer)
    if (db.session.scalar(count) or 0) < needed():
        return False
    items.move(item, STEP, SYSTEM)
    return True


def may_object(item: Item, actor: Actor) -> bool:
    """Is it this person's to say?"""
    contested = any(
        step.name == STEP and item.state in step.sources for step in kind_of(item).workflow.steps
    )
    if not contested or not on_public_list(item) or not may(actor, "support", item):
        return False
    if actor.level < CONFIRMED or actor.person_id in (None, item.author_id):
        return False
    since = select(Support.created_at).where(
        Support.item_id == item.id, Support.person_id == actor.person_id
    )
    stood = db.session.scalar(since)
    return stood is not None and stood <= item.state_since
