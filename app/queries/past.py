"""What was asked for at a place before, in whichever year and service, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.access import Actor, public_items, visible
from app.kinds import KINDS, REASONS
from app.queries import alike
from models import AnySession, Change, Item, Proposal

MOST = 5


@dataclass(frozen=True)
class Earlier:
    """An earlier item: where, how far (metres; None in another place), what became of it."""

    kind: str
    number: str
    title: str
    area_code: str
    metres: int | None
    told: str


def earlier(
    session: AnySession,
    question: alike.Question,
    area_code: str,
    *,
    actor: Actor | None = None,
    but: Collection[int] = (),
) -> list[Earlier]:
    """The likeliest of all years, kinds and sources of money; ``but`` are shown already."""
    clause = public_items() if actor is None else visible(actor)
    found = [row for row, _likely in alike.ever(session, question, area_code, clause)]
    rows = [row for row in found if row.id not in but][:MOST]
    ids = [row.id for row in rows]
    years, reasons = _years(session, ids), _reasons(session, ids)
    return [
        Earlier(
            row.kind,
            row.number,
            row.title,
            row.area_code,
            round(row.metres) if question.pinned and row.metres < 2000 else None,
            _told(row, years.get(row.id), reasons.get(row.id, "")),
        )
        for row in rows
    ]


def _years(session: AnySession, ids: list[int]) -> dict[int, Any]:
    """Plan year and source of money of those that are proposals."""
    table = Proposal.__table__.c
    query = select(table.id, table.plan_year, table.funding).where(table.id.in_(ids))
    return {row.id: row for row in session.execute(query)} if ids else {}


def _reasons(session: AnySession, ids: list[int]) -> dict[int, str]:
    """The latest coded reason on the trail of each."""
    if not ids:
        return {}
    query = (
        select(Change.item_id, Change.reason)
        .where(Change.item_id.in_(ids), Change.reason != "")
        .order_by(Change.item_id, Change.seq)
    )
    return {row.item_id: row.reason for row in session.execute(query)}


def _told(row: Any, year: Any, reason: str) -> str:
    """One sentence: "Proposed for 2024 (pokir): refused, the land's status is unclear." """
    state = KINDS[row.kind].workflow[row.state]
    became = str(state.label)
    if reason and state.phase in ("closed", "new", "open"):
        became = f"{became}, {str(REASONS.get(reason, reason)).lower()}"
    if year is None:
        told = _("Reported in %(year)s: %(became)s.", year=row.created_at.year, became=became)
    elif year.funding != "musrenbang":
        told = _(
            "Proposed for %(year)s (%(money)s): %(became)s.",
            year=year.plan_year,
            money={"prakarsa_rw": _("Prakarsa RW"), "pokir": _("pokir")}[year.funding],
            became=became,
        )
    else:
        told = _("Proposed for %(year)s: %(became)s.", year=year.plan_year, became=became)
    return str(told)


def of_item(session: AnySession, item: Item, lon: float, lat: float, actor: Actor) -> list[Earlier]:
    """What staff see beside a proposal."""
    question = alike.Question.of(item, lon, lat)
    return earlier(session, question, item.area_code, actor=actor)
