"""Lives lived again: what happened to one invented item happens elsewhere, weeks apart.

Walking costs more than anything else in a filling.  Most items repeat one of some hundred finished
walks of their kind as far as today, moved by whole weeks, so that weekdays and office hours stay
what they were.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from app.kinds import KINDS
from app.workflow import Phase

from .bulk import NewChange
from .fill_walk import Walker

ENOUGH = 400  # lives of each kind
ANEW = 0.02  # share of items that walk by themselves nevertheless
WEEK = timedelta(days=7)

Life = tuple[Walker, list[NewChange], tuple[str, ...]]


class Lives:
    """Finished lives to be lived again, as far as ``now``."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.kept: dict[str, list[Life]] = defaultdict(list)

    def keep(self, row: Walker, trail: list[NewChange], own: tuple[str, ...]) -> None:
        """Remember a life that has come to its end; ``own`` names the kind's own columns."""
        state = KINDS[row.kind].workflow[row.state]
        ended = state.phase in (Phase.DONE, Phase.CLOSED) and not state.held_by
        if ended and len(self.kept[row.kind]) < ENOUGH:
            self.kept[row.kind].append((row, trail, own))

    def enough(self, kind: str) -> bool:
        """Are there so many that most items need not walk by themselves?"""
        return len(self.kept[kind]) >= ENOUGH

    def again(
        self, rng: random.Random, kind: str, created: datetime, ref: int, fresh: dict[str, Any]
    ) -> Life | None:
        """A life of that kind begun in the week of ``created``, with ``fresh`` columns.

        None when not enough lives are known yet, or it would begin in the future.
        """
        known = self.kept[kind]
        if not self.enough(kind) or rng.random() < ANEW:
            return None
        last, trail, own = known[int(rng.random() * ENOUGH)]
        moved = WEEK * round((created - last.created_at) / WEEK)
        until = self.now - moved
        lived = trail if trail[-1].at < until else [step for step in trail if step.at < until]
        if not lived:
            return None
        old = Walker(**last.past[len(lived) - 1])
        row = _moved(old, own, moved, fresh)
        return row, [_step(change, old, row, ref, moved) for change in lived], own


def _moved(old: Walker, own: tuple[str, ...], moved: timedelta, fresh: dict[str, Any]) -> Walker:
    row = Walker(**old.__dict__ | fresh)
    row.created_at, row.state_since = old.created_at + moved, old.state_since + moved
    row.published_at = old.published_at + moved if old.published_at else None
    for name in own:
        value = getattr(old, name)
        if isinstance(value, date):
            setattr(row, name, value + moved)
    if "plan_year" in own:
        years = row.created_at.year - old.created_at.year
        row.plan_year = old.plan_year + years  # type: ignore[attr-defined]
    row.levels = [
        replace(level, seat=_seat(level.seat, old, row), decided_at=level.decided_at + moved)
        for level in old.levels
    ]
    return row


def _step(change: NewChange, old: Walker, row: Walker, ref: int, moved: timedelta) -> NewChange:
    return NewChange(
        ref,
        change.pos,
        _seat(change.seat, old, row),
        change.step,
        change.source,
        change.target,
        change.reason,
        change.text,
        change.at + moved,
        row.filed_by_id if change.actor_id is not None else None,
    )


def _seat(seat: str, old: Walker, row: Walker) -> str:
    """The same seat over the other area."""
    role, _colon, scope = seat.partition(":")
    if scope and old.area_code.startswith(scope):
        return f"{role}:{row.area_code[: len(scope)]}"
    return seat
