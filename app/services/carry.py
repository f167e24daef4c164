"""Carry a proposal that was not realised into the next cycle.

A new proposal begins with what the old one was; supporters and followers come along, and the two
name each other.  It begins at the kelurahan, which looks whether the need is still there; what
never left its RW begins there again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert as plain_insert
from sqlalchemy import literal, select

from app.access import Actor
from app.kinds.musrenbang_carry import CARRIED_FROM
from app.queries import cycles
from app.queries.calendar import city_day
from app.workflow import NotAllowed, Step
from models import PROPOSAL_LEVELS, Change, Item, Photo, Proposal, db

from . import credit
from .refused import Refused

STEP = "carry_over"
LOW, BEGINS = PROPOSAL_LEVELS[:2]
# What the new proposal has of the old one; what was decided about that one is not among it.
KEPT = (
    "bidang",
    "catalogue_code",
    "catalogue_review",
    "volume",
    "unit",
    "unit_price",
    "cost",
    "beneficiaries",
    "land_status",
    "swadaya",
    "group",
    "readiness",
    "funding",
)
COPIED = ("uploaded_by_id", "status", "media_name", "thumb_name", "width", "height", "ready_at")


def checked(item: Item, step: Step, actor: Actor, given: Mapping[str, Any], at: datetime) -> None:
    """Once only, and what was deferred not before its cycle is over.  Raises Refused."""
    if step.name != STEP or not isinstance(item, Proposal):
        return
    if item.state == "deferred" and not is_over(item.plan_year, at):
        raise Refused("note", _("Its own cycle still runs: take it up again instead."))


def is_over(plan_year: int, at: datetime) -> bool:
    """Can nothing more be agreed for that year?"""
    if plan_year <= city_day(at).year:
        return True
    return cycles.timetable(db.session, plan_year, "kota", cycles.city_code()).is_over(at)


def target_year(item: Proposal, at: datetime) -> int:
    """The next plan year for which its kelurahan may still agree on something."""
    year = max(item.plan_year, city_day(at).year) + 1
    stage = "rembug_warga" if begins_at(item) == LOW else "kelurahan"
    while cycles.timetable(db.session, year, stage, item.area_code).is_over(at):
        year += 1
    return year


def begins_at(item: Proposal) -> str:
    """The level at which it begins again."""
    return LOW if item.level == LOW else BEGINS


def carry_all(
    proposals: Iterable[Proposal], actor: Actor, note: str, arrived: datetime
) -> tuple[int, int]:
    """Carry over each by itself; how many were, and how many could not be any more."""
    from . import items  # it calls us

    done = failed = 0
    for proposal in proposals:
        try:
            with db.session.begin_nested():
                items.move(proposal, STEP, actor, {"note": note}, arrived=arrived)
        except (NotAllowed, Refused, items.Stale):
            failed += 1
        else:
            done += 1
    return done, failed


def follow_up(item: Item, step: Step, given: Mapping[str, Any], change: Change) -> None:
    """Make the proposal of the next cycle; the old one is locked, so there is only one."""
    if step.name != STEP or not isinstance(item, Proposal):
        return
    if item.state not in CARRIED_FROM:
        raise Refused("note", _("It cannot be carried over as it stands."))
    from .items import split_off  # it calls us

    own = {name: getattr(item, name) for name in KEPT}
    own |= {"filed_volume": item.volume, "filed_cost": item.cost}
    new = split_off(
        item,
        None,
        item.title,
        seat=given["seat"],
        at=change.at,
        state="submitted",
        step=STEP,
        channel="carried",
        plan_year=target_year(item, change.at),
        level=begins_at(item),
        carried_from_id=item.id,
        **own,
    )
    credit.bring_along(item, new)
    _photos(item, new)


def _photos(old: Item, new: Item) -> None:
    """The pictures it was filed with stand on the new page, too; files are not copied."""
    names = [getattr(Photo, name) for name in COPIED]
    filed = select(Change.id).where(Change.item_id == old.id, Change.source == "")
    mine = select(Change.id).where(Change.item_id == new.id).scalar_subquery()
    rows = select(literal(new.id), mine, *names).where(
        Photo.item_id == old.id, Photo.status == "ready", Photo.change_id.in_(filed)
    )
    db.session.execute(plain_insert(Photo).from_select(["item_id", "change_id", *COPIED], rows))
