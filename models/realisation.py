"""What officials found about a proposal, and what became of it after it entered the budget.

Each row belongs to one change of the trail, whose words explain it.  Reports of the works are
append-only: what was reported once stays, a lower number is a new row with a reason.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Numeric, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key, now, pk, ref

VERDICTS = ("feasible", "with_changes", "not_feasible")
BODIES = ("opd", "tapd")


class ProposalCredit(Model):
    """Somebody whose own proposal ``from_id`` lives on in ``proposal_id``: joined or split."""

    __tablename__ = "proposal_credit"

    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    person_id: Mapped[ref] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    from_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"), primary_key=True, index=True)


class Survey(Model):
    """The kecamatan was at the place; or ``skipped`` says, by a code, why it did not go.

    ``checklist``: yes, no or unknown by the question's code.  ``volume`` is the corrected one.
    ``place`` is where the phone said it was (lon, lat; EPSG:4326), ``metres`` how far from the
    proposal's pin, rounded.
    """

    __tablename__ = "survey"
    __table_args__ = (CheckConstraint("LEAST(volume, metres) >= 0", name="amounts"),)

    id: Mapped[pk]
    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"), index=True)
    change_id: Mapped[ref] = mapped_column(ForeignKey("change.id"), unique=True)
    skipped: Mapped[key] = mapped_column(server_default="")
    checklist: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    volume: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    place: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False)
    )
    metres: Mapped[int | None]
    seat: Mapped[str]
    at: Mapped[now]


class OfficeVerdict(Model):
    """What a department (``opd``) or the budget team (``tapd``) says of a proposal.

    ``amount``: the cost the office stands for, in whole rupiah.
    """

    __tablename__ = "office_verdict"
    __table_args__ = (
        CheckConstraint(f"body IN {BODIES}", name="body"),
        CheckConstraint(f"verdict IN {VERDICTS}", name="verdict"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    change_id: Mapped[ref] = mapped_column(ForeignKey("change.id"), primary_key=True)
    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"), index=True)
    body: Mapped[key]
    verdict: Mapped[key]
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))
    amount: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[key] = mapped_column(server_default="")
    seat: Mapped[str]
    at: Mapped[now]


class Realisation(Model):
    """One report of the works: percent done, whole rupiah spent so far; append-only.

    ``reason`` is a code, and needed where a number is lower than in the report before.
    """

    __tablename__ = "realisation"
    __table_args__ = (
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("spent >= 0", name="spent"),
    )

    id: Mapped[pk]
    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"), index=True)
    change_id: Mapped[ref] = mapped_column(ForeignKey("change.id"), unique=True)
    progress: Mapped[int] = mapped_column(SmallInteger)
    spent: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[key] = mapped_column(server_default="")
    at: Mapped[now]


class HandoverRecord(Model):
    """The finished work was handed over (*BAST*): its number, its day, and who keeps it."""

    __tablename__ = "handover_record"

    id: Mapped[pk]
    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"), index=True)
    change_id: Mapped[ref] = mapped_column(ForeignKey("change.id"), unique=True)
    number: Mapped[str]
    signed_on: Mapped[date]
    keeper: Mapped[str]
    at: Mapped[now]


class WorkConfirmation(Model):
    """What a proposer or supporter says of the finished work: is it there and usable?

    One voice a person; a later word replaces it.  ``change_id`` is the change with words or a
    photo, where there are any.
    """

    __tablename__ = "work_confirmation"

    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    person_id: Mapped[ref] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    confirmed: Mapped[bool]
    change_id: Mapped[ref | None] = mapped_column(ForeignKey("change.id"))
    at: Mapped[now]


__all__ = [
    "BODIES",
    "VERDICTS",
    "HandoverRecord",
    "OfficeVerdict",
    "ProposalCredit",
    "Realisation",
    "Survey",
    "WorkConfirmation",
]
