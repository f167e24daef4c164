"""What a round of scoring judges, how far it is, and what it gave each proposal."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased, joinedload

from app.access import in_area, public_items
from app.scoring import (
    WHOLE,
    Criterion,
    Scored,
    Shift,
    band,
    closeness,
    nearest_shifts,
    ranks,
    reweighted,
    score,
)
from models import (
    AnySession,
    Assessment,
    Assessor,
    Proposal,
    ScoringCriterion,
    ScoringResult,
    ScoringRound,
)

JUDGED_STATES = ("verified", "agreed")
FUNDED = ("in_apbd", "procurement", "works", "done")
NEVER = 99  # years, where an RW has had nothing


@dataclass(frozen=True)
class Line:
    """One proposal in the list of a closed round."""

    id: int
    number: str
    title: str
    rw: int | None
    area_code: str
    place: int
    scored: Scored
    measured: dict[str, Any]
    after: int  # its place under the weights asked about
    otherwise: Fraction  # its points under them
    close: float  # how TOPSIS sees it


@dataclass(frozen=True)
class Weighing:
    """What another weight of one criterion would do: the nearest changes of order."""

    criterion: ScoringCriterion
    less: Shift[int] | None
    more: Shift[int] | None
    moved: int  # proposals that change places when it weighs five points less


def template(folder: Path) -> list[dict[str, Any]]:
    """The criteria a new round begins with, from the city's ``scoring.toml``; weights in points."""
    path = folder / "scoring.toml"
    if not path.exists():
        return []
    found: list[dict[str, Any]] = tomllib.loads(path.read_text("utf-8"))["criteria"]
    return found


def published(session: AnySession, plan_year: int | None = None) -> Sequence[ScoringRound]:
    """The rounds anybody may see, the newest plan year first."""
    query = select(ScoringRound).where(ScoringRound.published_at.is_not(None))
    if plan_year is not None:
        query = query.where(ScoringRound.plan_year == plan_year)
    order = (ScoringRound.plan_year.desc(), ScoringRound.published_at.desc())
    near = (joinedload(ScoringRound.area), joinedload(ScoringRound.department))
    return session.scalars(query.options(*near).order_by(*order).limit(200)).all()


def latest(session: AnySession) -> Sequence[ScoringRound]:
    """All rounds, drafts too, the newest first."""
    return session.scalars(select(ScoringRound).order_by(ScoringRound.id.desc()).limit(300)).all()


def judged_by(session: AnySession, user_id: int) -> Sequence[ScoringRound]:
    """The published rounds somebody judges in, the open ones first."""
    query = (
        select(ScoringRound)
        .join(Assessor)
        .where(Assessor.user_id == user_id, ScoringRound.published_at.is_not(None))
    )
    order = (ScoringRound.closed_at.desc().nulls_first(), ScoringRound.id.desc())
    return session.scalars(query.order_by(*order).limit(100)).all()


def criteria(found: ScoringRound) -> list[Criterion]:
    """The criteria as the arithmetic takes them."""
    return [Criterion(c.code, c.weight, c.low, c.high) for c in found.criteria]


def in_round(found: ScoringRound) -> ColumnElement[bool]:
    """The proposals a round is about, as long as it is open."""
    place = (
        Proposal.department_code == found.department_code
        if found.department_code
        else in_area(found.area_code)
    )
    return (
        (Proposal.plan_year == found.plan_year)
        & (Proposal.level == found.level)
        & Proposal.state.in_(JUDGED_STATES)
        & place
        & public_items()
    )


def candidates(session: AnySession, found: ScoringRound) -> Sequence[Proposal]:
    """The proposals to be judged, by number."""
    return session.scalars(select(Proposal).where(in_round(found)).order_by(Proposal.number)).all()


def measured(session: AnySession, ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """What is measured of each proposal, by the names of ``MEASURES``."""
    earlier, one = aliased(Proposal), aliased(Proposal)
    last = (
        select(func.max(earlier.plan_year))
        .where(
            earlier.area_code == one.area_code,
            earlier.rw == one.rw,
            earlier.plan_year <= one.plan_year,
            earlier.state.in_(FUNDED),
            earlier.id != one.id,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            one.id, one.beneficiaries, one.support_count, one.readiness, one.plan_year, last
        ).where(one.id.in_(list(ids)))
    )
    return {
        row[0]: {
            "beneficiaries": row[1] or 0,
            "support": row[2],
            "readiness": _ready(row[3] or {}),
            "equity": NEVER if row[5] is None else row[4] - row[5],
        }
        for row in rows
    }


def _ready(answers: dict[str, Any]) -> int:
    """How many percent of the checklist were answered yes."""
    ready = sum(1 for answer in answers.values() if answer == "yes")
    return 100 * ready // max(len(answers), 1)


def marks_of(
    found: ScoringRound, given: Sequence[Assessment], facts: dict[str, int]
) -> dict[str, list[int]]:
    """The marks of one proposal by criterion; a measured one has the same mark from everybody."""
    judged = [one for one in given if not one.recused]
    return {
        c.code: (
            [min(band(facts[c.measure], c.limits, c.low), c.high)] * len(judged)
            if c.measure
            else [one.marks[c.code] for one in judged if c.code in one.marks]
        )
        for c in found.criteria
    }


def assessments(session: AnySession, found: ScoringRound) -> dict[int, list[Assessment]]:
    """What was judged so far, by proposal, in the order of the assessors."""
    query = (
        select(Assessment)
        .join(Assessor, (Assessor.round_id == Assessment.round_id)
              & (Assessor.user_id == Assessment.user_id))
        .where(Assessment.round_id == found.id)
        .order_by(Assessor.position)
    )  # fmt: skip
    by_proposal: dict[int, list[Assessment]] = {}
    for one in session.scalars(query):
        by_proposal.setdefault(one.proposal_id, []).append(one)
    return by_proposal


def lines(
    session: AnySession, found: ScoringRound, code: str = "", points: Fraction | None = None
) -> list[Line]:
    """The list of a closed round; ``code`` weighing ``points`` gives the places beside it."""
    rows = session.execute(
        select(ScoringResult, Proposal.number, Proposal.title, Proposal.rw, Proposal.area_code)
        .join(Proposal, Proposal.id == ScoringResult.proposal_id)
        .where(ScoringResult.round_id == found.id, public_items())
        .order_by(ScoringResult.place, Proposal.number)
    ).all()
    weighed = criteria(found)
    scored = {row[0].proposal_id: score(weighed, row[0].marks) for row in rows}
    totals = {one: result.total for one, result in scored.items()}
    other = dict(totals)
    if code and points is not None:
        other = {one: reweighted(weighed, s.shares, code, points) for one, s in scored.items()}
    places = ranks(other)
    means = {one: {p.code: p.mean for p in s.parts} for one, s in scored.items()}
    close = closeness(weighed, means)
    return [
        Line(
            id=one.proposal_id, number=number, title=title, rw=rw, area_code=area_code,
            place=one.place, scored=scored[one.proposal_id], measured=one.measured,
            after=places[one.proposal_id], otherwise=other[one.proposal_id],
            close=close[one.proposal_id],
        )
        for one, number, title, rw, area_code in rows
    ]  # fmt: skip


def weighings(found: ScoringRound, listed: Sequence[Line]) -> list[Weighing]:
    """For each criterion, at which weight the order would begin to change."""
    weighed, order = criteria(found), [line.id for line in listed]
    table = {line.id: line.scored.shares for line in listed}
    made = []
    for criterion in found.criteria:
        less, more = nearest_shifts(weighed, table, order, criterion.code)
        lighter = Fraction(max(criterion.weight - WHOLE // 20, 0), 100)
        then = ranks(
            {one: reweighted(weighed, row, criterion.code, lighter) for one, row in table.items()}
        )
        moved = sum(then[line.id] != line.place for line in listed)
        made.append(Weighing(criterion, less, more, moved))
    return made


def scores_of(session: AnySession, ids: Iterable[int]) -> dict[int, Decimal]:
    """The points of each proposal in the round that closed last; absent where there is none."""
    return {row[0]: row[1] for row in session.execute(_scores(), {"ids": list(ids)})}


@cache
def _scores() -> Select[Any]:
    theirs = ScoringResult.proposal_id == func.any(bindparam("ids", type_=ARRAY(BigInteger)))
    columns: tuple[Any, ...] = (ScoringResult.proposal_id, ScoringResult.points)
    return select(*columns).join(ScoringRound).where(theirs).order_by(ScoringRound.closed_at)
