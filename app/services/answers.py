"""What a step is given: checked and turned into what the step writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import and_, or_, select

from app.access import Actor, may
from app.kinds import state_of
from app.queries.calendar import city_day
from app.workflow import Incomplete, Phase, Step
from models import HAND_OVER_WAYS, Area, CatalogueEntry, Category, Department, Item, Photo, db

from . import plan_answers
from .photos import MOST
from .refused import Refused as Refused

FIVE_YEARS = timedelta(days=5 * 365 + 1)


def checked(item: Item, step: Step, actor: Actor, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers this step knows.  Raises Incomplete (what lacks) or Refused (what is wrong)."""
    answers = {name: given[name] for name in step.answers if given.get(name) not in (None, "", [])}
    missing = [name for name in step.required if name not in answers]
    if missing:
        raise Incomplete(*missing)
    if "reason" in answers and answers["reason"] not in step.reasons:
        raise Refused("reason", _("Please choose one of the reasons."))
    for name, check in CHECKS.items():
        if name in answers:
            answers[name] = check(item, actor, answers[name])
    if step.unmarks and db.session.get_one(Category, answers["category"]).is_about_officials:
        raise Refused("category", _("This category is about officials."))
    return answers


def _department(external: bool) -> Any:
    def check(item: Item, actor: Actor, code: str) -> str:
        found = db.session.get(Department, code)
        over = found is None or not found.holds(city_day())
        if found is None or over or (external and not found.external):
            raise Refused("external" if external else "department", _("There is no such owner."))
        return code

    return check


def _area(item: Item, actor: Actor, code: str) -> str:
    found = db.session.get(Area, code)
    if found is None or found.valid_to is not None:
        raise Refused("area", _("There is no such area."))
    return code


def _category(item: Item, actor: Actor, code: str) -> str:
    found = db.session.get(Category, code)
    if found is None or found.kind != item.kind or not found.holds(city_day()):
        raise Refused("category", _("There is no such category."))
    over = state_of(item).phase is Phase.DONE or state_of(item).held_by == "appeal"
    if found.place_bound and not item.category.place_bound and over:
        raise Refused(
            "category", _("This category asks for a photo as proof. Open it again first.")
        )
    return code


def _into(item: Item, actor: Actor, number: str) -> Item:
    wanted = select(Item).where(Item.number == number.strip().upper())
    found = db.session.scalar(wanted.execution_options(populate_existing=True))
    if found is None or found.kind != item.kind or not may(actor, "read", found):
        raise Refused("into", _("We know no item with this number."))
    over = state_of(found).phase is Phase.CLOSED
    itself = (item.id, getattr(item, "parent_id", None))  # a part never ends in its own whole
    if found.id in itself or found.merged_into_id is not None or over:
        raise Refused("into", _("It cannot be joined with this one."))
    return found


def _promised(name: str) -> Any:
    def check(item: Item, actor: Actor, day: date) -> date:
        if day < city_day(item.created_at):
            raise Refused(name, _("Please choose a day that is still to come."))
        if day > city_day() + FIVE_YEARS:
            raise Refused(name, _("Please choose a day within the next five years."))
        return day

    return check


def _how(item: Item, actor: Actor, way: str) -> str:
    if way not in HAND_OVER_WAYS:
        raise Refused("how", _("Please choose one of the ways."))
    return way


def _period(item: Item, actor: Actor, period: tuple[date, date]) -> tuple[date, date]:
    if period[0] > period[1]:
        raise Refused("period", _("The end must not be before the beginning."))
    return period


def _photos(item: Item, actor: Actor, ids: list[int]) -> list[Photo]:
    here = Photo.item_id == item.id
    # Whoever has no login has put them on the form of this item, which its code opened.
    guest = and_(Photo.uploaded_by_id.is_(None), Photo.for_item_id == item.id)
    mine = Photo.uploaded_by_id == actor.user_id if actor.is_signed_in else or_(guest, here)
    found = db.session.scalars(
        select(Photo).where(
            Photo.id.in_(ids),
            mine,
            Photo.draft_key.is_(None),
            Photo.change_id.is_(None),
            or_(Photo.item_id.is_(None), here),
            or_(Photo.for_item_id.is_(None), Photo.for_item_id == item.id),
        )
    ).all()
    if len(found) != len(set(ids)):
        raise Refused("photos", _("A photo is missing. Please choose it again."))
    if len(found) > MOST:
        raise Refused("photos", _("Five photos are enough. Remove one before you add another."))
    return list(found)


def _parts(item: Item, actor: Actor, parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Two departments or more, none twice, each with what is theirs to do."""
    check = _department(external=False)
    for n, (code, what) in enumerate(parts, 1):
        if not code or len(what or "") < 5:
            wrong = f"part{n}_department" if not code else f"part{n}_what"
            raise Refused(wrong, _("Please name the department and what is theirs to do."))
        try:
            check(item, actor, code)
        except Refused as wrong_one:
            raise Refused(f"part{n}_department", wrong_one.args[1]) from None
    if len({code for code, _what in parts}) < max(2, len(parts)):
        raise Refused("part2_department", _("Please name at least two different departments."))
    return parts


def _line(item: Item, actor: Actor, code: str) -> dict[str, Any]:
    """What a line of the catalogue says of a proposal, at its price of today."""
    found, today = db.session.get(CatalogueEntry, code), city_day()
    price = found.price_on(today) if found is not None and found.holds(today) else None
    if found is None or price is None:
        raise Refused("line", _("The catalogue has no such line."))
    known = {"catalogue_code": code, "bidang": found.bidang, "unit": found.unit}
    category = found.category_code or item.category_code
    return {**known, "unit_price": price, "category_code": category, "largest": found.largest}


CHECKS = {
    "line": _line,
    **plan_answers.CHECKS,
    "parts": _parts,
    "department": _department(external=False),
    "other_department": _department(external=False),
    "external": _department(external=True),
    "how": _how,
    "expected_on": _promised("expected_on"),
    "area": _area,
    "category": _category,
    "into": _into,
    "date": _promised("date"),
    "period": _period,
    "photos": _photos,
}
