"""Columns of a table that answer what a category asks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from flask import current_app
from flask_babel import gettext as _

from app.forms.questions import Answer
from app.forms.questions import read as read_answer
from app.kinds.lapor import LAPOR
from app.queries.labels import labels
from app.queries.questions import asked
from models import CategoryQuestion

from . import tables
from .dates import NoDay, moment

BETWEEN = re.compile(r"\s*[;,|]\s*")


class WrongAnswer(Exception):
    """A cell does not answer its question; ``args[0]`` says why, in words."""


def titles() -> list[str]:
    """What the columns are called in an empty table: the questions in force, each once."""
    known = labels()
    codes = [code for code, category in known.categories.items() if category.kind == LAPOR.slug]
    wanted = (q for code in codes for q in asked(LAPOR, code) if q.variable)
    return list(dict.fromkeys(question.label for question in wanted))


def columns(names: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """The columns that may answer questions, by their names as they are compared."""
    return {_plain(name): name for name in names if tables.plain(name) not in taken}


def read(category_code: str, cells: Mapping[str, str]) -> dict[str, Answer]:
    """What a row answers; ``cells`` are by the columns' compared names.  Raises WrongAnswer."""
    told: dict[str, Answer] = {}
    for question in asked(LAPOR, category_code):
        if not question.variable:
            continue
        names = (question.label, question.label_en, question.code)
        said = next((cells[n] for n in map(_plain, names) if cells.get(n)), "")
        try:
            answer = read_answer(question, _given(question, said))
        except ValueError as wrong:
            problem = _("%(question)s %(why)s", question=question.label, why=str(wrong))
            raise WrongAnswer(problem) from None
        if answer is not None:
            told[question.code] = answer
    return told


def _given(question: CategoryQuestion, said: str) -> list[str]:
    """What stands in a cell as the form would send it: keys for names, moments as ISO."""
    if question.datatype == "datetime" and said.strip():
        try:
            return [moment(said, current_app.config["CITY"].zone).at.isoformat()]
        except NoDay:
            return [said]
    if not question.choices:
        return [said]
    keys = {_plain(word): key for key, *names in question.choices for word in (key, *names) if word}
    whole = keys.get(_plain(said))
    if whole is not None or question.datatype != "multivaluelist":
        return [whole or said]
    return [keys.get(_plain(part), part) for part in BETWEEN.split(said) if part.strip()]


def _plain(name: str) -> str:
    return tables.plain(name).rstrip("? ")
