"""Fields for what must be ready; nobody has to answer them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.validators import Optional

from models import ReadinessQuestion

from . import Form

PREFIX = "siap-"
CHOICES = [("yes", _("Yes")), ("no", _("Not yet")), ("unknown", _("I do not know"))]


def with_readiness(form: type[Form], questions: Iterable[ReadinessQuestion]) -> type[Form]:
    """The form with a field for each question."""
    fields = {
        PREFIX + question.code: RadioField(
            question.question, choices=CHOICES, validators=[Optional()]
        )
        for question in questions
    }
    return type("FormWithReadiness", (form,), fields) if fields else form


def readiness(form: Form) -> dict[str, str]:
    """What was answered, by the questions' codes."""
    return {f.name.removeprefix(PREFIX): f.data for f in form if is_one(f) and f.data}


def is_one(field: Any) -> bool:
    """Is it a field about readiness?"""
    return str(field.name).startswith(PREFIX)
