"""What RW agreed on: how many proposals each may hand in for a plan year, and its money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from app.access import Actor
from app.kinds import Kind
from models import AnySession, Item, Proposal, RwLimit, db

from .answers import Refused

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
NOT_COUNTED = ("withdrawn", "merged", "refused")  # as the trigger of ``proposal`` has it
COUNTED = "musrenbang"  # the funding for which RW agreed on a number


@dataclass(frozen=True)
class Room:
    """What an RW may still hand in: ``most`` proposals, of which ``taken``; money likewise."""

    most: int | None = None
    taken: int = 0
    envelope: int | None = None
    asked: int = 0

    @property
    def left(self) -> int | None:
        """How many more; None when nothing was agreed."""
        return None if self.most is None else max(0, self.most - self.taken)


def limit(session: AnySession, plan_year: int, area_code: str) -> RwLimit | None:
    """What was agreed for the RW of that area; the narrowest area wins."""
    here = or_(
        RwLimit.area_code == area_code, literal(area_code).like(RwLimit.area_code.concat(".%"))
    )
    query = select(RwLimit).where(RwLimit.plan_year == plan_year, here)
    return session.scalars(query.order_by(func.length(RwLimit.area_code).desc()).limit(1)).first()


def room(session: AnySession, plan_year: int, area_code: str, rw: int | None) -> Room:
    """What the RW has handed in, and may still."""
    agreed = limit(session, plan_year, area_code)
    if rw is None:
        return Room(agreed.most if agreed else None, 0, agreed.envelope if agreed else None)
    many, cost = session.execute(_taken(plan_year, area_code, rw)).one()
    if agreed is None:
        return Room(None, many, None, int(cost or 0))
    return Room(agreed.most, many, agreed.envelope, int(cost or 0))


def _taken(plan_year: int, area_code: str, rw: int) -> Select[int, int | None]:
    """How many were handed in, and their cost; what came over from another year is not new."""
    query = select(func.count(), func.sum(Proposal.cost)).select_from(Proposal)
    return query.where(
        Item.area_code == area_code,
        Item.rw == rw,
        Proposal.plan_year == plan_year,
        Proposal.funding == COUNTED,
        Proposal.carried_from_id.is_(None),
        Item.state.not_in(NOT_COUNTED),
    )


def check(kind: Kind, actor: Actor, values: Mapping[str, Any], at: datetime) -> None:
    """Before a proposal is filed: has its RW room for one more?  Raises Refused.

    Two at one moment take turns until the first has been written; the database's own trigger
    counts once more.
    """
    if kind.model is not Proposal or values.get("carried_from_id"):
        return
    if (values.get("funding") or COUNTED) != COUNTED:
        return
    year, area_code, rw = values.get("plan_year"), values["area_code"], values.get("rw")
    agreed = limit(db.session, year, area_code) if year else None
    if year is None or agreed is None or agreed.most is None:
        return
    if rw is None:
        raise Refused("rw", _("Please give the number of your RW: each RW hands in a few only."))
    db.session.execute(LOCK, {"key": f"rw_limit/{year}/{area_code}/{rw}"})
    taken, _cost = db.session.execute(_taken(year, area_code, rw)).one()
    if taken >= agreed.most:
        raise Refused(
            "rw",
            _(
                "RW %(rw)s has handed in all its %(n)s proposals for %(year)s. Take one back, or"
                " join yours with one of them.",
                rw=f"{rw:02d}",
                n=agreed.most,
                year=year,
            ),
        )


def agree(
    actor: Actor,
    plan_year: int,
    area_code: str,
    most: int | None,
    envelope: int | None,
    note: str = "",
) -> None:
    """Set down what was agreed for the RW of an area; None takes a number away.

    Proposals handed in before stay, also when they are more now.
    """
    values: dict[str, Any] = {"most": most, "envelope": envelope, "note": note}
    values |= {"made_by_id": actor.user_id, "made_at": func.now()}
    row = insert(RwLimit).values(plan_year=plan_year, area_code=area_code, **values)
    db.session.execute(
        row.on_conflict_do_update(index_elements=["plan_year", "area_code"], set_=values)
    )
