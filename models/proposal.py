"""e-Musrenbang: works that residents propose, and what each level made of them."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, now, pk, ref
from .item import Item

PROPOSAL_LEVELS = ("rw", "kelurahan", "kecamatan", "forum_opd", "kota")


class Proposal(Item):
    """A proposal (*usulan*).  Money is whole rupiah; ``plan_year`` is the year of the works."""

    __tablename__ = "proposal"
    __mapper_args__ = {"polymorphic_identity": "musrenbang"}
    __table_args__ = (
        CheckConstraint(f"level IN {PROPOSAL_LEVELS}", name="level"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    )

    id: Mapped[ref] = mapped_column(ForeignKey("item.id"), primary_key=True)
    level: Mapped[str] = mapped_column(server_default="rw")
    plan_year: Mapped[int]
    bidang: Mapped[str] = mapped_column(server_default="fisik")
    catalogue_code: Mapped[key | None] = mapped_column(ForeignKey("catalogue_entry.code"))
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

    levels: Mapped[list[ProposalLevel]] = relationship(order_by="ProposalLevel.id")


class ProposalLevel(Model):
    """What one level decided about a proposal: its text, volume, cost and rank there."""

    __tablename__ = "proposal_level"
    __table_args__ = (UniqueConstraint("proposal_id", "level"),)

    id: Mapped[pk]
    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"))
    level: Mapped[str]
    text: Mapped[str] = mapped_column(server_default="")
    volume: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    cost: Mapped[int | None] = mapped_column(BigInteger)
    rank: Mapped[int | None]
    decision: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    seat: Mapped[str]
    decided_at: Mapped[now]


__all__ = ["PROPOSAL_LEVELS", "Proposal", "ProposalLevel"]
