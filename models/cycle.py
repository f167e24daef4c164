"""The cycles of e-Musrenbang: their windows, who was reminded, what arrived before they closed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .area import Area
from .base import Model, key, key_pk, now, pk, ref
from .user import User

STAGES = (
    "rembug_warga",
    "kelurahan",
    "kecamatan",
    "forum_opd",
    "kota",
    "rkpd",
    "apbd",
    "realisation",
)
WINDOW_ACTS = ("set", "reopen", "remove")
INTAKE_STATUSES = ("waiting", "filed", "refused")


class Cycle(Model):
    """The planning of one year's works; ``plan_year`` is the year of the works."""

    __tablename__ = "cycle"
    __table_args__ = (CheckConstraint("plan_year BETWEEN 2000 AND 2100", name="plan_year"),)

    plan_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    theme: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[now]

    @property
    def held_year(self) -> int:
        """The year in which the works are deliberated: the one before."""
        return self.plan_year - 1


class CycleWindow(Model):
    """A decision about when a stage is open in an area: ``opens_at`` ≤ t ≤ ``closes_at``.

    ``set`` declares it, ``reopen`` opens it once more beside what was declared, with a reason
    everybody reads, ``remove`` takes back the decision it replaces.  Rows are never changed: one
    that names another in ``replaces_id`` stands in its place, and each is replaced once at most.
    """

    __tablename__ = "cycle_window"
    __table_args__ = (
        CheckConstraint(f"stage IN {STAGES}", name="stage"),
        CheckConstraint(f"act IN {WINDOW_ACTS}", name="act"),
        CheckConstraint(
            "CASE act WHEN 'remove' THEN opens_at IS NULL AND closes_at IS NULL"
            " AND replaces_id IS NOT NULL ELSE opens_at IS NOT NULL AND closes_at IS NOT NULL"
            " AND opens_at < closes_at END",
            name="times",
        ),
        CheckConstraint("act <> 'reopen' OR reason <> ''", name="reason"),
        Index("ix_cycle_window_place", "plan_year", "stage", "area_code"),
    )

    id: Mapped[pk]
    plan_year: Mapped[int] = mapped_column(ForeignKey("cycle.plan_year"))
    stage: Mapped[key]
    area_code: Mapped[key] = mapped_column(ForeignKey("area.code"))
    act: Mapped[key]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None] = mapped_column(index=True)
    replaces_id: Mapped[ref | None] = mapped_column(ForeignKey("cycle_window.id"), unique=True)
    seat: Mapped[str]
    decided_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[now]

    area: Mapped[Area] = relationship()


class CycleReminder(Model):
    """That those concerned were told of a window's coming close (``mark``: how long before)."""

    __tablename__ = "cycle_reminder"

    window_id: Mapped[ref] = mapped_column(ForeignKey("cycle_window.id"), primary_key=True)
    mark: Mapped[key_pk]
    at: Mapped[now]


class Intake(Model):
    """What somebody sent in the minutes around a window's close: taken at once, filed by a job.

    ``key`` becomes the item's ``filing_key``; ``received_at`` is the server's clock when it came.
    """

    __tablename__ = "intake"
    __table_args__ = (
        CheckConstraint(f"status IN {INTAKE_STATUSES}", name="status"),
        CheckConstraint("(status = 'filed') = (item_id IS NOT NULL)", name="item"),
        Index("ix_intake_waiting", "received_at", postgresql_where=text("status = 'waiting'")),
    )

    key: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text(collation="C"))
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"), index=True)
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    status: Mapped[str] = mapped_column(Text(collation="C"), server_default="waiting")
    problem: Mapped[str] = mapped_column(server_default="")
    item_id: Mapped[ref | None] = mapped_column(ForeignKey("item.id"), index=True)
    settled_at: Mapped[datetime | None]


class Notice(Model):
    """A line in somebody's inbox that is about no item; ``mark`` makes it come once."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("user_id", "event", "mark"),
        Index("ix_notice_inbox", "user_id", text("id DESC")),
        Index("ix_notice_unread", "user_id", postgresql_where=text("read_at IS NULL")),
    )

    id: Mapped[pk]
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    event: Mapped[key]
    mark: Mapped[key]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[now]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
