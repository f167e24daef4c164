"""The form of one step: a field for each answer the step asks for."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf.file import MultipleFileField
from wtforms import (
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from app.workflow import Step

from . import Form, whole
from .plan_fields import CHECK, PLAN_FIELDS, MoneyField, gather, spread

Choices = Sequence[tuple[str, Any]]
NEEDED = _("This is needed.")
WAYS = {
    "letter": _("By letter"),
    "phone": _("By phone"),
    "portal": _("On their website or app"),
    "email": _("By e-mail"),
    "meeting": _("In a meeting"),
}
OTHER = "other_department"


EXPLAIN = "explain_"  # before the name of a check: what an officer says of it, in public
WHY = {
    "time": _("Why does the time not fit, or is not known?"),
    "distance": _("Why was it taken elsewhere, or is the place not known?"),
    "report": _("Why is it a photo this report has already?"),
    "city": _("Why was this photo used before?"),
}


class StepForm(Form):
    """What every step carries: the last change its reader saw, and a key against double sending."""

    seen = HiddenField()
    key = HiddenField(default=lambda: str(uuid.uuid4()))
    photo_ids = HiddenField(default="")
    why_asked = HiddenField(default="")  # was somebody who is not satisfied asked for words?


def _text(label: Any, rows: int = 4) -> Any:
    limit = Length(max=5000, message=_("At most 5,000 characters."))
    return lambda need, choices: TextAreaField(
        label, validators=[need, limit], render_kw={"rows": rows}
    )


def _line(label: Any) -> Any:
    return lambda need, choices: StringField(label, validators=[need, Length(max=200)])


def _number(label: Any, limits: NumberRange) -> Any:
    return lambda need, choices: IntegerField(label, validators=[need, limits])


def _choice(label: Any) -> Any:
    def make(need: Any, choices: Choices) -> Field:
        first = [("", _("Please choose"))]
        return SelectField(label, choices=[*first, *choices], validators=[need])

    return make


LOW = (1, 2)  # ratings that say that somebody is not satisfied


def _why_so_low(form: Any, field: Any) -> None:
    """Ask once for words when somebody is not satisfied; they may stay silent all the same."""
    said = (form["note"].data or "").strip() if "note" in form else "-"
    if field.data in LOW and not said and form.why_asked.data != "1":
        form.why_asked.data = "1"
        raise ValidationError(
            _("What was missing? A sentence helps the office. Or leave it empty and send again.")
        )


PARTS = range(1, 5)  # a complaint is divided among so many departments at most
FIELDS: dict[str, Any] = {
    **{
        name: field
        for n in PARTS
        for name, field in (
            (f"part{n}_department", _choice(_("Department %(n)s", n=n))),
            (f"part{n}_what", _line(_("What is theirs to do?"))),
        )
    },
    "reason": lambda need, choices: RadioField(
        _("Public reason"), choices=list(choices), validators=[need]
    ),
    "department": _choice(_("Department")),
    "other_department": _choice(_("Who should own it?")),
    "external": _choice(_("Owner outside the city")),
    "how": lambda need, choices: RadioField(
        _("In which way?"), choices=list(WAYS.items()), validators=[need]
    ),
    "handed": _text(_("What was handed over?"), 3),
    "reference": _line(_("Their number for it")),
    "contact_person": _line(_("Whom did you speak to? Only officers see this.")),
    "expected_on": lambda need, choices: DateField(
        _("By which day do they expect to act?"), validators=[need]
    ),
    "area": _choice(_("Kelurahan")),
    "category": _choice(_("Category")),
    "line": _choice(_("Line of the catalogue")),
    "into": _line(_("Number of the other item")),
    "date": lambda need, choices: DateField(_("By which day?"), validators=[need]),
    "period_from": lambda need, choices: DateField(_("From"), validators=[need]),
    "period_to": lambda need, choices: DateField(_("To"), validators=[need]),
    "indicators": _text(_("How will you know that it works?"), 3),
    "decree": _line(_("Number of the decree")),
    "mentor": _line(_("Mentor")),
    "sub_kegiatan": _line(_("Sub-kegiatan code")),
    **PLAN_FIELDS,
    "rank": _number(_("Rank"), NumberRange(1, 1000, _("A rank is a number from 1."))),
    "budget": lambda need, choices: MoneyField(_("Budget in rupiah"), validators=[need]),
    "progress": _number(_("Progress in percent"), NumberRange(0, 100, _("Between 0 and 100."))),
    "rating": lambda need, choices: RadioField(
        _("How satisfied are you?"),
        choices=[
            (5, _("5, very satisfied")),
            (4, "4"),
            (3, "3"),
            (2, "2"),
            (1, _("1, not at all")),
        ],
        coerce=lambda value: int(value) if value else None,
        validators=[Optional(), _why_so_low],
    ),
    "photos": lambda need, choices: MultipleFileField(
        _("Photos"), render_kw={"accept": "image/*", "data-photos": ""}
    ),
    "note": _text(_("Explanation, public")),
}


def form_for(step: Step, choices: dict[str, Choices]) -> type[StepForm]:
    """The form class of a step; ``choices`` gives what its lists offer."""
    fields: dict[str, Any] = {}
    for name in _parts(step):
        needed = name in step.required or name.startswith(("period_", CHECK))
        need = InputRequired(NEEDED) if needed else Optional()
        offered = "department" if name.endswith("_department") and name != OTHER else name
        fields[name] = FIELDS[name](need, choices.get(offered, ()))
    if step.proves:
        fields |= {
            f"{EXPLAIN}{name}": _text(label, 3)(Optional(), ()) for name, label in WHY.items()
        }
    return type("FormOfStep", (StepForm,), fields)


def _parts(step: Step) -> list[str]:
    """The fields of a step in the order of ``FIELDS``: a period is asked as two days, parts as
    pairs of a department and what is theirs.
    """
    asked = spread(set(step.answers))
    if "period" in asked:
        asked |= {"period_from", "period_to"}
    if "parts" in asked:
        asked |= {name for name in FIELDS if name.startswith("part")}
    return [name for name in FIELDS if name in asked]


def answers(form: StepForm, step: Step) -> dict[str, Any]:
    """What was answered, by the names of ``Step.asks``; photos are ids."""
    given = {name: form[name].data for name in _parts(step) if name != "photos"}
    if "period_from" in given:
        given["period"] = (given.pop("period_from"), given.pop("period_to"))
    if "parts" in step.answers:
        pairs = [(given.pop(f"part{n}_department"), given.pop(f"part{n}_what")) for n in PARTS]
        given["parts"] = [pair for pair in pairs if any(pair)]
    given = gather(given, step.answers)
    given["photos"] = photo_ids(form)
    if step.proves:
        given["explanations"] = {name: form[f"{EXPLAIN}{name}"].data for name in WHY}
    return given


def photo_ids(form: StepForm) -> list[int]:
    """The photos that came with the form before; what is no number is left out."""
    numbers = map(whole, (form.photo_ids.data or "").split(","))
    return [number for number in numbers if number is not None]
