"""Texts to answer with: which fit a step, and what they say about an item."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from flask import current_app
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import joinedload

from app.access import Actor
from app.queries.labels import area_label, category_label, labels
from app.workflow import Step
from models import AnswerTemplate, Item, db

PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}|\{(\w+)\}")


def _department(item: Item) -> str:
    code = item.department_code or ""
    return labels().department_names.get(code, code) or str(_("the department in charge"))


def _due(item: Item) -> str:
    return str(format_date(item.due_on, "d MMMM y") if item.due_on else _("the promised day"))


def _reporter(item: Item) -> str:
    """The name, only where everybody reads it anyway: notes are public."""
    return item.author.name if item.visibility == "public" else str(_("the reporter"))


# What may stand in braces, and what it becomes.
PLACEHOLDERS: dict[str, Callable[[Item], str]] = {
    "nomor": lambda item: item.number,
    "judul": lambda item: item.title,
    "kategori": lambda item: category_label(item.category_code),
    "wilayah": lambda item: area_label(item.area_code),
    "alamat": lambda item: item.address or area_label(item.area_code),
    "dinas": _department,
    "batas_waktu": _due,
    "nama_pelapor": _reporter,
    "kota": lambda item: str(current_app.config["CITY"].name),
}
# Words that are understood as well: those of earlier texts.
EARLIER = {
    "number": "nomor",
    "title": "judul",
    "category": "kategori",
    "area": "wilayah",
    "address": "alamat",
    "department": "dinas",
    "due": "batas_waktu",
    "reporter": "nama_pelapor",
    "city": "kota",
}


def _says(match: re.Match[str]) -> Callable[[Item], str] | None:
    name = (match[1] or match[2]).casefold()
    return PLACEHOLDERS.get(EARLIER.get(name, name))


def unknown(body: str) -> list[str]:
    """What stands in braces and means nothing."""
    found = PLACEHOLDER.finditer(body)
    return sorted({match[1] or match[2] for match in found if _says(match) is None})


def filled(body: str, item: Item) -> str:
    """The text with everything in braces put in; what means nothing stays as it is."""

    def put(match: re.Match[str]) -> str:
        say = _says(match)
        return say(item) if say else match[0]

    return PLACEHOLDER.sub(put, body)


def _readable(actor: Actor) -> ColumnElement[bool]:
    """The city's, and those of the actor's own departments."""
    own = [seat.department_code for seat in actor.seats_as("officer") if seat.department_code]
    mine = AnswerTemplate.department_code.in_(own) if own else false()
    return or_(AnswerTemplate.department_code.is_(None), mine)


def for_step(item: Item, step: Step, actor: Actor) -> Sequence[AnswerTemplate]:
    """What fits a step of an item, the department's own and the narrower first."""
    table = AnswerTemplate
    query = select(table).where(
        table.retired_at.is_(None),
        _readable(actor),
        table.kind.in_(("", item.kind)),
        table.step.in_(("", step.name)),
        or_(table.category_code.is_(None), table.category_code == item.category_code),
    )
    order = (
        table.department_code.is_(None),
        table.category_code.is_(None),
        table.step == "",
        table.position,
        table.name,
    )
    return db.session.scalars(query.order_by(*order)).all()


def editable(actor: Actor) -> Sequence[AnswerTemplate]:
    """What the actor reads when administering: the city's and their department's."""
    query = select(AnswerTemplate).options(
        joinedload(AnswerTemplate.department), joinedload(AnswerTemplate.category)
    )
    if not actor.seats_as("coordinator"):
        query = query.where(_readable(actor))
    table = AnswerTemplate
    order = (table.retired_at.is_not(None), table.department_code, table.position, table.name)
    return db.session.scalars(query.order_by(*order)).all()
