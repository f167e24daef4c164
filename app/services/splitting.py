"""One complaint for several departments: each gets a part, and the whole ends when all parts do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, bindparam, exists, literal, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.access import SYSTEM, Actor
from app.kinds import state_of
from app.workflow import Phase, Step
from models import Change, Complaint, Follow, Item, db

from .answers import Refused

DIVIDED = "divided"
OF_PARTS = ("gather", "reopen_parts")
LONGEST = 140
# Asked at every step, and nearly always there is none: so only their ids, by a statement made once.
JOINED_WITH = select(Item.__table__.c.id).where(
    Item.__table__.c.merged_into_id.in_(bindparam("ids", expanding=True))
)


def checked(item: Item, step: Step, actor: Actor, given: Mapping[str, Any], at: datetime) -> None:
    """Only what was divided ends with its parts, and opens again with one of them."""
    if step.name in OF_PARTS:
        parts = exists().where(Complaint.parent_id == item.id)
        if not db.session.scalar(select(parts)):
            raise Refused("", _("It was never divided."))


def follow_up(item: Item, step: Step, answers: Mapping[str, Any], change: Change) -> None:
    """Make the parts of a complaint that was divided; end or open the whole with its parts."""
    if step.name == "divide":
        _divide(item, answers["parts"], answers["seat"], change.at)
    elif step.name == "recategorise" and item.oversight and isinstance(item, Complaint):
        _hide_family(item)
    elif step.unmarks and isinstance(item, Complaint):
        _unmark_family(item, step, answers, change.at)
    elif change.source != change.target and isinstance(item, Complaint):
        for part in _parts_ending_with(item):
            _tell_whole(part, change.at)


def _divide(item: Item, parts: list[tuple[str, str]], seat: str, at: datetime) -> None:
    from .items import split_off  # it calls us

    for department_code, what in parts:
        title = f"{what} ({item.title})"
        title = title if len(title) <= LONGEST else what
        child = split_off(item, department_code, title, seat=seat, at=at)
        follows = select(literal(child.id), Follow.user_id).where(Follow.item_id == item.id)
        rows = insert(Follow).from_select(["item_id", "user_id"], follows)
        db.session.execute(rows.on_conflict_do_nothing())


def _family(item: Complaint) -> Select[Complaint]:
    """A whole and its parts, from any of them."""
    whole_id = item.parent_id or item.id
    theirs = or_(Complaint.id == whole_id, Complaint.parent_id == whole_id)
    return select(Complaint).where(theirs).order_by(Complaint.id)


def _hide_family(item: Complaint) -> None:
    """What is about officials is so in its whole and in every part, which share its words."""
    for one in db.session.scalars(_family(item).where(~Complaint.oversight)):
        one.oversight, one.visibility = True, "confidential"


def _unmark_family(item: Complaint, step: Step, answers: Mapping[str, Any], at: datetime) -> None:
    """What is not about officials is so in none of them; each has it on its own trail."""
    from .items import move  # it calls us

    for one in db.session.scalars(_family(item).where(Complaint.oversight)).all():
        about = one.category.is_about_officials
        category = answers["category"] if about else one.category_code
        told = {"category": category, "note": answers["note"]}
        if one.oversight and state_of(one).phase is not Phase.CLOSED:
            move(one, step.name, SYSTEM, told, at=at)


def _parts_ending_with(item: Complaint) -> list[Complaint]:
    """The item if it is a part, and the parts that were joined with it, in turn."""
    found: list[Complaint] = [item]
    ids: Sequence[int] = [item.id]
    while ids := db.session.scalars(JOINED_WITH, {"ids": ids}).all():
        query = select(Complaint).where(Complaint.id.in_(ids)).order_by(Complaint.id)
        found += db.session.scalars(query).all()
    return [one for one in found if one.parent_id is not None]


def _tell_whole(part: Item, at: datetime) -> None:
    from .items import move  # it calls us

    whole = db.session.get_one(Complaint, part.parent_id, with_for_update={"of": Item})  # type: ignore[attr-defined]
    parts = db.session.scalars(
        select(Complaint)
        .where(Complaint.parent_id == whole.id)
        .execution_options(populate_existing=True)
    ).all()
    over = all(is_over(one) for one in parts)
    if over and whole.state == DIVIDED:
        move(whole, "gather", SYSTEM, at=at)
        # whoever accepted an answer to a part decides no appeal about the whole
        accepted = {name for one in parts for name in one.decided_by or ()}
        whole.decided_by = sorted({*(whole.decided_by or ()), *accepted})
    elif not over and whole.state == "closed":
        move(whole, "reopen_parts", SYSTEM, at=at)


def is_over(part: Item) -> bool:
    """Has this part come to its end, its reporter's word included?

    One that was joined with another report ends with that.
    """
    while part.merged_into_id is not None:
        part = db.session.get_one(Item, part.merged_into_id)
    state = state_of(part)
    return state.phase is Phase.CLOSED or (state.phase is Phase.DONE and not state.held_by)
