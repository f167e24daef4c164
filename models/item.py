"""What the three services share: a thing a resident put on the map."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    func,
    inspect,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeEngine

from .area import Area
from .base import Model, key, now, pk, ref
from .routing import Category, Department
from .user import Person, User

VISIBILITIES = ("public", "anonymous", "confidential")
STOP_WORDS = "'dan','di','ke','dari','yang','untuk','ini','itu','ada','dengan','pada','atau','nya'"
PUBLIC = text("published_at IS NOT NULL AND visibility <> 'confidential'")
PROPOSED = text("kind = 'musrenbang'")

# States in which nobody's desk holds an item; the indexes of the queues leave them out.
OVER = (
    "archived",
    "closed",
    "done",
    "merged",
    "not_realised",
    "refused",
    "rejected",
    "replicated",
    "resolved",
    "stopped",
    "to_proposal",
    "withdrawn",
)
# In the words the indexes were made with, or the database would not use them.
ON_A_DESK = "state <> ALL (ARRAY[" + ", ".join(f"'{state}'" for state in OVER) + "])"
# States that say "done"; the index of what was finished last has them.
FINISHED = ("adopted", "closed", "done", "replicated", "resolved")
IS_DONE = "state = ANY (ARRAY[" + ", ".join(f"'{state}'" for state in FINISHED) + "])"
DUE = "COALESCE(due_on, '9999-12-31'::date)"  # what has no promise stands last


def _public(name: str, *columns: str) -> Index:
    """An index for a public list: what it is narrowed to, then the newest first."""
    return Index(f"ix_item_public_{name}", *columns, text("id DESC"), postgresql_where=PUBLIC)


class Item(Model):
    """A proposal, complaint or idea; ``kind`` tells which.

    ``place`` is a point (lon, lat; EPSG:4326).  ``area_code`` is the kelurahan, or a wider area
    for what concerns all of it; ``district_code`` (kecamatan) follows from it.  ``area_basis``
    says how sure the area is: ``exact``, ``approximate`` (cells made from points), ``confirmed``
    (chosen by the resident), ``edge`` (the pin lay just outside) or ``corrected`` (by staff).
    ``due_on`` is the public day of ``due_at``, the first of the promises that run; at
    ``next_mark_at`` somebody must be told of one.
    """

    __tablename__ = "item"
    __mapper_args__ = {"polymorphic_on": "kind"}
    __table_args__: tuple[Any, ...] = (
        CheckConstraint(f"visibility IN {VISIBILITIES}", name="visibility"),
        Index("ix_item_public", text("id DESC"), postgresql_where=PUBLIC),
        _public("kind", "kind"),
        _public("area", "area_code", "category_code", "state"),
        _public("district", "district_code"),
        _public("category", "category_code"),
        _public("state", "kind", "state"),
        _public("department", "department_code"),
        Index(
            "ix_item_public_newest",
            "kind",
            text("created_at DESC"),
            text("id DESC"),
            postgresql_where=PUBLIC,
        ),
        Index(
            "ix_item_public_done",
            text("state_since DESC"),
            text("id DESC"),
            postgresql_where=text(f"{PUBLIC} AND {IS_DONE}"),
        ),
        # Of staff, who look for what is hidden; of duplicates, which are near and of late.
        Index("ix_item_place", "place", "state_since", postgresql_using="gist"),
        Index("ix_item_triage", "area_code", "state", "due_on", "id"),
        Index("ix_item_owner", "department_code", "state", "due_on", "id"),
        Index("ix_item_queue", text(DUE), "id", "state", postgresql_where=text(ON_A_DESK)),
        Index(
            "ix_item_queue_owner",
            "department_code",
            text(DUE),
            "id",
            "state",
            postgresql_where=text(ON_A_DESK),
        ),
        Index("ix_item_area_new", "area_code", "id"),
        Index("ix_item_owner_new", "department_code", "id"),
        Index("ix_item_proposal_area", "area_code", "id", postgresql_where=PROPOSED),
        Index("ix_item_proposal_department", "department_code", "id", postgresql_where=PROPOSED),
        Index("ix_item_due", "due_on", postgresql_where=text("due_on IS NOT NULL")),
        Index(
            "ix_item_next_mark",
            "next_mark_at",
            postgresql_where=text("next_mark_at IS NOT NULL"),
        ),
        Index("ix_item_search", "search", postgresql_using="gin"),
        Index(
            "ix_item_title_words",
            func.lower(text("title")).label("title_words"),
            postgresql_using="gin",
            postgresql_ops={"title_words": "gin_trgm_ops"},
        ),
    )

    id: Mapped[pk]
    kind: Mapped[key]
    number: Mapped[key] = mapped_column(unique=True)
    filing_key: Mapped[uuid.UUID] = mapped_column(unique=True)
    state: Mapped[key]
    title: Mapped[str]
    body: Mapped[str]
    category_code: Mapped[key] = mapped_column(ForeignKey("category.code"))
    place: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    area_code: Mapped[key] = mapped_column(ForeignKey("area.code"))
    district_code: Mapped[key] = mapped_column(Computed("left(area_code, 8)", persisted=True))
    area_basis: Mapped[str] = mapped_column(server_default="exact")
    rw: Mapped[int | None]
    rt: Mapped[int | None]
    address: Mapped[str] = mapped_column(server_default="")
    author_id: Mapped[ref] = mapped_column(ForeignKey("person.id"), index=True)
    filed_by_id: Mapped[ref | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    channel: Mapped[str] = mapped_column(server_default="web")
    visibility: Mapped[str] = mapped_column(server_default="public")
    oversight: Mapped[bool] = mapped_column(server_default="false")
    bridged: Mapped[bool] = mapped_column(server_default="false")
    subject_department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))
    department_code: Mapped[key | None] = mapped_column(ForeignKey("department.code"))
    merged_into_id: Mapped[ref | None] = mapped_column(ForeignKey("item.id"), index=True)
    published_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    due_at: Mapped[datetime | None]
    next_mark_at: Mapped[datetime | None]
    state_since: Mapped[now]
    created_at: Mapped[now]
    updated_at: Mapped[now]
    support_count: Mapped[int] = mapped_column(server_default="0")
    comment_count: Mapped[int] = mapped_column(server_default="0")
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "ts_delete(setweight(to_tsvector('indonesian', title), 'A') || "
            "setweight(to_tsvector('indonesian', address || ' ' || body), 'B'), "
            f"ARRAY[{STOP_WORDS}])",
            persisted=True,
        ),
        deferred=True,
    )

    author: Mapped[Person] = relationship()
    filed_by: Mapped[User | None] = relationship()
    area: Mapped[Area] = relationship()
    category: Mapped[Category] = relationship()
    department: Mapped[Department | None] = relationship(foreign_keys=[department_code])
    merged_into: Mapped[Item | None] = relationship(remote_side="Item.id")

    def __init__(self, **given: Any) -> None:
        """What its row would begin with stands there from the start: nothing is read back."""
        begun = {name: make() for name, make in _beginnings(type(self)).items()}
        super().__init__(**(begun | given))


@cache
def _beginnings(model: type[Item]) -> dict[str, Callable[[], Any]]:
    """The columns that begin with a plain value, each with what makes it."""
    columns = {each.key: each.columns[0] for each in inspect(model).column_attrs}
    said = {name: getattr(column.server_default, "arg", None) for name, column in columns.items()}
    return {
        name: partial(_read, columns[name].type, value)
        for name, value in said.items()
        if isinstance(value, str)
    }


def _read(sort: TypeEngine[Any], said: str) -> Any:
    """The value a default says in the database's words."""
    if said == "{}":
        return [] if isinstance(sort, ARRAY) else {}
    return said == "true" if isinstance(sort, Boolean) else sort.python_type(said)
