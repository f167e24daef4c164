"""Files exchanged with planning systems: what came, what went, and what was taken over already."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key, key_pk, now, pk, ref

FILE_SORTS = ("sipd_export", "sipd_ids", "budget", "catalogue", "ceilings")
FILE_STATUSES = ("waiting", "checked", "applying", "done", "failed")


class PlanFile(Model):
    """A file of planners, in the hands of a job while ``waiting`` and ``applying``.

    ``checked``: tried, nothing kept yet; ``failed``: ``problem`` says why.  ``options`` are what
    was chosen with it: year, version, day, everything.  ``made_by_id`` is None for a command.
    """

    __tablename__ = "plan_file"
    __table_args__ = (
        CheckConstraint(f"sort IN {FILE_SORTS}", name="sort"),
        CheckConstraint(f"status IN {FILE_STATUSES}", name="status"),
    )

    id: Mapped[pk]
    sort: Mapped[key]
    status: Mapped[key] = mapped_column(server_default="waiting")
    file_name: Mapped[str] = mapped_column(server_default="")
    file_hash: Mapped[key] = mapped_column(server_default="")
    stored_name: Mapped[key] = mapped_column(server_default="")
    options: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    problem: Mapped[str] = mapped_column(server_default="")
    accepted: Mapped[int] = mapped_column(server_default="0")
    repaired: Mapped[int] = mapped_column(server_default="0")
    refused: Mapped[int] = mapped_column(server_default="0")
    known: Mapped[int] = mapped_column(server_default="0")
    conflicts: Mapped[int] = mapped_column(server_default="0")
    rows: Mapped[int] = mapped_column(server_default="0")
    made_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[now]
    done_at: Mapped[datetime | None]


class PlanFileRow(Model):
    """What became of one row of a file, or would."""

    __tablename__ = "plan_file_row"

    file_id: Mapped[ref] = mapped_column(
        ForeignKey("plan_file.id", ondelete="CASCADE"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    their_id: Mapped[str] = mapped_column(server_default="")
    outcome: Mapped[key]
    item: Mapped[str] = mapped_column(server_default="")
    why: Mapped[str] = mapped_column(server_default="")


class BudgetRow(Model):
    """A row of budget or realisation that was taken over: the same row is nothing new."""

    __tablename__ = "budget_row"

    row_hash: Mapped[key_pk]
    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"), index=True)
    at: Mapped[now]


class SipdHanded(Model):
    """What a proposal's row for SIPD-RI said when it was last handed over."""

    __tablename__ = "sipd_handed"

    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    row_hash: Mapped[key]
    at: Mapped[now]


__all__ = ["FILE_SORTS", "FILE_STATUSES", "BudgetRow", "PlanFile", "PlanFileRow", "SipdHanded"]
