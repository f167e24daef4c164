"""The service and the attributes a request names, checked against what the category asks."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.forms.georeport import Refused
from app.forms.questions import Answer, read
from app.kinds.lapor import LAPOR
from app.queries.calendar import city_day
from app.queries.georeport_services import questions
from models import Category, db


def service(code: str) -> Category:
    """The category with this code.  Raises Refused (400 without one, 404 for an unknown one)."""
    if not code:
        raise Refused(400, _("service_code is needed."))
    category = db.session.get(Category, code)
    if category is None or category.kind != LAPOR.slug or not category.holds(city_day()):
        raise Refused(404, _("service_code was not found."))
    if category.emergency:
        raise Refused(400, category.emergency)
    return category


def answers(code: str, values: Any, problems: list[str]) -> dict[str, Answer]:
    """What ``attribute[CODE]`` and ``attribute[CODE][]`` answer; ``problems`` names what is wrong.

    Codes nobody asked for are left alone.
    """
    told: dict[str, Answer] = {}
    for question in questions(db.session(), code):
        if not question.variable:
            continue
        name = f"attribute[{question.code}]"
        try:
            answer = read(question, [*values.getlist(name), *values.getlist(f"{name}[]")])
        except ValueError as wrong:
            problems.append(f"{name}: {wrong}")
            continue
        if answer is not None:
            told[question.code] = answer
    return told
