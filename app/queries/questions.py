"""What categories ask, and what was answered, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import format_datetime

from app.forms.questions import choices, label
from app.kinds import Kind
from app.queries.labels import labels
from models import CategoryQuestion, Item


def asked(kind: Kind, category_code: str) -> list[CategoryQuestion]:
    """The questions in force of a category of this kind, in order."""
    category = labels().categories.get(category_code)
    if category is None or category.kind != kind.slug or not hasattr(kind.model, "answers"):
        return []
    return [q for q in labels().questions.get(category_code, ()) if q.valid_to is None]


def find(category_code: str, code: str) -> CategoryQuestion | None:
    """A question by its code, ended ones too: the category's own, else one of its former ones."""
    known = labels().questions
    own = [q for q in known.get(category_code, ()) if q.code == code]
    return next(iter(own or [q for some in known.values() for q in some if q.code == code]), None)


def own_answers(item: Item) -> dict[str, Any]:
    """What was answered to questions of the category the item has now."""
    codes = {q.code for q in labels().questions.get(item.category_code, ())}
    given = getattr(item, "answers", None) or {}
    return {code: value for code, value in given.items() if code in codes}


def named(question: CategoryQuestion, value: Any) -> list[tuple[str, str]]:
    """An answer as pairs of key and name; what is no choice is its own name."""
    names = dict(choices(question))
    values = value if isinstance(value, list) else [value]
    return [(str(v), names.get(v, str(v))) for v in values]


def answered(item: Item) -> list[tuple[str, str]]:
    """What the item's category asked and was told, as question and answer, in order."""
    given = getattr(item, "answers", None) or {}
    found = [(find(item.category_code, code), value) for code, value in given.items()]
    known = sorted(((q, v) for q, v in found if q), key=lambda pair: pair[0].position)
    return [(label(question), _said(question, value)) for question, value in known]


def _said(question: CategoryQuestion, value: Any) -> str:
    if question.datatype == "datetime":
        return str(format_datetime(datetime.fromisoformat(value), "d MMMM y, HH.mm"))
    return ", ".join(name for _key, name in named(question, value))
