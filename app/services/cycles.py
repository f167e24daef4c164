"""Decide when the stages of a cycle are open.  Every decision is kept with who made it and why.

A window that is over stays as it was, and none is closed earlier than the moment of the decision:
what somebody sent in time remains in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.access import ACTS, Actor, seat_for
from app.queries import cycles
from app.queries.cycles import AREA_STAGES, Window
from app.workflow import NotAllowed
from models import STAGES, Area, Cycle, CycleWindow, db
from models.area import chain

ACT = "plan_cycle"
LONGEST = timedelta(days=800)


class Unfit(Exception):
    """The dates cannot be like that; ``args`` are the field's name and why, for people."""


class Changed(Exception):
    """Somebody else decided about this window meanwhile."""


@dataclass(frozen=True)
class Wanted:
    """Dates somebody wants for a stage in an area."""

    stage: str
    area_code: str
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Effect:
    """What a wanted window would change: ``before`` is what stands now."""

    wanted: Wanted
    before: Window | None
    problem: str = ""

    @property
    def same(self) -> bool:
        """Does it stand like that already?"""
        then = self.before
        return then is not None and (then.opens_at, then.closes_at) == (
            self.wanted.opens_at,
            self.wanted.closes_at,
        )


def begin(plan_year: int, actor: Actor, theme: str = "") -> Cycle:
    """The cycle of a plan year; a new one when there is none.  Raises NotAllowed or Unfit."""
    _seat(actor)
    if not 2000 <= plan_year <= 2100:
        raise Unfit("plan_year", _l("Please check the year."))
    cycle = db.session.get(Cycle, plan_year)
    if cycle is None:
        cycle = Cycle(plan_year=plan_year)
        db.session.add(cycle)
    cycle.theme = theme or cycle.theme or ""
    db.session.flush()
    return cycle


def declare(
    plan_year: int,
    wanted: Iterable[Wanted],
    actor: Actor,
    *,
    reason: str = "",
    at: datetime | None = None,
    seen: int | None = None,
) -> list[CycleWindow]:
    """Set windows, replacing what stood for the same stage and area.  All of them or none.

    ``seen`` is the latest decision the planner saw.  Raises NotAllowed, Unfit or Changed.
    """
    seat, at = _seat(actor), at or datetime.now(UTC)
    latest = _hold(plan_year)
    if seen is not None and seen != latest:
        raise Changed
    made = []
    for effect in effects(plan_year, wanted, at):
        if effect.problem:
            raise Unfit("closes_at", effect.problem)
        if effect.same:
            continue
        want = effect.wanted
        made.append(
            CycleWindow(
                plan_year=plan_year,
                stage=want.stage,
                area_code=want.area_code,
                act="set",
                opens_at=want.opens_at,
                closes_at=want.closes_at,
                replaces_id=effect.before.id if effect.before else None,
                seat=seat,
                decided_by_id=actor.user_id,
                reason=reason,
                decided_at=at,
            )
        )
    db.session.add_all(made)
    db.session.flush()
    return made


def effects(plan_year: int, wanted: Iterable[Wanted], at: datetime) -> list[Effect]:
    """What each wanted window would change; writes nothing."""
    own = {
        (window.stage, window.area_code): window
        for window in cycles.standing(
            db.session, CycleWindow.plan_year == plan_year, CycleWindow.act == "set"
        )
    }
    found = []
    for want in wanted:
        before = own.get((want.stage, want.area_code))
        effect = Effect(want, before)
        found.append(effect if effect.same else replace(effect, problem=_problem(effect, at)))
    return found


def _problem(effect: Effect, at: datetime) -> str:
    """Why it cannot be like that; "" when it can."""
    want, before = effect.wanted, effect.before
    if want.opens_at >= want.closes_at:
        return str(_("It must close after it opens."))
    if want.closes_at - want.opens_at > LONGEST:
        return str(_("That is longer than two years. Please check the dates."))
    if want.stage not in AREA_STAGES and want.area_code != cycles.city_code():
        return str(_("This stage is held for the whole city."))
    if before is not None and before.closes_at < at:
        return str(_("It is over already. To open it once more, use “Open again”."))
    if before is not None and before.opens_at <= at and want.closes_at < at:
        return str(_("It is open now and cannot have closed before this moment."))
    return ""


def reopen(
    plan_year: int,
    want: Wanted,
    actor: Actor,
    reason: str,
    *,
    at: datetime | None = None,
) -> CycleWindow:
    """Open a stage once more in an area, with a reason everybody reads.

    Raises NotAllowed, or Unfit when nothing was declared there, or the dates make no sense.
    """
    seat, at = _seat(actor), at or datetime.now(UTC)
    _hold(plan_year)
    if not reason.strip():
        raise Unfit("reason", _l("Please write the reason. Everybody reads it."))
    if want.closes_at <= at:
        raise Unfit("closes_at", _l("Please choose a time that is still to come."))
    if problem := _problem(Effect(want, None), at):
        raise Unfit("closes_at", problem)
    if not _declared(plan_year, want):
        raise Unfit("stage", _l("No dates are set there: it is open anyway."))
    made = CycleWindow(
        plan_year=plan_year,
        stage=want.stage,
        area_code=want.area_code,
        act="reopen",
        opens_at=want.opens_at,
        closes_at=want.closes_at,
        seat=seat,
        decided_by_id=actor.user_id,
        reason=reason.strip(),
        decided_at=at,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _declared(plan_year: int, want: Wanted) -> bool:
    """Are there dates for this stage in the area, around it or inside it?"""
    below = CycleWindow.area_code.startswith(f"{want.area_code}.", autoescape=True)
    near = CycleWindow.area_code.in_(chain(want.area_code)) | below
    mine = (CycleWindow.plan_year == plan_year, CycleWindow.stage == want.stage)
    return bool(cycles.standing(db.session, *mine, CycleWindow.act == "set", near))


def withdraw(
    window_id: int, actor: Actor, reason: str = "", *, at: datetime | None = None
) -> CycleWindow:
    """Take back a window that has not opened yet.  Raises NotAllowed, Unfit or Changed."""
    seat, at = _seat(actor), at or datetime.now(UTC)
    row = db.session.get(CycleWindow, window_id)
    if row is None or row.act == "remove":
        raise Changed
    _hold(row.plan_year)
    if db.session.scalar(select(CycleWindow.id).where(CycleWindow.replaces_id == row.id)):
        raise Changed
    if row.opens_at is not None and row.opens_at <= at:
        raise Unfit("", _l("It has opened already; only its end can still be moved."))
    made = CycleWindow(
        plan_year=row.plan_year,
        stage=row.stage,
        area_code=row.area_code,
        act="remove",
        replaces_id=row.id,
        seat=seat,
        decided_by_id=actor.user_id,
        reason=reason,
        decided_at=at,
    )
    db.session.add(made)
    db.session.flush()
    return made


def staggered(want: Wanted, area_codes: Sequence[str], days: int) -> list[Wanted]:
    """The same window in each area, each ``days`` later than in the one before."""
    return [
        replace(
            want,
            area_code=code,
            opens_at=want.opens_at + timedelta(days=days * n),
            closes_at=want.closes_at + timedelta(days=days * n),
        )
        for n, code in enumerate(area_codes)
    ]


def from_year(source: int, plan_year: int) -> list[Wanted]:
    """The windows of another cycle, moved by whole weeks so that they keep their weekdays."""
    found = cycles.standing(db.session, CycleWindow.plan_year == source, CycleWindow.act == "set")
    shift = timedelta(weeks=round((plan_year - source) * 365.2425 / 7))
    valid = set(db.session.scalars(select(Area.code).where(Area.valid_to.is_(None))))
    return [
        Wanted(w.stage, w.area_code, w.opens_at + shift, w.closes_at + shift)
        for w in sorted(found, key=lambda w: (STAGES.index(w.stage), w.area_code))
        if w.area_code in valid
    ]


def latest_decision(plan_year: int) -> int:
    """The latest decision about a cycle's windows; 0 when there is none."""
    newest = select(CycleWindow.id).where(CycleWindow.plan_year == plan_year)
    return db.session.scalar(newest.order_by(CycleWindow.id.desc()).limit(1)) or 0


def _hold(plan_year: int) -> int:
    """Lock the cycle until the end; says the latest decision about it.  Raises Unfit."""
    locked = select(Cycle.plan_year).where(Cycle.plan_year == plan_year).with_for_update()
    if db.session.scalar(locked) is None:
        raise Unfit("plan_year", _l("There is no cycle for this year yet."))
    return latest_decision(plan_year)


def _seat(actor: Actor) -> str:
    seat = seat_for(actor, ACTS[ACT])
    if seat is None:
        raise NotAllowed(ACT)
    return seat
