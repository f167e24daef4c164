"""What became of proposals, counted beforehand by a job (``services.funnel``)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key_pk

FUNNEL_SCOPES = ("city", "district", "area", "rw", "department")


class Funnel(Model):
    """How far the proposals of one plan year came, in a place or at a department; money in rupiah.

    ``code`` is the area's or department's, ``rw`` 0 unless the scope is an RW.  Each count holds
    those that came at least so far; the side exits hold those that stand there.  ``asked`` is what
    proposers reckoned, ``agreed`` what the last level reckoned for those that climbed beyond the
    kelurahan, then the budget, the contracts and what was spent.
    """

    __tablename__ = "funnel"

    plan_year: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[key_pk]
    code: Mapped[key_pk]
    rw: Mapped[int] = mapped_column(primary_key=True)
    submitted: Mapped[int]
    kelurahan: Mapped[int]
    kecamatan: Mapped[int]
    forum_opd: Mapped[int]
    kota: Mapped[int]
    in_plan: Mapped[int]
    budgeted: Mapped[int]
    begun: Mapped[int]
    done: Mapped[int]
    refused: Mapped[int]
    deferred: Mapped[int]
    merged: Mapped[int]
    withdrawn: Mapped[int]
    not_realised: Mapped[int]
    asked: Mapped[int] = mapped_column(BigInteger)
    agreed: Mapped[int] = mapped_column(BigInteger)
    budget: Mapped[int] = mapped_column(BigInteger)
    contracts: Mapped[int] = mapped_column(BigInteger)
    spent: Mapped[int] = mapped_column(BigInteger)


class FunnelRefresh(Model):
    """When it was counted; one row."""

    __tablename__ = "funnel_refresh"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]


__all__ = ["FUNNEL_SCOPES", "Funnel", "FunnelRefresh"]
