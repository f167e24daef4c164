"""Joining and splitting proposals: whoever proposed a part of it is a proposer of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, delete, func, literal, select, union, update
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor
from app.workflow import Step
from models import (
    Change,
    Follow,
    Item,
    Joining,
    Proposal,
    ProposalCredit,
    Support,
    db,
)

from .refused import Refused

LONGEST = 140
DEEPEST = 50  # joins of joins that are followed
MOST = 1000  # proposals that came together in one
# What a part has of the whole; volume and cost are its own.
SHARED = (
    "level",
    "plan_year",
    "bidang",
    "catalogue_code",
    "catalogue_review",
    "unit",
    "unit_price",
    "beneficiaries",
    "land_status",
    "swadaya",
    "group",
    "readiness",
    "funding",
)


def checked(item: Item, step: Step, actor: Actor, given: Mapping[str, Any], at: datetime) -> None:
    """Parts are never more than the whole.  Raises Refused."""
    if isinstance(item, Proposal) and step.name == "split":
        if not given["shares"]:
            raise Refused("share1_title", _("Please name at least one part."))
        _fits(item.cost, given["shares"], "cost")
        _fits(item.volume, given["shares"], "volume")


def _fits(whole: Any, shares: Sequence[Mapping[str, Any]], name: str) -> None:
    if whole is None:
        return
    lacking = next((n for n, share in enumerate(shares, 1) if share[name] is None), None)
    if lacking is not None and name == "cost":
        raise Refused(f"share{lacking}_cost", _("Please say what this part costs."))
    if sum(share[name] or 0 for share in shares) >= whole:
        raise Refused(f"share1_{name}", _("The parts are as much as the whole. Something stays."))


def follow_up(item: Item, step: Step, given: Mapping[str, Any], change: Change) -> None:
    """Give credit where proposals are joined, take it back where they are separated."""
    if not isinstance(item, Proposal):
        return
    if step.name == "merge":
        settle(item.merged_into_id)
    elif step.name == "unmerge":
        last = select(Joining.into_id).where(Joining.item_id == item.id)
        settle(db.session.scalar(last.order_by(Joining.id.desc()).limit(1)))
    elif step.name == "split":
        for share in given["shares"]:
            _split(item, share, given["seat"], change.at)


def _split(whole: Proposal, share: Mapping[str, Any], seat: str, at: datetime) -> None:
    from .items import split_off  # it calls us

    title = f"{share['title']} ({whole.title})"
    own = {name: getattr(whole, name) for name in SHARED}
    own |= {"volume": share["volume"], "cost": share["cost"], "split_from_id": whole.id}
    own |= {"filed_volume": share["volume"], "filed_cost": share["cost"]}
    part = split_off(
        whole,
        whole.department_code,
        title if len(title) <= LONGEST else share["title"],
        seat=seat,
        at=at,
        state="submitted",
        **own,
    )
    whole.cost = None if whole.cost is None else whole.cost - share["cost"]
    if whole.volume is not None and share["volume"] is not None:
        whole.volume -= share["volume"]
    part.department_code = whole.department_code
    bring_along(whole, part)
    settle(part.id)


def bring_along(whole: Item, part: Item) -> None:
    """Followers hear of each part; who stood behind the whole stands behind its parts."""
    follows = select(literal(part.id), Follow.user_id).where(Follow.item_id == whole.id)
    rows = insert(Follow).from_select(["item_id", "user_id"], follows)
    db.session.execute(rows.on_conflict_do_nothing())
    behind = select(literal(part.id), Support.person_id).where(Support.item_id == whole.id)
    supports = insert(Support).from_select(["item_id", "person_id"], behind)
    db.session.execute(supports.on_conflict_do_nothing())
    count = select(func.count()).where(Support.item_id == part.id).scalar_subquery()
    db.session.execute(update(Item).where(Item.id == part.id).values(support_count=count))
    db.session.expire(part, ["support_count"])


def settle(proposal_id: int | None) -> None:
    """Write the credits of a proposal anew, and of those it was joined with in turn.

    Credited are the authors of everything joined with it, and of what it was split from; nobody
    twice for one proposal, and not its own author.
    """
    db.session.flush()
    for _n in range(DEEPEST):
        if proposal_id is None:
            return
        _write(proposal_id)
        proposal_id = db.session.scalar(select(Item.merged_into_id).where(Item.id == proposal_id))


def _write(proposal_id: int) -> None:
    gone = delete(ProposalCredit).where(ProposalCredit.proposal_id == proposal_id)
    db.session.execute(gone)
    rows = insert(ProposalCredit).from_select(
        ["proposal_id", "person_id", "from_id"], _credits(proposal_id)
    )
    db.session.execute(rows)
    people = select(func.count(func.distinct(ProposalCredit.person_id))).where(
        ProposalCredit.proposal_id == proposal_id
    )
    counted = {"credit_count": people.scalar_subquery()}
    proposal: Any = Proposal.__table__
    db.session.execute(update(proposal).where(proposal.c.id == proposal_id).values(counted))
    db.session.expire(db.session.get_one(Proposal, proposal_id), ["credit_count"])


def _credits(proposal_id: int) -> Select[*tuple[Any, ...]]:
    """(proposal, person, from) for everything that came together in a proposal."""
    author = select(Item.author_id).where(Item.id == proposal_id).scalar_subquery()
    return select(literal(proposal_id), Item.author_id, Item.id).where(
        Item.id.in_(_origins(proposal_id)), Item.id != proposal_id, Item.author_id != author
    )


def _origins(proposal_id: int) -> set[int]:
    """What was joined with a proposal, or it was split from, and so on."""
    found, fresh = {proposal_id}, {proposal_id}
    while fresh and len(found) < MOST:
        joined = select(Item.id).where(Item.merged_into_id.in_(fresh))
        wholes = select(Proposal.split_from_id).where(
            Proposal.id.in_(fresh), Proposal.split_from_id.is_not(None)
        )
        fresh = set(db.session.scalars(union(joined, wholes))) - found
        found |= fresh
    return found
