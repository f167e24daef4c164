"""Bring proposals of earlier years in from somebody's table, however it was kept."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select

from app.kinds.musrenbang import MUSRENBANG
from app.services.bulk import NewLevel
from models import (
    FUNDING,
    PROPOSAL_LEVELS,
    VISIBILITIES,
    CatalogueEntry,
    Category,
    Department,
    db,
)

from . import importing, proposal_rows
from .mapping import PLACES, Mapping, Shape
from .proposal_rows import STATES, Wish
from .tables import Row, plain

SHAPE = Shape(
    fields=frozenset(
        (
            *("id", "title", "body", "problem", "address", "reporter", "note"),
            *("category", "state", "level", "department", "visibility", "reason", "area"),
            *("bidang", "catalogue", "group", "funding", "plan_year", "created", "decided"),
            *("volume", "unit", "unit_price", "cost", "beneficiaries", "rank", "swadaya"),
            *("sub_kegiatan", "budget", "contract_value", "spent", "progress", *PLACES),
        )
    ),
    needed=("state",),
    either=(("title", "body", "problem"), ("plan_year", "created")),
)


def codes() -> dict[str, set[str]]:
    """What the fields of a mapping may say."""
    topics = select(Category.code).where(Category.kind == MUSRENBANG.slug)
    return {
        "category": set(db.session.scalars(topics)),
        "catalogue": set(db.session.scalars(select(CatalogueEntry.code))),
        "department": set(db.session.scalars(select(Department.code))),
        "state": set(STATES),
        "level": set(PROPOSAL_LEVELS),
        "visibility": set(VISIBILITIES),
        "funding": set(FUNDING),
        "reason": {code for step in MUSRENBANG.workflow.steps for code in step.reasons},
    }


class Importer(importing.Importer[Wish]):
    """Takes portions of rows in as proposals."""

    kind = MUSRENBANG
    published_by = "file"

    def __init__(self, mapping: Mapping, run: int | None) -> None:
        super().__init__(mapping, run)
        self.topics = [
            (plain(word), topic)
            for topic in self.ground.categories.values()
            for word in (topic.name, *topic.keywords.split(";"))
            if word.strip()
        ]
        self.topics.sort(key=lambda pair: -len(pair[0]))
        entries = db.session.execute(
            select(CatalogueEntry.code, CatalogueEntry.name, CatalogueEntry.category_code)
        ).all()
        self.catalogue = {
            word: (row.code, row.category_code)
            for row in entries
            for word in (plain(row.code), plain(row.name))
        }

    def record(self, row: Row) -> Wish:
        """The proposal in a row."""
        return proposal_rows.record(row, self.ground, self.topics, self.catalogue)

    def tell(self, found: Wish, ref: int) -> None:
        """Write its trail through the levels."""
        proposal_rows.tell(found, ref, self.ground)

    def likeness(self, found: Wish) -> str:
        """The same words, place, year and amounts: typed in twice."""
        said = (plain(found.title), found.area_code, found.rw, found.rt, found.plan_year,
                found.own["volume"], found.own["cost"], plain(found.address))  # fmt: skip
        return "like:" + hashlib.sha256(repr(said).encode()).hexdigest()

    def year(self, found: Wish) -> int:
        """The year of the works."""
        return found.plan_year

    def own(self, found: Wish) -> dict[str, Any]:
        """What only a proposal has."""
        return found.own

    def levels(self, found: Wish, ref: int) -> list[NewLevel]:
        """What each level decided, as far as the table tells."""
        return proposal_rows.levels(found, ref)
