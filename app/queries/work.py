"""What waits for whom: the queues of the kelurahan, the department and the planners."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.access import PLANNED_KINDS, Actor, in_area, visible
from app.kinds import KINDS, states_in
from app.queries.calendar import city_day
from app.queries.overdue import is_overdue
from app.queries.standing import standing_in
from app.workflow import Phase
from models import Assignment, Comment, Complaint, Department, Item, Proposal
from models.item import DUE, ON_A_DESK

Pairs = Sequence[tuple[str, str]]
Conditions = tuple[ColumnElement[bool], ...]

COUNTED = 1000  # beyond this a tab says "more than"
# Exactly as the indexes have them, so that they serve (``models.item``, ``models.participation``).
HELD: ColumnElement[bool] = literal_column("comment.status = 'held'")
DUE_FIRST: ColumnElement[Any] = literal_column(DUE.replace("due_on", "item.due_on"))
ON_DESK: ColumnElement[bool] = literal_column(f"item.{ON_A_DESK}")
REOPENED = standing_in([("lapor", "reopened")])
LOW_RATED: ColumnElement[bool] = Complaint.__table__.c.rating <= 2


@cache
def held_by(*holders: str) -> Pairs:
    """Every (kind, state) that one of these holds."""
    return tuple(
        (kind.slug, state.name)
        for kind in KINDS.values()
        for state in kind.workflow.states
        if state.held_by in holders
    )


@cache
def under_way() -> Pairs:
    """Every (kind, state) that is not over."""
    return tuple(states_in(Phase.NEW, Phase.OPEN))


@cache
def all_states() -> Pairs:
    """Every (kind, state)."""
    return tuple(states_in(*Phase))


def came_back(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """Those of the states in which an item is with its holder again."""
    return tuple((kind, state) for kind, state in pairs if KINDS[kind].workflow[state].again)


def area_scope(actor: Actor) -> ColumnElement[bool]:
    """The items of the areas an actor has a seat for; for the coordinator the whole city."""
    return _areas_of(actor, "moderator", "validator", "coordinator")


def _areas_of(actor: Actor, *roles: str) -> ColumnElement[bool]:
    seats = actor.seats_as(*roles)
    return or_(*(_in(seat.area_code) for seat in seats)) if seats else false()


def _in(area_code: str | None) -> ColumnElement[bool]:
    """Items of an area; nothing lies below a kelurahan, and an equality keeps an index's order."""
    if area_code is not None and area_code.count(".") == 3:
        return Item.area_code == area_code
    return in_area(area_code)


def department_scope(actor: Actor) -> ColumnElement[bool]:
    """The items an actor's departments hold or held."""
    codes = [seat.department_code for seat in actor.seats_as("officer")]
    if len(codes) == 1:  # an equality keeps the order of the index
        return Item.department_code == codes[0]
    return Item.department_code.in_(codes) if codes else false()


def planning_scope(actor: Actor) -> ColumnElement[bool]:
    """What Bapperida curates."""
    return Item.kind.in_(PLANNED_KINDS)


@dataclass(frozen=True)
class Tab:
    """One cut of a queue: items in ``states``, and proposals that wait at one of ``levels``.

    ``kind`` and ``area`` (a kelurahan or kecamatan) make it narrower; ``mine`` keeps what is in
    the hands of this login; ``on_desk`` leaves out what is over; ``untaken`` adds what was opened
    again and no office would take up; ``rated_low`` keeps what its reporter was not satisfied with.
    """

    name: str
    label: Any = field(compare=False)
    states: Pairs
    overdue: bool = False
    kind: str = ""
    area: str = ""
    levels: tuple[str, ...] = ()
    mine: int | None = None
    on_desk: bool = False
    untaken: bool = False
    rated_low: bool = False


# Whose states wait at a role's desk, and the levels of a proposal it decides on.
DESKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "moderator": (("triage",), ("rw", "kelurahan")),
    "validator": (("appeal",), ("kecamatan",)),
    "coordinator": (("triage", "appeal"), ("rw", "kelurahan", "kecamatan")),
    "officer": (("owner",), ("forum_opd",)),
    "planner": (("planner",), ("forum_opd", "kota")),
    "tapd": ((), ("kota",)),
}


def waiting(actor: Actor, roles: tuple[str, ...]) -> tuple[Pairs, tuple[str, ...]]:
    """The states, and the levels of proposals, that wait at the actor's desks."""
    desks = [DESKS[seat.role] for seat in actor.seats_as(*roles)]
    holders = {holder for holders, _levels in desks for holder in holders}
    levels = {level for _holders, levels in desks for level in levels}
    return held_by(*sorted(holders)), tuple(sorted(levels))


def untaken(actor: Actor, roles: tuple[str, ...]) -> bool:
    """Is what no office would take up this actor's as well?  (``kinds.outside.nobody_takes``)"""
    return any("triage" in DESKS[seat.role][0] for seat in actor.seats_as(*roles))


def counted(
    session: Session,
    actor: Actor,
    scope: ColumnElement[bool],
    tabs: Iterable[Tab],
    cut: Conditions = (),
) -> dict[str, int]:
    """How many items stand in each tab (up to 1,000), in one statement."""
    return dict(session.execute(counting(actor, scope, tabs, cut)).one()._mapping)


def counting(
    actor: Actor, scope: ColumnElement[bool], tabs: Iterable[Tab], cut: Conditions = ()
) -> Select[Any]:
    """The statement that counts the tabs."""
    theirs = and_(scope, visible(actor), *cut)
    columns = [
        select(func.count())
        .select_from(select(Item.id).where(theirs, condition(tab)).limit(COUNTED + 1).subquery())
        .scalar_subquery()
        .label(tab.name)
        for tab in tabs
    ]
    return select(*columns)


def condition(tab: Tab) -> ColumnElement[bool]:
    """The items of a tab."""
    cuts: list[ColumnElement[bool]] = [_standing(tab)]
    if tab.on_desk:
        cuts.append(ON_DESK)
    if tab.overdue:
        cuts.append(is_overdue(city_day()))
    if tab.kind:
        cuts.append(Item.kind == tab.kind)
    if tab.area:
        cuts.append(or_(Item.area_code == tab.area, Item.district_code == tab.area))
    if tab.rated_low:
        cuts.append(exists().where(Complaint.__table__.c.id == Item.id, LOW_RATED))
    if tab.mine is not None:
        cuts.append(in_hands_of(tab.mine))
    return and_(*cuts)


def _standing(tab: Tab) -> ColumnElement[bool]:
    if not tab.states:
        return _at_levels(tab.levels)
    states = standing_in(tab.states)
    if tab.untaken:
        states = or_(states, _nobody_takes())
    return or_(states, _at_levels(tab.levels)) if tab.levels else states


def _nobody_takes() -> ColumnElement[bool]:
    """What was opened again for an owner outside, or for none: ``nobody_takes`` as SQL."""
    outside = Item.department_code.in_(select(Department.code).where(Department.external))
    return and_(REOPENED, or_(Item.department_code.is_(None), outside))


def _at_levels(levels: tuple[str, ...]) -> ColumnElement[bool]:
    """Proposals that wait for a decision at one of these levels."""
    if not levels:
        return false()
    # One look-up for each proposal that waits; of an EXISTS the planner would read all there are.
    proposal = Proposal.__table__.c
    level = select(proposal.level).where(proposal.id == Item.id).correlate(Item).scalar_subquery()
    return and_(standing_in(held_by("level")), level.in_(levels))


def in_hands_of(user_id: int) -> ColumnElement[bool]:
    """What is assigned to this login."""
    theirs = (Assignment.user_id == user_id, Assignment.ended_at.is_(None))
    return Item.id.in_(select(Assignment.item_id).where(*theirs))


def in_nobodys_hands(seats: Iterable[str]) -> ColumnElement[bool]:
    """What nobody on these seats has taken."""
    taken = exists().where(
        Assignment.item_id == Item.id,
        Assignment.seat.in_(tuple(seats)),
        Assignment.ended_at.is_(None),
    )
    return ~taken


def held_comments(session: Session, actor: Actor) -> list[Any]:
    """Comments that wait for this moderator (or the coordinator), with their item."""
    return list(session.execute(holding(actor)))


def holding(actor: Actor) -> Any:
    """The statement that lists comments that wait."""
    theirs = _areas_of(actor, "moderator", "coordinator")
    return (
        select(Comment.id, Comment.body, Item.kind, Item.number, Item.title)
        .join(Item, Item.id == Comment.item_id)
        .where(HELD, theirs, visible(actor))
        .order_by(Comment.id)
        .limit(20)
    )
