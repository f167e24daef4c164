"""Why a proposal stopped or turned back: everything the page needs that says so without jargon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select

from app.kinds.musrenbang_reasons import Plain, plain
from app.queries import cycles, journey, ranking
from app.queries.cycles import Window
from app.queries.ranking_keys import ListKey, key_of
from models import PROPOSAL_LEVELS, AnySession, Change, ChangeText, Department, Item, Proposal

EXPLAINED = ("refused", "deferred", "not_realised", "returned")
FILED_IN = "rembug_warga"


@dataclass(frozen=True)
class Standing:
    """Where it stood on the list of the level that decided.

    ``above`` proposals fit under the ``ceiling``; ``running`` is the sum up to this one.  Money in
    whole rupiah.
    """

    key: ListKey
    rank: int
    of: int
    above: int | None
    ceiling: int | None
    running: int
    cost: int | None


@dataclass(frozen=True)
class Why:
    """What the page says.  ``level`` is empty where the budget, not a level, decided."""

    state: str
    step: str
    level: str
    seat: str
    at: datetime
    reason: str
    note: str | None
    plain: Plain
    standing: Standing | None
    office: Department | None
    window: Window | None
    open_now: bool
    until: date | None


def of(session: AnySession, item: Proposal, now: datetime | None = None) -> Why | None:
    """Why it stands where it stands; None while it is on its way."""
    found = journey.stop(session, item) if item.state in EXPLAINED else None
    if found is None:
        return None
    level = "" if item.state == "not_realised" else found.level or item.level
    window, open_now = _next(session, item, now or datetime.now(UTC))
    return Why(
        state=item.state,
        step=found.step,
        level=level,
        seat=found.seat,
        at=found.at,
        reason=found.reason,
        note=found.text,
        plain=plain(found.reason),
        standing=_standing(session, item, level) if level else None,
        office=_office(session, found.seat),
        window=window,
        open_now=open_now,
        until=item.due_on if item.state == "returned" else None,
    )


def _standing(session: AnySession, item: Proposal, level: str) -> Standing | None:
    """Its place on that level's list, if it ever had one."""
    key = key_of(item, cycles.city_code(), level)
    if key is None:
        return None
    ranked = ranking.ranked(session, key)
    row = next((row for row in ranked.rows if row.id == item.id), None)
    if row is None or row.rank is None:
        return None
    above = sum(1 for other in ranked.rows if other.above) if ranked.ceiling is not None else None
    return Standing(key, row.rank, len(ranked.rows), above, ranked.ceiling, row.running, row.cost)


def _office(session: AnySession, seat: str) -> Department | None:
    """The department that decided, with how to reach it."""
    role, _colon, code = seat.partition(":")
    if role != "officer":
        return None
    found: Department | None = session.scalar(select(Department).where(Department.code == code))
    return found


def _next(session: AnySession, item: Proposal, now: datetime) -> tuple[Window | None, bool]:
    """When proposals may be filed here again, as far as anybody decided."""
    for year in (item.plan_year + 1, item.plan_year + 2):
        table = cycles.timetable(session, year, FILED_IN, item.area_code)
        here = table.at(now)
        if found := here or table.next(now):
            return found, here is not None
    return None, False


def stops(session: AnySession, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """The coded reason and the words of the step that brought each to where it stands now.

    Only of what a step stopped, turned back or joined; the words are "" where they were erased.
    """
    state = select(Item.state).where(Item.id == Change.item_id).scalar_subquery()
    query = (
        select(Change.item_id, Change.reason, ChangeText.text)
        .outerjoin(ChangeText, ChangeText.change_id == Change.id)
        .where(Change.item_id.in_(ids), Change.reason != "", Change.source != Change.target)
        .where(Change.target == state)
        .order_by(Change.seq)
    )
    rows = session.execute(query) if ids else ()
    return {row.item_id: (row.reason, row.text or "") for row in rows}


def level_below(level: str) -> str:
    """The level a proposal goes back to from here; the RW's has none below."""
    place = PROPOSAL_LEVELS.index(level)
    return PROPOSAL_LEVELS[max(place - 1, 0)]
