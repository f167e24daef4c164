"""What was proposed outside the *kamus usulan*, for whoever decides whether it may go on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true

from app.access import Actor, visible
from app.kinds import KINDS
from app.queries.work import area_scope
from app.workflow import Phase
from models import CATALOGUE_REVIEWS, AnySession, Item, Proposal

SHOWN = 30


@dataclass(frozen=True)
class Page:
    """Proposals, and the id after which the next ones come."""

    rows: list[Proposal]
    following: int | None


def _mine(actor: Actor) -> ColumnElement[bool]:
    """The kelurahan's own; for planners and the coordinator the whole city's."""
    everywhere = actor.seats_as("planner", "coordinator")
    return true() if everywhere else area_scope(actor)


def _standing(review: str) -> ColumnElement[bool]:
    """Decided ones stay listed; what waits is over when the proposal is."""
    if review != "waiting":
        return Proposal.catalogue_review == review
    going = KINDS["musrenbang"].workflow.in_phase(Phase.NEW, Phase.OPEN)
    return (Proposal.catalogue_review == "waiting") & Item.state.in_(going)


def counts(session: AnySession, actor: Actor) -> dict[str, int]:
    """How many wait, were accepted and refused."""
    reviews = [review for review in CATALOGUE_REVIEWS if review]
    query = (
        select(*(func.count().filter(_standing(review)).label(review) for review in reviews))
        .select_from(Proposal)
        .where(_mine(actor), visible(actor), Proposal.catalogue_review != "")
    )
    return dict(session.execute(query).one()._mapping)


def page(session: AnySession, actor: Actor, review: str, after: int | None) -> Page:
    """What waits, the oldest first; what was decided, the newest first."""
    query = select(Proposal).where(_mine(actor), visible(actor), _standing(review))
    if review == "waiting":
        query = query.where(Proposal.id > after) if after else query
        query = query.order_by(Proposal.id)
    else:
        query = query.where(Proposal.id < after) if after else query
        query = query.order_by(Proposal.id.desc())
    rows = list(session.scalars(query.limit(SHOWN + 1)))
    return Page(rows[:SHOWN], rows[SHOWN - 1].id if len(rows) > SHOWN else None)
