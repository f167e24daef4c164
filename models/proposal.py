"""e-Musrenbang: works that residents propose, and what each level made of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, now, pk, ref
from .item import Item

PROPOSAL_LEVELS = ("rw", "kelurahan", "kecamatan", "forum_opd", "kota")
FUNDING = ("musrenbang", "prakarsa_rw", "pokir")
CATALOGUE_REVIEWS = ("", "waiting", "accepted", "refused")


class Proposal(Item):
    """A proposal (*usulan*).  Money is whole rupiah; ``plan_year`` is the year of the works.

    ``unit_price`` is the catalogue's on the day it was filed.  ``catalogue_review`` is '' for what
    stands in the catalogue.  ``readiness`` holds answers by the questions' codes: yes, no, unknown.
    ``filed_volume`` and ``filed_cost`` are what was asked; volume, price and cost stand as the last
    level left them.  ``carried_from_id`` is the proposal of an earlier year that was not realised,
    ``split_from_id`` the one this is a part of; ``credit_count`` people proposed it beside its
    author.
    ``redirects`` counts the departments that passed it on.  ``tapd_amount`` is what the budget
    team agreed to.  ``disputed``: somebody behind it says that the works are not finished.
    """

    __tablename__ = "proposal"
    __mapper_args__ = {"polymorphic_identity": "musrenbang"}
    __table_args__ = (
        CheckConstraint(f"level IN {PROPOSAL_LEVELS}", name="level"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint(f"funding IN {FUNDING}", name="funding"),
        CheckConstraint(f"catalogue_review IN {CATALOGUE_REVIEWS}", name="catalogue_review"),
        CheckConstraint(
            "LEAST(volume, unit_price, cost, budget, contract_value, spent) >= 0", name="money"
        ),
        Index(
            "ix_proposal_sipd_id",
            "sipd_id",
            unique=True,
            postgresql_where=text("sipd_id IS NOT NULL"),
        ),
        CheckConstraint(
            "LEAST(filed_volume, filed_cost, tapd_amount, redirects, credit_count) >= 0",
            name="agreed_money",
        ),
        Index(
            "ix_proposal_split_from_id",
            "split_from_id",
            postgresql_where=text("split_from_id IS NOT NULL"),
        ),
        Index("ix_proposal_plan_year", "plan_year", "id"),
        Index("ix_proposal_waiting", "id", postgresql_where=text("catalogue_review = 'waiting'")),
    )

    id: Mapped[ref] = mapped_column(ForeignKey("item.id"), primary_key=True)
    level: Mapped[str] = mapped_column(server_default="rw")
    plan_year: Mapped[int]
    bidang: Mapped[str] = mapped_column(server_default="fisik")
    catalogue_code: Mapped[key | None] = mapped_column(
        ForeignKey("catalogue_entry.code"), index=True
    )
    volume: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    unit: Mapped[str] = mapped_column(server_default="")
    unit_price: Mapped[int | None] = mapped_column(BigInteger)
    cost: Mapped[int | None] = mapped_column(BigInteger)
    beneficiaries: Mapped[int | None]
    land_status: Mapped[str] = mapped_column(server_default="")
    swadaya: Mapped[str] = mapped_column(server_default="")
    group: Mapped[str] = mapped_column("proposing_group", server_default="umum")
    funding: Mapped[str] = mapped_column(server_default="musrenbang")
    sub_kegiatan: Mapped[str] = mapped_column(server_default="")
    budget: Mapped[int | None] = mapped_column(BigInteger)
    progress: Mapped[int] = mapped_column(server_default="0")
    catalogue_review: Mapped[str] = mapped_column(server_default="")
    readiness: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    sipd_id: Mapped[key | None]
    carried_from_id: Mapped[ref | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    contract_value: Mapped[int | None] = mapped_column(BigInteger)
    spent: Mapped[int] = mapped_column(BigInteger, server_default="0")
    filed_volume: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    filed_cost: Mapped[int | None] = mapped_column(BigInteger)
    split_from_id: Mapped[ref | None] = mapped_column(ForeignKey("proposal.id"))
    credit_count: Mapped[int] = mapped_column(server_default="0")
    redirects: Mapped[int] = mapped_column(server_default="0")
    tapd_amount: Mapped[int | None] = mapped_column(BigInteger)
    contractor: Mapped[str] = mapped_column(server_default="")
    contract_on: Mapped[date | None]
    disputed: Mapped[bool] = mapped_column(server_default="false")

    levels: Mapped[list[ProposalLevel]] = relationship(order_by="ProposalLevel.id")


class ProposalLevel(Model):
    """What one level decided about a proposal: its text, volume, price, cost and rank there.

    ``text`` is the proposal in this level's words, '' while nobody changed them; ``decision`` the
    last step taken here, '' where it is only ranked.  Why stands in the trail, at ``change_id``;
    why it changed what it was given, at ``adjusted_id``.  ``rank`` holds in the
    list ``ranking_id``; ``app.services.ranking`` keeps it 1 to n.
    """

    __tablename__ = "proposal_level"
    __table_args__ = (
        CheckConstraint("ranking_id IS NULL OR rank >= 1", name="ranked"),
        UniqueConstraint("ranking_id", "rank", deferrable=True, initially="DEFERRED"),
        UniqueConstraint("proposal_id", "level"),
    )

    id: Mapped[pk]
    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"))
    level: Mapped[str]
    text: Mapped[str] = mapped_column(server_default="")
    volume: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    cost: Mapped[int | None] = mapped_column(BigInteger)
    rank: Mapped[int | None]
    ranking_id: Mapped[ref | None] = mapped_column(ForeignKey("ranking.id"))
    decision: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    seat: Mapped[str]
    decided_at: Mapped[now]
    unit_price: Mapped[int | None] = mapped_column(BigInteger)
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))
    change_id: Mapped[ref | None] = mapped_column(ForeignKey("change.id"))
    adjusted_id: Mapped[ref | None] = mapped_column(ForeignKey("change.id"))


__all__ = ["CATALOGUE_REVIEWS", "FUNDING", "PROPOSAL_LEVELS", "Proposal", "ProposalLevel"]
