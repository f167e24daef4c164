"""Draft ceilings (*pagu*) and publish them; parts never come to more than their whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, text

from app.access import Actor, seat_for
from app.queries import ceilings
from app.queries.ceiling_effects import Shift, shifts
from app.queries.ceilings import Excess, ceiling_for
from app.queue import enqueue
from app.workflow import NotAllowed
from models import CEILING_KINDS, Ceiling, CeilingEffect, CeilingVersion, Whose, db

from . import audit

__all__ = ["Decree", "Incomplete", "Stale", "TooMuch", "ceiling_for", "discard", "draft", "publish",
           "save"]  # fmt: skip
LOCK = text("SELECT ceiling_lock(:year)")
MOST = 10**15  # rupiah; more than any city has


class Stale(Exception):
    """Somebody saved the draft meanwhile, or published it; ``args[0]`` is what stands now."""


class Incomplete(Exception):
    """The draft cannot be published yet; ``args`` name what lacks: decree, reason, lines."""


class TooMuch(Exception):
    """Parts come to more than their whole; ``args[0]`` lists where and by how much."""

    @property
    def excess(self) -> list[Excess]:
        """Where."""
        return list(self.args[0])


@dataclass(frozen=True)
class Decree:
    """What a version says of itself."""

    kind: str
    decree: str = ""
    decree_on: date | None = None
    reason: str = ""


def draft(plan_year: int, lock: bool = False) -> CeilingVersion | None:
    """The draft of that year, if there is one; planners only may see it."""
    wanted = select(CeilingVersion).where(
        CeilingVersion.plan_year == plan_year, CeilingVersion.published_at.is_(None)
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found: CeilingVersion | None = db.session.scalar(wanted)
    return found


def save(
    actor: Actor,
    plan_year: int,
    amounts: Mapping[Whose, int],
    decree: Decree,
    revision: int | None = None,
    at: datetime | None = None,
) -> CeilingVersion:
    """Keep a draft: ``amounts`` in rupiah; what equals what is in force is not written.

    ``revision`` is that of the draft the actor saw (0: there was none); None overwrites.  Raises
    NotAllowed, Stale, or ValueError for an amount that is no amount or an unknown kind.
    """
    seat, at = _seat(actor), at or datetime.now(UTC)
    if decree.kind not in CEILING_KINDS or any(not 0 <= a <= MOST for a in amounts.values()):
        raise ValueError("no such kind, or an amount out of bounds")
    db.session.execute(LOCK, {"year": plan_year})
    found = draft(plan_year, lock=True)
    _require(found, revision)
    if found is None:
        found = CeilingVersion(plan_year=plan_year, seat=seat, made_at=at, revision=0)
        db.session.add(found)
    found.kind, found.decree, found.decree_on = decree.kind, decree.decree, decree.decree_on
    found.reason, found.seat, found.changed_at = decree.reason, seat, at
    found.revision += 1
    db.session.flush()
    _write(found, amounts)
    return found


def _write(found: CeilingVersion, amounts: Mapping[Whose, int]) -> None:
    now = ceilings.in_force(db.session, found.plan_year)
    lines = [
        {
            "version_id": found.id,
            "area_code": one.area_code or None,
            "department_code": one.department_code or None,
            "amount": amount,
        }
        for one, amount in sorted(amounts.items())
        if now.get(one) != amount
    ]
    db.session.execute(delete(Ceiling).where(Ceiling.version_id == found.id))
    if lines:
        db.session.execute(insert(Ceiling), lines)
    db.session.expire(found, ["lines"])


def discard(actor: Actor, plan_year: int, revision: int | None = None) -> None:
    """Throw the draft away.  Raises NotAllowed or Stale."""
    _seat(actor)
    found = draft(plan_year, lock=True)
    _require(found, revision)
    if found is not None:
        db.session.execute(delete(Ceiling).where(Ceiling.version_id == found.id))
        db.session.expire(found, ["lines"])
        db.session.delete(found)
        db.session.flush()


def publish(
    actor: Actor, plan_year: int, revision: int | None = None, at: datetime | None = None
) -> CeilingVersion:
    """Let the draft hold from now on, and write down what crosses the line of which list.

    No proposal changes its state by this; who stands behind those that fell is told by a job.
    Raises NotAllowed, Stale, Incomplete or TooMuch.
    """
    _seat(actor)
    db.session.execute(LOCK, {"year": plan_year})
    found = draft(plan_year, lock=True)
    _require(found, revision)
    if found is None:
        raise Stale(None)
    _require_whole(found)
    before = ceilings.in_force(db.session, plan_year)
    after = before | amounts_of(found)
    moved = shifts(db.session, plan_year, before, after)
    last = select(func.max(CeilingVersion.number)).where(CeilingVersion.plan_year == plan_year)
    found.number = (db.session.scalar(last) or 0) + 1
    found.published_at = at or datetime.now(UTC)
    db.session.flush()
    if wrong := ceilings.excess(db.session, plan_year):
        raise TooMuch(wrong)
    _note(found, moved)
    audit.note("publish_ceilings", f"ceiling:{plan_year}/{found.number}", by=actor.user_id)
    enqueue("ceilings_tell", version_id=found.id)
    return found


def amounts_of(found: CeilingVersion) -> dict[Whose, int]:
    """What a version names."""
    return {Whose.of(line): line.amount for line in found.lines}


def _note(found: CeilingVersion, moved: list[Shift]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "version_id": found.id,
            "ranking_id": shift.ranking_id,
            "proposal_id": crossing.row.id,
            "rank": crossing.row.rank,
            "cost": crossing.row.cost,
            "above": crossing.above,
        }
        for shift in moved
        for crossing in (*shift.fallen, *shift.risen)
    ]
    if rows:
        db.session.execute(insert(CeilingEffect), rows)


def _seat(actor: Actor) -> str:
    seat = seat_for(actor, ("planner", "system"))
    if seat is None:
        raise NotAllowed("keep_ceilings")
    return seat


def _require(found: CeilingVersion | None, revision: int | None) -> None:
    if revision is not None and revision != (found.revision if found else 0):
        raise Stale(found)


def _require_whole(found: CeilingVersion) -> None:
    lacks = [name for name in ("decree", "reason") if not getattr(found, name).strip()]
    if not found.lines:
        lacks.append("lines")
    if lacks:
        raise Incomplete(*lacks)
