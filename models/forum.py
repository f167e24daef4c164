"""Forums (*musyawarah*): who is invited and comes, what is said, decided and signed.

Once ``closed_at`` is set the database refuses every change of a forum and of what belongs to it
(migration 0020); only names may still be erased.  What was wrong is put right by a further
``ForumVersion`` with its reason.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .area import Area
from .base import Model, key, now, pk, ref
from .proposal import PROPOSAL_LEVELS, Proposal
from .routing import Department
from .user import User

FORUM_THEMES = ("", "perempuan", "anak", "lansia", "disabilitas", "pemuda")
FORUM_GROUPS = (
    "rw",
    "lpm",
    "pkk",
    "karang_taruna",
    "posyandu",
    "perempuan",
    "anak",
    "lansia",
    "disabilitas",
    "tokoh",
    "delegasi",
    "opd",
    "dprd",
    "kelurahan",
    "kecamatan",
    "akademisi",
    "usaha",
    "umum",
)
SEXES = ("", "L", "P")
QUORUM_RULES = ("share", "number")
DOORS = ("fixed", "rotating")
OUTCOMES = ("agreed", "not_agreed")
WAYS = ("mufakat", "suara")
CAME_BY = ("qr", "link", "list")
ASSET_SORTS = ("fasos", "fasum", "aset")
PRINT_SORTS = ("letters", "set", "table", "public_set", "public_table")
PRINT_STATUSES = ("waiting", "ready", "failed", "deleted")


class Forum(Model):
    """A forum of a level of a plan year, held by an RW, an area, a department or the city.

    Without ``theme`` it decides: closing it agrees proposals and freezes the ranked list.  A forum
    with a theme recommends.  ``quorum`` is a percentage of the invited (rule ``share``) or a number
    of people; ``women`` the wished share of women in percent.  Neither ever stops a forum.
    ``door_code`` is what the QR at the door leads to; ``salt`` hides who came behind their digest.
    """

    __tablename__ = "forum"
    __table_args__ = (
        CheckConstraint(f"level IN {PROPOSAL_LEVELS}", name="level"),
        CheckConstraint(f"theme IN {FORUM_THEMES}", name="theme"),
        CheckConstraint(f"quorum_rule IN {QUORUM_RULES}", name="quorum_rule"),
        CheckConstraint("quorum BETWEEN 0 AND 100000", name="quorum"),
        CheckConstraint("women BETWEEN 0 AND 100", name="women"),
        CheckConstraint(f"door IN {DOORS}", name="door"),
        CheckConstraint("num_nonnulls(area_code, department_code) = 1", name="whose"),
        CheckConstraint("(level = 'rw') = (rw IS NOT NULL)", name="rw"),
        CheckConstraint("closed_at IS NULL OR cancelled_at IS NULL", name="ended"),
        Index(
            "uq_forum_list",
            "plan_year",
            "level",
            "area_code",
            "rw",
            "department_code",
            unique=True,
            postgresql_where=text("theme = '' AND cancelled_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_forum_starts_at", "starts_at"),
    )

    id: Mapped[pk]
    plan_year: Mapped[int]
    level: Mapped[key]
    area_code: Mapped[key | None] = mapped_column(ForeignKey("area.code"), index=True)
    rw: Mapped[int | None]
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"), index=True)
    theme: Mapped[key] = mapped_column(server_default="")
    venue: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    chair: Mapped[str] = mapped_column(server_default="")
    chair_role: Mapped[str] = mapped_column(server_default="")
    secretary: Mapped[str] = mapped_column(server_default="")
    letter_number: Mapped[str] = mapped_column(server_default="")
    quorum_rule: Mapped[key] = mapped_column(server_default="share")
    quorum: Mapped[int] = mapped_column(server_default="50")
    women: Mapped[int] = mapped_column(server_default="30")
    agenda: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    door: Mapped[key] = mapped_column(server_default="fixed")
    door_code: Mapped[key] = mapped_column(unique=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    seat: Mapped[key]
    revision: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[now]
    changed_at: Mapped[now]
    cancelled_at: Mapped[datetime | None]
    cancelled_for: Mapped[str] = mapped_column(server_default="")
    closed_at: Mapped[datetime | None]

    area: Mapped[Area | None] = relationship()
    department: Mapped[Department | None] = relationship()

    @property
    def is_binding(self) -> bool:
        """Does closing it decide about proposals, or does it recommend?"""
        return not self.theme

    @property
    def is_open(self) -> bool:
        """May anything of it still be changed?"""
        return self.closed_at is None and self.cancelled_at is None


class ForumGuest(Model):
    """Somebody invited.  ``token`` is what their own QR leads to; it says nothing of them."""

    __tablename__ = "forum_guest"
    __table_args__ = (
        CheckConstraint(f'"group" IN {FORUM_GROUPS}', name="group"),
        CheckConstraint(f"sex IN {SEXES}", name="sex"),
        Index("ix_forum_guest_forum", "forum_id", "id"),
    )

    id: Mapped[pk]
    forum_id: Mapped[ref] = mapped_column(ForeignKey("forum.id"))
    name: Mapped[str]
    body: Mapped[str] = mapped_column(server_default="")
    group: Mapped[key]
    sex: Mapped[key] = mapped_column(server_default="")
    disability: Mapped[bool] = mapped_column(server_default="false")
    child: Mapped[bool] = mapped_column(server_default="false")
    user_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    token: Mapped[key] = mapped_column(unique=True)
    seat: Mapped[key]
    invited_at: Mapped[now]
    sent_at: Mapped[datetime | None]
    letter_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()


class ForumAttendance(Model):
    """Somebody who came.  ``same_as`` marks a person of a forum, so that nobody is counted twice.

    ``delegate``: was sent on to the forum of the next level.
    """

    __tablename__ = "forum_attendance"
    __table_args__ = (
        CheckConstraint(f'"group" IN {FORUM_GROUPS}', name="group"),
        CheckConstraint(f"sex IN {SEXES}", name="sex"),
        CheckConstraint(f"how IN {CAME_BY}", name="how"),
        UniqueConstraint("forum_id", "guest_id"),
        UniqueConstraint("forum_id", "same_as"),
        UniqueConstraint("form_key"),
    )

    id: Mapped[pk]
    forum_id: Mapped[ref] = mapped_column(ForeignKey("forum.id"))
    guest_id: Mapped[ref | None] = mapped_column(ForeignKey("forum_guest.id"), index=True)
    name: Mapped[str]
    body: Mapped[str] = mapped_column(server_default="")
    group: Mapped[key]
    sex: Mapped[key] = mapped_column(server_default="")
    disability: Mapped[bool] = mapped_column(server_default="false")
    child: Mapped[bool] = mapped_column(server_default="false")
    delegate: Mapped[bool] = mapped_column(server_default="false")
    how: Mapped[key]
    same_as: Mapped[key]
    form_key: Mapped[uuid.UUID]
    seat: Mapped[key] = mapped_column(server_default="")
    at: Mapped[now]


class ForumMinute(Model):
    """The minutes (*notulen*) of one point of the agenda, as every saving left them; append-only.

    ``number`` counts the savings of the point; ``base`` is the one its writer had read.
    """

    __tablename__ = "forum_minute"
    __table_args__ = (UniqueConstraint("forum_id", "point", "number"),)

    id: Mapped[pk]
    forum_id: Mapped[ref] = mapped_column(ForeignKey("forum.id"))
    point: Mapped[int]
    number: Mapped[int]
    base: Mapped[int]
    text: Mapped[str]
    seat: Mapped[key]
    user_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    at: Mapped[now]


class ForumDecision(Model):
    """What a forum says of a proposal: agreed or not, by consensus or by vote, and why not."""

    __tablename__ = "forum_decision"
    __table_args__ = (
        UniqueConstraint("forum_id", "proposal_id"),
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
        CheckConstraint(f"way IN {WAYS}", name="way"),
        CheckConstraint("LEAST(votes_for, votes_against, abstained) >= 0", name="votes"),
        CheckConstraint(
            "num_nonnulls(votes_for, votes_against, abstained) = "
            "CASE way WHEN 'suara' THEN 3 ELSE 0 END",
            name="counted",
        ),
        CheckConstraint(
            "way <> 'suara' OR (outcome = 'agreed') = (votes_for > votes_against)",
            name="majority",
        ),
        CheckConstraint(
            "(outcome = 'agreed') = (reason = '') AND (outcome = 'agreed' OR note <> '')",
            name="reason",
        ),
    )

    id: Mapped[pk]
    forum_id: Mapped[ref] = mapped_column(ForeignKey("forum.id"))
    proposal_id: Mapped[ref] = mapped_column(ForeignKey("proposal.id"), index=True)
    outcome: Mapped[key]
    way: Mapped[key]
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    abstained: Mapped[int | None]
    reason: Mapped[key] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    seat: Mapped[key]
    user_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    revision: Mapped[int] = mapped_column(server_default="1")
    at: Mapped[now]

    proposal: Mapped[Proposal] = relationship()


class ForumAsset(Model):
    """Something the forum keeps on its list of facilities not handed over yet (Form 5)."""

    __tablename__ = "forum_asset"
    __table_args__ = (
        CheckConstraint(f"sort IN {ASSET_SORTS}", name="sort"),
        Index("ix_forum_asset_forum", "forum_id", "id"),
    )

    id: Mapped[pk]
    forum_id: Mapped[ref] = mapped_column(ForeignKey("forum.id"))
    sort: Mapped[key]
    name: Mapped[str]
    address: Mapped[str] = mapped_column(server_default="")
    holder: Mapped[str] = mapped_column(server_default="")
    size: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    seat: Mapped[key]
    at: Mapped[now]


class ForumVersion(Model):
    """What was signed: the canonical text and its SHA-256; append-only.

    Number 1 is the closing; each later one a correction with its ``reason`` and ``part``.
    """

    __tablename__ = "forum_version"
    __table_args__ = (
        UniqueConstraint("forum_id", "number"),
        CheckConstraint("(number = 1) = (reason = '')", name="reason"),
    )

    id: Mapped[pk]
    forum_id: Mapped[ref] = mapped_column(ForeignKey("forum.id"))
    number: Mapped[int]
    part: Mapped[key] = mapped_column(server_default="")
    correction: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    seat: Mapped[key]
    user_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    at: Mapped[now]


class ForumPrint(Model):
    """A file of a forum: ordered, made by a job, kept for some days (the public ones stay).

    ``progress`` is in percent; ``version`` the signed text it shows (0: a draft of an open forum).
    """

    __tablename__ = "forum_print"
    __table_args__ = (
        CheckConstraint(f"sort IN {PRINT_SORTS}", name="sort"),
        CheckConstraint(f"status IN {PRINT_STATUSES}", name="status"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        Index("ix_forum_print_forum", "forum_id", text("id DESC")),
    )

    id: Mapped[pk]
    forum_id: Mapped[ref] = mapped_column(ForeignKey("forum.id"))
    sort: Mapped[key]
    version: Mapped[int] = mapped_column(server_default="0")
    status: Mapped[key] = mapped_column(server_default="waiting")
    progress: Mapped[int] = mapped_column(server_default="0")
    file_name: Mapped[key] = mapped_column(server_default="")
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    seat: Mapped[key]
    user_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[now]
    ready_at: Mapped[datetime | None]

    forum: Mapped[Forum] = relationship()


__all__ = [
    "ASSET_SORTS",
    "CAME_BY",
    "DOORS",
    "FORUM_GROUPS",
    "FORUM_THEMES",
    "OUTCOMES",
    "PRINT_SORTS",
    "QUORUM_RULES",
    "SEXES",
    "WAYS",
    "Forum",
    "ForumAsset",
    "ForumAttendance",
    "ForumDecision",
    "ForumGuest",
    "ForumMinute",
    "ForumPrint",
    "ForumVersion",
]
