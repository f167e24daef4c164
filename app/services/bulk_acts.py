"""One act on many items: rehearsed, queued so that it can be called off, then taken one by one.

Every item goes through ``items.move`` (or ``assignments.give``) under the rights its chooser has at
that moment.  Until the pause is over nothing has happened, so the trail tells only what did.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import selectinload

from app.access import Actor, may
from app.kinds import KINDS
from app.logs import log
from app.queries.actors import actor_of
from app.queue import enqueue
from app.workflow import Incomplete, NotAllowed
from models import BulkAct, BulkActItem, Change, Item, User, db

from . import assignments, audit, items
from .answers import Refused

PAUSE = timedelta(seconds=60)  # in which an act can be called off
FORGOTTEN = timedelta(minutes=2)  # after which a sweep takes up what no job did
MOST = 100
ASSIGN = "assign"
# What may be done to many at once; publishing is not among it, for each text is to be read.
STEPS = ("route", "reverify", "accept", "recategorise", "reject", "merge", "advance",
         "agree_budget")  # fmt: skip
# What is not asked of many: each has its own, which is taken when none is named.
OWN = {"agree_budget": "agreed_amount"}


@dataclass(frozen=True)
class Verdict:
    """Whether an act would go through for an item, and if not, why."""

    item: Item
    seen: int
    problem: str = ""


class TooMany(Exception):
    """More items than one act may hold."""


def acts_of(kind: str) -> tuple[str, ...]:
    """The acts for many that a kind of item knows."""
    known = {step.name for step in KINDS[kind].workflow.steps}
    return (*(name for name in STEPS if name in known), ASSIGN)


def chosen(numbers: Sequence[str], actor: Actor) -> list[Item]:
    """The items of these numbers that the actor may read, in the order given."""
    wanted = list(dict.fromkeys(number.strip().upper() for number in numbers))
    if len(wanted) > MOST:
        raise TooMany
    query = select(Item).where(Item.number.in_(wanted)).options(selectinload(Item.category))
    found = {item.number: item for item in db.session.scalars(query) if may(actor, "read", item)}
    return [found[number] for number in wanted if number in found]


def rehearse(
    chosen_items: Sequence[Item],
    kind: str,
    act: str,
    actor: Actor,
    answers: Mapping[str, Any],
    seen: Mapping[str, int] | None = None,
) -> list[Verdict]:
    """What the act would do to each item; everything is undone again at once.

    ``seen`` is by number the last change the chooser was shown; who moved since is left alone.
    """
    last = _last_changes(chosen_items)
    busy = _queued_already(chosen_items)
    found = []
    for item in chosen_items:
        if item.id in busy:
            problem = str(_("It waits in another act already."))
        elif (seen or {}).get(item.number, last[item.id]) != last[item.id]:
            problem = said(items.Stale())
        elif item.kind != kind:
            problem = str(_("It belongs to another service."))
        else:
            problem = _tried(item, act, actor, answers)
        found.append(Verdict(item, last[item.id], problem))
    return found


def _tried(item: Item, act: str, actor: Actor, answers: Mapping[str, Any]) -> str:
    """The problem an act would meet, "" for none."""
    attempt = db.session.begin_nested()
    try:
        _take(item, act, actor, answers, key=None, seen=None)
    except PROBLEMS as problem:
        return said(problem)
    finally:
        attempt.rollback()
        db.session.expire(item)
    return ""


def _take(
    item: Item,
    act: str,
    actor: Actor,
    answers: Mapping[str, Any],
    *,
    key: uuid.UUID | None,
    seen: int | None,
) -> Change | None:
    if act == ASSIGN:
        assignments.give(item, actor, int(answers["to"]), str(answers.get("note") or ""))
        return None
    return items.move(item, act, actor, answers, key=key, seen=seen)


PROBLEMS = (NotAllowed, Incomplete, Refused, items.Stale)


def said(problem: Exception) -> str:
    """Why an item was left alone, for people."""
    if isinstance(problem, Refused):
        return str(problem.args[1])
    if isinstance(problem, Incomplete):
        return str(_("Something it asks for is missing."))
    if isinstance(problem, items.Stale):
        return str(_("Somebody moved it meanwhile."))
    return str(_("This step is not open to you here."))


def _last_changes(of: Sequence[Item]) -> dict[int, int]:
    ids = [item.id for item in of]
    query = select(Change.item_id, func.max(Change.seq).label("last"))
    query = query.where(Change.item_id.in_(ids)).group_by(Change.item_id)
    return {row.item_id: row.last for row in db.session.execute(query)}


def _queued_already(of: Sequence[Item]) -> set[int]:
    query = (
        select(BulkActItem.item_id)
        .join(BulkAct, BulkAct.id == BulkActItem.bulk_act_id)
        .where(BulkActItem.item_id.in_([item.id for item in of]), BulkActItem.outcome == "")
        .where(BulkAct.status.in_(("waiting", "running")))
    )
    return set(db.session.scalars(query))


def queue(
    key: uuid.UUID,
    kind: str,
    act: str,
    actor: Actor,
    verdicts: Sequence[Verdict],
    answers: Mapping[str, Any],
) -> BulkAct:
    """Put the act on the items that passed the rehearsal in the queue; it begins after ``PAUSE``.

    The same ``key`` twice gives the same act.
    """
    db.session.execute(items.LOCK, {"key": str(key)})
    earlier = db.session.scalar(
        select(BulkAct).where(BulkAct.form_key == key, BulkAct.user_id == actor.user_id)
    )
    if earlier is not None:
        return earlier
    begins = datetime.now(UTC) + PAUSE
    queued = BulkAct(form_key=key, user_id=actor.user_id, kind=kind, act=act, run_at=begins)
    queued.answers = dict(answers)
    passed = [verdict for verdict in verdicts if not verdict.problem]
    queued.items = [
        BulkActItem(item_id=verdict.item.id, position=n, seen=verdict.seen)
        for n, verdict in enumerate(passed)
    ]
    db.session.add(queued)
    db.session.flush()
    enqueue("bulk_act_run", at=begins, bulk_act_id=queued.id)
    detail = f"{kind}.{act} {len(passed)}"
    audit.note("bulk_act", f"bulk_act:{queued.id}", by=actor.user_id, detail=detail)
    return queued


def cancel(bulk_act: BulkAct, actor: Actor) -> bool:
    """Call an act off while it waits; False when it has begun.  Raises NotAllowed."""
    if bulk_act.user_id != actor.user_id:
        raise NotAllowed("act_in_bulk")
    db.session.refresh(bulk_act, with_for_update=True)
    if bulk_act.status != "waiting":
        return bulk_act.status == "cancelled"
    bulk_act.status, bulk_act.ended_at = "cancelled", datetime.now(UTC)
    audit.note("bulk_act_cancelled", f"bulk_act:{bulk_act.id}", by=actor.user_id)
    return True


def begin(bulk_act_id: int) -> bool:
    """Mark the act as running; False when it was called off or is over.  Commit after it."""
    found = db.session.get(BulkAct, bulk_act_id, with_for_update=True, populate_existing=True)
    if found is None or found.status not in ("waiting", "running"):
        return False
    if found.run_at > datetime.now(UTC):
        return False
    found.status = "running"
    return True


def step_on(bulk_act_id: int) -> bool:
    """Take the next item of a running act; False when none is left.  Commit after each.

    The outcome stands in the same transaction as the step, so an act cut short goes on where it
    stopped and takes nothing twice.
    """
    bulk_act = db.session.get_one(BulkAct, bulk_act_id, with_for_update=True)
    wanted = (BulkActItem.bulk_act_id == bulk_act_id, BulkActItem.outcome == "")
    line = db.session.scalar(
        select(BulkActItem).where(*wanted).order_by(BulkActItem.position).limit(1)
    )
    if bulk_act.status != "running":
        return False
    if line is None:
        bulk_act.status, bulk_act.ended_at = "done", datetime.now(UTC)
        return False
    with force_locale(bulk_act.user.language):
        _one(bulk_act, line, bulk_act.user)
    return True


def _one(bulk_act: BulkAct, line: BulkActItem, user: User) -> None:
    actor = actor_of(user) if user.is_active else Actor()
    item = db.session.get_one(Item, line.item_id)
    key = uuid.uuid5(bulk_act.form_key, str(item.id))
    try:
        with db.session.begin_nested():
            change = _take(item, bulk_act.act, actor, bulk_act.answers, key=key, seen=line.seen)
    except PROBLEMS as problem:
        line.outcome, line.problem = "refused", said(problem)
    except OperationalError:  # the database is away: the whole act is tried again
        raise
    except Exception as error:  # whatever it is, the other items have nothing to do with it
        log.error("bulk act", bulk_act=bulk_act.id, item=item.id, exc_info=error)
        line.outcome, line.problem = "refused", str(_("Something broke on our side."))
    else:
        line.outcome, line.change_id = "done", change.id if change else None
    db.session.flush()


def forgotten() -> list[int]:
    """The acts whose time came a while ago and that are not over."""
    late = BulkAct.run_at < datetime.now(UTC) - FORGOTTEN
    query = select(BulkAct.id).where(late, BulkAct.status.in_(("waiting", "running")))
    return list(db.session.scalars(query.order_by(BulkAct.id)))
