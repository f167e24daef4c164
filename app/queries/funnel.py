"""What became of proposals: the counts a job keeps, and the proposals of one RW or year by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from app.access import in_area, public_items
from app.queries import why
from app.queries.labels import area_label, department_label
from models import AnySession, Funnel, FunnelRefresh, Item, Proposal

# The stages of the funnel, with what each means.
STAGES = {
    "submitted": (_("Proposed"), _("Everything residents and RW proposed for that year.")),
    "kelurahan": (_("Reached the kelurahan"), _("Passed on by the RW.")),
    "kecamatan": (_("Reached the kecamatan"), _("Agreed by the kelurahan's forum.")),
    "forum_opd": (_("Reached the departments"), _("Agreed by the kecamatan's forum.")),
    "kota": (_("Reached the city"), _("Found feasible by a department.")),
    "in_plan": (_("In the city's plan (RKPD)"), _("Or further, or dropped after it was there.")),
    "budgeted": (_("In the budget (APBD)"), _("Money was set aside for it.")),
    "begun": (_("Begun"), _("Procurement or works have begun, or are over.")),
    "done": (_("Done"), _("The works were declared finished.")),
}
EXITS = {
    "refused": _("Refused"),
    "deferred": _("Deferred"),
    "merged": _("Joined with another"),
    "withdrawn": _("Withdrawn"),
    "not_realised": _("Not realised"),
}
MONEY = {
    "asked": (_("Asked for"), _("As the proposers reckoned it.")),
    "agreed": (_("Agreed"), _("As the last level reckoned it, of all that reached the kecamatan.")),
    "budget": (_("Budgeted"), _("In the APBD.")),
    "contracts": (_("Contracted"), _("The value of the contracts.")),
    "spent": (_("Spent"), _("Paid so far.")),
}
MOST = 500  # proposals of one RW shown on a page
PORTION = 1_000


@dataclass(frozen=True)
class Bar:
    """One stage: how many came so far, and the share of what was proposed, in percent."""

    name: str
    label: Any
    meaning: Any
    count: int
    percent: int


def counted_at(session: AnySession) -> datetime | None:
    """When it was counted last."""
    return session.scalar(select(FunnelRefresh.at))


def years(session: AnySession, scope: str, code: str) -> list[int]:
    """The plan years of which something is known there, the latest first."""
    query = select(Funnel.plan_year).where(Funnel.scope == scope, Funnel.code == code)
    return sorted(set(session.scalars(query)), reverse=True)


def of(session: AnySession, year: int, scope: str, code: str, rw: int = 0) -> Funnel | None:
    """The counts of one place or department."""
    return session.get(Funnel, (year, scope, code, rw))


def below(session: AnySession, year: int, scope: str, within: str = "") -> list[tuple[str, Funnel]]:
    """The counts of all of a scope, by name; ``within`` is the area they lie in."""
    query = select(Funnel).where(Funnel.plan_year == year, Funnel.scope == scope)
    if within:
        query = query.where(Funnel.code >= within, Funnel.code < f"{within}/")
    label = department_label if scope == "department" else area_label
    rows = [(str(label(row.code)), row) for row in session.scalars(query)]
    if scope == "rw":
        rows = [(f"RW {row.rw:02d}", row) for _name, row in rows]
    return sorted(rows, key=lambda pair: pair[0])


def history(session: AnySession, area_code: str, rw: int) -> list[Funnel]:
    """An RW year by year, the latest first."""
    query = select(Funnel).where(Funnel.scope == "rw", Funnel.code == area_code, Funnel.rw == rw)
    return list(session.scalars(query.order_by(Funnel.plan_year.desc())))


def bars(found: Funnel) -> list[Bar]:
    """The funnel as bars."""
    whole = max(found.submitted, 1)
    return [
        Bar(name, label, meaning, count, round(100 * count / whole))
        for name, (label, meaning) in STAGES.items()
        for count in (getattr(found, name),)
    ]


def exits(found: Funnel) -> list[tuple[Any, int]]:
    """Where proposals stand that go no further, those there are."""
    return [(label, n) for name, label in EXITS.items() if (n := getattr(found, name))]


def money(found: Funnel) -> list[tuple[Any, Any, int, int]]:
    """Label, meaning, rupiah and percent of the largest sum."""
    sums = {name: getattr(found, name) for name in MONEY}
    most = max(*sums.values(), 1)
    return [
        (label, meaning, sums[name], round(100 * sums[name] / most))
        for name, (label, meaning) in MONEY.items()
    ]


def of_rw(session: AnySession, area_code: str, rw: int) -> Sequence[Proposal]:
    """The proposals of an RW, the latest year first."""
    query = select(Proposal).where(
        Proposal.area_code == area_code, Proposal.rw == rw, public_items()
    )
    order = query.order_by(Proposal.plan_year.desc(), Proposal.id)
    return session.scalars(order.limit(MOST)).all()


def counts(session: AnySession, asked: Mapping[str, Any]) -> Iterator[tuple[str, Funnel]]:
    """Every line that was counted, with the name of its place or department.

    ``year`` and ``area`` narrow it; departments only where no area is asked for.
    """
    query = select(Funnel)
    if asked.get("year"):
        query = query.where(Funnel.plan_year == asked["year"])
    if area := asked.get("area"):
        inside = (Funnel.code >= f"{area}.") & (Funnel.code < f"{area}/")
        query = query.where((Funnel.code == area) | inside, Funnel.scope != "department")
    if asked.get("rw"):
        query = query.where(Funnel.rw == asked["rw"])
    order = (Funnel.plan_year.desc(), Funnel.scope, Funnel.code, Funnel.rw)
    for row in session.scalars(query.order_by(*order).execution_options(yield_per=PORTION)):
        label = department_label if row.scope == "department" else area_label
        yield str(label(row.code)), row


@dataclass(frozen=True)
class Beside:
    """What stands beside the proposals of an RW, by their ids: why each stopped (a coded reason),
    and the number of what it was joined with or carried over from, where that is public.
    """

    reasons: Mapping[int, str]
    joined: Mapping[int, str]
    carried: Mapping[int, str]


def beside(session: AnySession, rows: Sequence[Proposal]) -> Beside:
    """The links and reasons of these; three queries at most."""
    ids = [row.id for row in rows]
    into = {row.id: row.merged_into_id for row in rows if row.merged_into_id}
    before = {row.id: row.carried_from_id for row in rows if row.carried_from_id}
    wanted = {*into.values(), *before.values()}
    query = select(Item.id, Item.number).where(Item.id.in_(wanted), public_items())
    numbers = {row.id: row.number for row in session.execute(query)} if wanted else {}
    return Beside(
        {one: reason for one, (reason, _text) in why.stops(session, ids).items()},
        {one: numbers[other] for one, other in into.items() if other in numbers},
        {one: numbers[other] for one, other in before.items() if other in numbers},
    )


def _narrowed(asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    clauses = [public_items()]
    if asked.get("year"):
        clauses.append(Proposal.plan_year == asked["year"])
    if asked.get("area"):
        clauses.append(in_area(asked["area"]))
    if asked.get("rw"):
        clauses.append(Proposal.rw == asked["rw"])
    if asked.get("department"):
        clauses.append(Proposal.department_code == asked["department"])
    return clauses


def listed(session: AnySession, asked: Mapping[str, Any]) -> Iterator[Any]:
    """The proposals of a year (``year``, ``area``, ``rw``, ``department``), in portions by id.

    Each with the coded reason of where it stands and the number of what it was carried over from,
    if that is public.
    """
    earlier = aliased(Item.__table__)
    before = (
        select(earlier.c.number)
        .where(earlier.c.id == Proposal.carried_from_id, earlier.c.published_at.is_not(None))
        .where(earlier.c.visibility != "confidential")
        .scalar_subquery()
    )
    table = (
        Proposal.id, Proposal.number, Proposal.title, Proposal.state, Proposal.level,
        Proposal.area_code, Proposal.rw, Proposal.department_code, Proposal.volume, Proposal.unit,
        Proposal.filed_cost, Proposal.cost, Proposal.budget, Proposal.contract_value,
        Proposal.spent, Proposal.progress, Proposal.support_count, Proposal.plan_year,
        before.label("carried_from"),
    )  # fmt: skip
    after = 0
    while True:
        query = select(*table).where(*_narrowed(asked), Proposal.id > after)
        rows = session.execute(query.order_by(Proposal.id).limit(PORTION)).all()
        reasons = why.stops(session, [row.id for row in rows])
        yield from ((row, reasons.get(row.id, ("", ""))[0]) for row in rows)
        if len(rows) < PORTION:
            return
        after = rows[-1].id
