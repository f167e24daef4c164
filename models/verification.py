"""How sure the city is that somebody is who they say, and lives where they say."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, key, now, pk, ref
from .user import Person

VERIFICATION_METHODS = ("phone", "attestation", "counter", "dukcapil")


class Verification(Model):
    """One act that raised a person's level: L1 phone, L2 the RW's word, L3 counter or Dukcapil.

    Revoked, never deleted.  ``person.level`` is the highest that is not revoked.
    """

    __tablename__ = "verification"
    __table_args__ = (
        CheckConstraint(f"method IN {VERIFICATION_METHODS}", name="method"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        CheckConstraint("revoked_at IS NULL OR revoked_reason <> ''", name="revoked"),
        Index("ix_verification_person_id", "person_id"),
        Index("ix_verification_by", "by_id", "at"),
    )

    id: Mapped[pk]
    person_id: Mapped[ref] = mapped_column(ForeignKey("person.id"))
    level: Mapped[int] = mapped_column(SmallInteger)
    method: Mapped[key]
    area_code: Mapped[key | None] = mapped_column(ForeignKey("area.code"))
    rw: Mapped[int | None]
    by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    seat: Mapped[str] = mapped_column(server_default="")
    at: Mapped[now]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"))
    revoked_reason: Mapped[str] = mapped_column(server_default="")

    person: Mapped[Person] = relationship()


class AttestationQuota(Model):
    """How many residents an RW may vouch for in a period, as the planner set it."""

    __tablename__ = "attestation_quota"
    __table_args__ = (
        UniqueConstraint("area_code", "rw", "valid_from"),
        CheckConstraint("most BETWEEN 0 AND 20000", name="most"),
    )

    id: Mapped[pk]
    area_code: Mapped[key] = mapped_column(ForeignKey("area.code"))
    rw: Mapped[int | None]
    most: Mapped[int]
    valid_from: Mapped[date]
    seat: Mapped[str]


__all__ = ["VERIFICATION_METHODS", "AttestationQuota", "Verification"]
