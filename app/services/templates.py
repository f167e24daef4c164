"""Keep the texts staff answer with; the city's by the coordinator, an office's by its officers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert, select

from app.access import Actor
from app.queries.templates import unknown
from app.workflow import NotAllowed
from models import AnswerTemplate, db

from . import audit


class Unfit(Exception):
    """The text cannot be kept like that; the message says what to change."""


@dataclass(frozen=True)
class Draft:
    """What a template says.  No ``department_code``: the whole city's."""

    name: str
    body: str
    department_code: str | None = None
    kind: str = ""
    category_code: str | None = None
    step: str = ""
    position: int = 100


def may_write(actor: Actor, department_code: str | None) -> bool:
    """May the actor keep texts of this department (None: of the whole city)?"""
    if department_code is None:
        return bool(actor.seats_as("coordinator"))
    return any(seat.department_code == department_code for seat in actor.seats_as("officer"))


def keep(draft: Draft, actor: Actor, existing: AnswerTemplate | None = None) -> AnswerTemplate:
    """Write a template, new or changed.  Raises NotAllowed and Unfit."""
    owners = {draft.department_code} | ({existing.department_code} if existing else set())
    if not all(may_write(actor, owner) for owner in owners):
        raise NotAllowed("write_templates")
    if lost := unknown(draft.body):
        names = ", ".join("{{" + name + "}}" for name in lost)
        raise Unfit(_("We do not know what %(names)s stands for.", names=names))
    kept = existing or AnswerTemplate()
    for name, value in vars(draft).items():
        setattr(kept, name, value)
    kept.changed_by_id, kept.changed_at = actor.user_id, datetime.now(UTC)
    kept.retired_at = None
    db.session.add(kept)
    db.session.flush()
    audit.note("answer_template", f"template:{kept.id}", by=actor.user_id, detail=draft.step)
    return kept


def retire(template: AnswerTemplate, actor: Actor) -> None:
    """Offer a template no longer; it stays on record.  Raises NotAllowed."""
    if not may_write(actor, template.department_code):
        raise NotAllowed("write_templates")
    template.retired_at = template.retired_at or datetime.now(UTC)
    db.session.flush()
    audit.note("retire_template", f"template:{template.id}", by=actor.user_id)


def begin_with(rows: Sequence[Mapping[str, Any]]) -> None:
    """The texts a city starts with; once it has any of its own, its people keep them."""
    city_wide = AnswerTemplate.department_code.is_(None)
    if rows and db.session.scalar(select(AnswerTemplate.id).where(city_wide).limit(1)) is None:
        db.session.execute(insert(AnswerTemplate), list(rows))
