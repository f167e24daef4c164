"""What a category asks beyond the fields of every item."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, Valid, key_pk

DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")


class CategoryQuestion(Valid, Model):
    """A question that one category asks; in GeoReport an *attribute* of its service definition.

    ``choices`` are lists of key, name and English name (or ""), in order; answers hold keys.  One
    that asks nothing (``variable`` false) is only read.  Ended, never deleted: answers name it by
    its code.
    """

    __tablename__ = "category_question"
    __table_args__ = (CheckConstraint(f"datatype IN {DATATYPES}", name="datatype"),)

    category_code: Mapped[key_pk] = mapped_column(ForeignKey("category.code"))
    code: Mapped[key_pk]
    position: Mapped[int]
    variable: Mapped[bool] = mapped_column(server_default="true")
    datatype: Mapped[str]
    required: Mapped[bool] = mapped_column(server_default="false")
    label: Mapped[str]
    label_en: Mapped[str] = mapped_column(server_default="")
    help: Mapped[str] = mapped_column(server_default="")
    help_en: Mapped[str] = mapped_column(server_default="")
    choices: Mapped[list[list[str]]] = mapped_column(JSONB, server_default="[]")
