"""What was learnt from the city's own decisions, for suggesting a category and a department."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, key, now, pk


class SuggestionModel(Model):
    """One learning; the newest of a kind counts.  Rows are added, never changed.

    ``head`` is JSON (labels, words, options), ``arrays`` a NumPy archive without objects;
    ``checksum`` is SHA-256 over both, in hexadecimal.  ``figures`` is what the evaluation found,
    with the baselines; ``helps`` names what beat them and may be shown.  ``synthetic``: learnt
    from invented texts.
    """

    __tablename__ = "suggestion_model"
    __table_args__ = (Index("ix_suggestion_model_newest", "kind", text("id DESC")),)

    id: Mapped[pk]
    kind: Mapped[key]
    trained_at: Mapped[now]
    decided_upto: Mapped[datetime | None]
    examples: Mapped[int]
    synthetic: Mapped[bool]
    helps: Mapped[str]
    figures: Mapped[dict[str, Any]]
    checksum: Mapped[key]
    head: Mapped[str] = mapped_column(deferred=True)
    arrays: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
