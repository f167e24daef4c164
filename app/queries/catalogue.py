"""The *kamus usulan* for readers: found by words, narrowed, with what became of its proposals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import selectinload

from app.access import public_items
from app.kinds import KINDS
from app.kinds.musrenbang_form import BIDANG, OUTSIDE
from app.queries.calendar import city_day
from app.workflow import Phase
from models import AnySession, CatalogueEntry, CataloguePrice, Department, Item, Proposal

Choice = tuple[str, Any, dict[str, str]]
ALIKE = 0.4  # letters in common from which a half or mistyped word still finds its entry
FUNDED = ("in_apbd", "procurement", "works", "done")


@dataclass(frozen=True)
class Sought:
    """What a reader looks for in the catalogue."""

    words: str = ""
    bidang: str = ""
    department: str = ""

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Sought:
        """From an address; what makes no sense is left out."""
        bidang = args.get("bidang", "")
        return cls(
            " ".join(args.get("q", "").replace("\0", "").split())[:80],
            bidang if bidang in dict(BIDANG) else "",
            args.get("opd", "").replace("\0", "")[:40],
        )


@dataclass(frozen=True)
class Use:
    """How often an entry was proposed, budgeted and realised; public proposals only."""

    proposed: int = 0
    budgeted: int = 0
    realised: int = 0


def holds(day: date) -> ColumnElement[bool]:
    """Entries that can be proposed on that day."""
    begun = or_(CatalogueEntry.valid_from.is_(None), CatalogueEntry.valid_from <= day)
    return and_(begun, or_(CatalogueEntry.valid_to.is_(None), CatalogueEntry.valid_to > day))


def priced(day: date) -> Select[CatalogueEntry, int]:
    """Entries of that day with their price: rows of (entry, rupiah)."""
    price = CataloguePrice
    on = and_(
        price.entry_code == CatalogueEntry.code,
        or_(price.valid_from.is_(None), price.valid_from <= day),
        or_(price.valid_to.is_(None), price.valid_to > day),
    )
    return select(CatalogueEntry, price.unit_price).join(price, on).where(holds(day))


def found(
    session: AnySession, sought: Sought, day: date | None = None
) -> Sequence[Row[CatalogueEntry, int]]:
    """Entries that fit, the best first; rows of (entry, rupiah)."""
    query = priced(day or city_day())
    if sought.bidang:
        query = query.where(CatalogueEntry.bidang == sought.bidang)
    if sought.department:
        query = query.where(CatalogueEntry.department_code == sought.department)
    if not sought.words:
        return session.execute(query.order_by(in_order(), CatalogueEntry.name)).all()
    words = func.websearch_to_tsquery("indonesian", sought.words)
    said = CatalogueEntry.search.op("@@")(words)
    exact = func.lower(CatalogueEntry.code) == sought.words.lower()
    letters = func.word_similarity(
        sought.words.lower(), func.lower(CatalogueEntry.name + " " + CatalogueEntry.keywords)
    )
    rank = func.ts_rank(CatalogueEntry.search, words) + letters + case((exact, 5), else_=0)
    query = query.order_by(rank.desc(), CatalogueEntry.name)
    rows = session.execute(query.where(or_(said, exact))).all()
    return rows or session.execute(query.where(letters >= ALIKE)).all()


def in_order() -> ColumnElement[int]:
    """Physical works first, as the list of bidang has them."""
    order = {code: n for n, (code, _name) in enumerate(BIDANG)}
    return case(order, value=CatalogueEntry.bidang, else_=len(order))


def entry(session: AnySession, code: str) -> CatalogueEntry | None:
    """An entry with all its prices, also one that has ended."""
    query = select(CatalogueEntry).where(CatalogueEntry.code == code)
    return session.scalars(query.options(selectinload(CatalogueEntry.prices))).first()


def departments(session: AnySession, day: date | None = None) -> list[tuple[str, str]]:
    """Those that have an entry: code and abbreviation."""
    mine = select(CatalogueEntry.department_code).where(holds(day or city_day()))
    query = select(Department.code, Department.abbreviation).where(Department.code.in_(mine))
    return [(code, name) for code, name in session.execute(query.order_by(Department.abbreviation))]


def uses(session: AnySession, codes: Sequence[str]) -> dict[str, Use]:
    """What became of the proposals of these entries."""
    query = (
        select(
            Proposal.catalogue_code,
            func.count(),
            func.count().filter(Item.state.in_(FUNDED)),
            func.count().filter(Item.state == "done"),
        )
        .select_from(Proposal)
        .where(Proposal.catalogue_code.in_(codes), public_items())
        .group_by(Proposal.catalogue_code)
    )
    rows = session.execute(query)
    return {code or "": Use(many, funded, done) for code, many, funded, done in rows}


def examples(session: AnySession, code: str, most: int = 5) -> Sequence[Proposal]:
    """The latest public proposals of an entry."""
    query = select(Proposal).where(Proposal.catalogue_code == code, public_items())
    return session.scalars(query.order_by(Item.id.desc()).limit(most)).all()


def choices(session: AnySession, day: date | None = None) -> dict[str, list[Choice]]:
    """What the form's list offers, by bidang; each with what the page counts with."""
    names = {code: str(name) for code, name in BIDANG}
    offered: dict[str, list[Choice]] = {name: [] for name in names.values()}
    for line, price in session.execute(priced(day or city_day()).order_by(CatalogueEntry.name)):
        facts = {
            "data-words": f"{line.code} {line.keywords}".replace(";", " "),
            "data-price": str(price),
            "data-unit": line.unit,
            "data-bidang": line.bidang,
            "data-largest": f"{line.largest:f}" if line.largest is not None else "",
        }
        group = names.get(line.bidang, line.bidang)
        offered.setdefault(group, []).append((line.code, f"{line.name} ({line.unit})", facts))
    return {group: lines for group, lines in offered.items() if lines}


def is_entry(code: str | None) -> bool:
    """Is it a line of the catalogue that was chosen, and not what stands outside?"""
    return bool(code) and code != OUTSIDE


@dataclass(frozen=True)
class Concerned:
    """Open proposals of an entry: how many, what they cost together, and of how much."""

    many: int
    cost: int
    volume: Decimal


def concerned(session: AnySession, code: str) -> Concerned:
    """Proposals of an entry that nobody has finished with.

    They keep the price of their day; whoever changes a price sees how many it does not reach.
    """
    still = KINDS["musrenbang"].workflow.in_phase(Phase.NEW, Phase.OPEN)
    query = select(func.count(), func.sum(Proposal.cost), func.sum(Proposal.volume)).select_from(
        Proposal
    )
    query = query.where(Proposal.catalogue_code == code, Item.state.in_(still))
    many, cost, volume = session.execute(query).one()
    return Concerned(many, int(cost or 0), volume or Decimal(0))
