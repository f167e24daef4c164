"""People, their logins, and the seats they sit on."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .area import Area
from .base import Model, key, now, pk, ref
from .routing import Department

ROLES = (
    "operator",  # an RW operator, for an area
    "moderator",  # a kelurahan's triage, for an area
    "validator",  # a kecamatan, for an area
    "officer",  # for a department
    "planner",  # Bapperida
    "coordinator",  # Diskominfo
    "auditor",  # Inspektorat, reads only
    "admin",  # runs the system; gives mandates
    "tapd",  # the budget team: agrees to amounts
)


class Person(Model):
    """Someone who files, supports or votes; may have no login."""

    __tablename__ = "person"
    __table_args__ = (
        Index("uq_person_nik_hash", "nik_hash", unique=True, postgresql_where="nik_hash <> ''"),
        Index("ix_person_phone_hash", "phone_hash", postgresql_where="phone_hash <> ''"),
    )

    id: Mapped[pk]
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(server_default="")
    phone_hash: Mapped[key] = mapped_column(server_default="")  # keyed; to find the same person
    address: Mapped[str] = mapped_column(server_default="")
    area_code: Mapped[key | None] = mapped_column(ForeignKey("area.code"))
    rw: Mapped[int | None]
    rt: Mapped[int | None]
    resident_since: Mapped[date | None]
    nik_hash: Mapped[str] = mapped_column(server_default="")  # keyed; never the number itself
    nik_last4: Mapped[str] = mapped_column(server_default="")
    level: Mapped[int] = mapped_column(server_default="0")  # 0 new, 1 confirmed, 2 vouched by RW
    anonymised_at: Mapped[datetime | None]
    created_at: Mapped[now]

    area: Mapped[Area | None] = relationship()


def new_epoch() -> str:
    """A fresh mark; sessions that carry another one are over."""
    return secrets.token_urlsafe(9)


class User(Model):
    """A login.  ``epoch`` changes at sign-out everywhere and at a new password."""

    __tablename__ = "user_account"
    __table_args__: tuple[Any, ...] = (
        Index("uq_user_account_email", text("lower(email)"), unique=True),
        CheckConstraint("mail_pace IN ('instant', 'daily')", name="mail_pace"),
    )

    id: Mapped[pk]
    person_id: Mapped[ref] = mapped_column(ForeignKey("person.id"), unique=True)
    email: Mapped[str]
    password_hash: Mapped[str]
    epoch: Mapped[str] = mapped_column(default=new_epoch)
    language: Mapped[str] = mapped_column(server_default="id")
    wants_email: Mapped[bool] = mapped_column(server_default="true")
    mail_pace: Mapped[key] = mapped_column(server_default="instant")  # or "daily"
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[now]

    person: Mapped[Person] = relationship(lazy="joined")
    mandates: Mapped[list[Mandate]] = relationship(
        back_populates="user", foreign_keys="Mandate.user_id"
    )

    def get_id(self) -> str:
        """What the session cookie carries."""
        return f"{self.id}.{self.epoch}"

    @property
    def is_active(self) -> bool:
        """A closed account signs nobody in."""
        return self.closed_at is None


class Mandate(Model):
    """A seat: a role over an area or a department for a period.  Ended, never deleted."""

    __tablename__ = "mandate"
    __table_args__ = (
        CheckConstraint(f"role IN {ROLES}", name="role"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        CheckConstraint("role = 'officer' OR NOT leads", name="leads"),
    )

    id: Mapped[pk]
    user_id: Mapped[ref] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[str]
    area_code: Mapped[key | None] = mapped_column(ForeignKey("area.code"), index=True)
    rw: Mapped[int | None]
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"), index=True)
    leads: Mapped[bool] = mapped_column(server_default="false")  # the department's head
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    given_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    given_at: Mapped[now]
    ended_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(server_default="")

    user: Mapped[User] = relationship(back_populates="mandates", foreign_keys=[user_id])
    area: Mapped[Area | None] = relationship()
    department: Mapped[Department | None] = relationship()
