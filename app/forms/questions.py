"""Questions that one category asks: their fields on the form, and what counts as an answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from wtforms import Field, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, DateTimeLocalInput, ListWidget

from models import CategoryQuestion

from . import Form, clean, clean_line

PREFIX = "tanya-"
SEEN = "ditanya"  # the category whose questions stood on the page that was sent
MOST_RADIOS = 7
LONGEST = {"string": 200, "text": 2000}

Answer = str | float | list[str]


def read(question: CategoryQuestion, given: Sequence[str]) -> Answer | None:
    """The answer meant by what was sent; None when nothing was.

    Raises ValueError, for people, when it is missing or of another type.
    """
    words = [text for text in map(clean, given) if text]
    if not words:
        if question.required:
            raise ValueError(_("This is needed."))
        return None
    if question.choices:
        return _chosen(question, words)
    match question.datatype:
        case "number":
            return _number(words[0])
        case "datetime":
            return _moment(words[0])
        case kind:
            text = words[0] if kind == "text" else clean_line(words[0]) or ""
            if len(text) > LONGEST[kind]:
                raise ValueError(_("At most %(n)s characters.", n=LONGEST[kind]))
            return text


def _chosen(question: CategoryQuestion, words: list[str]) -> Answer:
    keys = [key for key, *_names in question.choices]
    if not set(words) <= set(keys):
        raise ValueError(_("Please choose from the list."))
    if question.datatype == "multivaluelist":
        return [key for key in keys if key in words]
    if len(words) > 1:
        raise ValueError(_("Please choose one only."))
    return words[0]


def _number(word: str) -> float:
    try:
        number = float(word.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or abs(number) >= 1e12:
        raise ValueError(_("Please write a number in digits."))
    return int(number) if number.is_integer() else number


def _moment(word: str) -> str:
    try:
        moment = datetime.fromisoformat(word)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=current_app.config["CITY"].zone)
        if not 1900 <= moment.year < 3000:
            raise ValueError(word)
        return moment.isoformat(timespec="minutes")
    except (ValueError, OverflowError):
        raise ValueError(_("Please write a day and a time.")) from None


def with_questions(form: type[Form], questions: Iterable[CategoryQuestion]) -> type[Form]:
    """The form with a field for each question that wants an answer."""
    fields = {PREFIX + q.code: _field(q) for q in questions if q.variable}
    return type("FormWithQuestions", (form,), fields) if fields else form


def _field(question: CategoryQuestion) -> Field:
    words: dict[str, Any] = {
        "label": label(question),
        "description": hint(question),
        "validators": [_Answered(question)],
    }
    if question.choices:
        words |= {"choices": choices(question), "validate_choice": False}
    if question.datatype == "multivaluelist":
        boxes = {"widget": ListWidget(prefix_label=False), "option_widget": CheckboxInput()}
        return SelectMultipleField(**words, **boxes)
    if question.choices and len(question.choices) <= MOST_RADIOS:
        return RadioField(**words)
    if question.choices:
        words["choices"] = [("", _("Please choose")), *words["choices"]]
        return SelectField(**words)
    if question.datatype == "text":
        return TextAreaField(**words, render_kw={"rows": 3})
    if question.datatype == "datetime":
        return StringField(**words, widget=DateTimeLocalInput())
    number = {"inputmode": "decimal"} if question.datatype == "number" else {}
    return StringField(**words, render_kw=number)


class _Answered:
    """A validator: the field holds an answer to the question."""

    def __init__(self, question: CategoryQuestion) -> None:
        self.question = question
        self.field_flags = {"required": True} if question.required else {}

    def __call__(self, form: Form, field: Field) -> None:
        try:
            read(self.question, _sent(field))
        except ValueError as wrong:
            raise ValidationError(*wrong.args) from None


def _sent(field: Field) -> list[str]:
    """What a field was sent, as text."""
    data = field.data if isinstance(field.data, list) else [field.data]
    return [str(value) for value in data if value is not None]


def answers(form: Form, questions: Iterable[CategoryQuestion]) -> dict[str, Answer]:
    """What a valid form answers, by the questions' codes."""
    given = {q.code: read(q, _sent(form[PREFIX + q.code])) for q in questions if q.variable}
    return {code: value for code, value in given.items() if value is not None}


def label(question: CategoryQuestion) -> str:
    """The question in the reader's language."""
    return (_english() and question.label_en) or question.label


def hint(question: CategoryQuestion) -> str:
    """What helps to answer it, in the reader's language."""
    return (_english() and question.help_en) or question.help


def choices(question: CategoryQuestion) -> list[tuple[str, str]]:
    """What can be chosen, as pairs of key and name in the reader's language."""
    return [(key, (_english() and name_en) or name) for key, name, name_en in question.choices]


def _english() -> bool:
    return str(get_locale()) == "en"


def unseen(form: Form, questions: Sequence[CategoryQuestion], category: str, seen: str) -> bool:
    """Were there questions that stood not yet on the page that was sent?

    Then nobody did wrong: what the questions' fields complain of is taken back.
    """
    if not questions or category == seen:
        return False
    for field in form:
        if field.name.startswith(PREFIX):
            field.errors = ()
    return True
