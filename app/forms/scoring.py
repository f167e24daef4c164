"""The forms of a round of scoring: what is judged, who judges, and the marks themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    Email,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from models import MEASURES

from . import Form

MOST_CRITERIA = 12
MEASURED = {
    "": _("Assessors mark it"),
    "beneficiaries": _("Measured: people it helps"),
    "support": _("Measured: residents who support it"),
    "readiness": _("Measured: percent of the checklist that is ready"),
    "equity": _("Measured: years since the RW last got works"),
}
RECUSALS = {
    "kin": _("Somebody of my family proposed it or is paid by it"),
    "lives_there": _("I live there and gain from it myself"),
    "interest": _("I have an interest in it through work or business"),
    "other": _("Another reason"),
}
SAATY = [Fraction(n) for n in range(9, 0, -1)] + [Fraction(1, n) for n in range(2, 10)]


def points(text: str | None) -> int | None:
    """Points as people type them ("12,5") in hundredths; None for what are no points."""
    try:
        value = Decimal((text or "").strip().replace(",", ".")) * 100
    except InvalidOperation:
        return None
    fits = value.is_finite() and 0 <= value <= 10_000 and value == value.to_integral_value()
    return int(value) if fits else None


def shown_points(hundredths: int) -> str:
    """Hundredths of a point as people type them."""
    return f"{Decimal(hundredths) / 100:f}".rstrip("0").rstrip(".").replace(".", ",") or "0"


class RoundForm(Form):
    """A new round: which proposals, how many assessors."""

    plan_year = IntegerField(
        _("Year of the works"),
        validators=[
            InputRequired(_("Please give the year.")),
            NumberRange(2020, 2100, _("Please check the year.")),
        ],
    )
    place = SelectField(_("Whose list?"), choices=[], validators=[InputRequired()])
    name = StringField(
        _("Name of the round"),
        validators=[InputRequired(_("Please give it a name.")), Length(3, 120)],
    )
    least = IntegerField(
        _("How many assessors judge each proposal, at least?"),
        default=2,
        validators=[InputRequired(), NumberRange(2, 9, _("Between 2 and 9."))],
    )


def _weight(form: Any, field: Any) -> None:
    if form.name.data and points(field.data) is None:
        raise ValidationError(_("Points from 0 to 100, at most two decimals."))


def _anchors(form: Any, field: Any) -> None:
    if form.name.data and not 2 <= len(form.scale()) <= 9:
        raise ValidationError(_("One line for each mark, the lowest first: two to nine lines."))


def _limits(form: Any, field: Any) -> None:
    if not (form.name.data and form.measure.data):
        return
    found = form.bounds()
    if found is None or len(found) != len(form.scale()) - 1 or sorted(set(found)) != found:
        raise ValidationError(_("Rising whole numbers, one fewer than there are marks."))


class CriterionPart(Form):
    """One criterion; without a name it is left out."""

    class Meta:
        """The form around it carries the token."""

        csrf = False

    code = HiddenField()
    name = StringField(_("What is judged"), validators=[Length(max=80)])
    weight = StringField(_("Points"), validators=[_weight])
    measure = SelectField(_("How"), choices=list(MEASURED.items()), default="")
    limits = StringField(_("Limits"), validators=[_limits])
    anchors = TextAreaField(_("What each mark means"), validators=[_anchors])

    def scale(self) -> list[str]:
        """The lines that say what the marks mean."""
        lines = map(str.strip, (self.anchors.data or "").splitlines())
        return [line[:200] for line in lines if line]

    def bounds(self) -> list[int] | None:
        """The limits of a measure; None when they are no whole numbers."""
        parts = re.split(r"[;\s]+", (self.limits.data or "").strip())
        if not all(re.fullmatch(r"[0-9]{1,9}", part) for part in parts):
            return None
        return [int(part) for part in parts]


class CriteriaForm(Form):
    """All criteria of a draft."""

    rows = FieldList(FormField(CriterionPart), max_entries=MOST_CRITERIA)

    def columns(self) -> list[dict[str, Any]]:
        """The criteria that have a name, as ``services.scoring.weigh`` takes them."""
        found: list[dict[str, Any]] = []
        for part in (entry.form for entry in self.rows if entry.form.name.data):
            measure = part.measure.data if part.measure.data in MEASURES else ""
            found.append(
                {
                    "code": _code(part, {row["code"] for row in found}),
                    "name": part.name.data,
                    "weight": points(part.weight.data),
                    "measure": measure,
                    "limits": (part.bounds() or []) if measure else [],
                    "anchors": part.scale(),
                }
            )
        return found


def _code(part: CriterionPart, taken: set[str]) -> str:
    """The code a criterion has, or one made of its name."""
    asked = part.code.data or part.name.data or ""
    plain = re.sub(r"[^a-z0-9]+", "-", asked.lower()).strip("-")[:40] or "kriteria"
    return next(
        name for n in range(1, MOST_CRITERIA + 2)
        if (name := plain if n == 1 else f"{plain}-{n}") not in taken
    )  # fmt: skip


class InviteForm(Form):
    """Somebody who shall judge."""

    email = StringField(
        _("E-mail address"),
        validators=[
            InputRequired(_("Please give the address.")),
            Email(_("This is no e-mail address.")),
        ],
    )


def pairs_form(names: list[str]) -> type[Form]:
    """A question for each pair of criteria: how many times more the first matters."""
    fields: dict[str, Any] = {}
    for i, one in enumerate(names):
        for j, other in enumerate(names[i + 1 :], start=i + 1):
            choices = [(str(value), _saaty(value, one, other)) for value in SAATY]
            fields[f"p{i}_{j}"] = SelectField(
                _("%(one)s beside %(other)s", one=one, other=other), choices=choices, default="1"
            )
    return type("PairsForm", (Form,), fields)


def _saaty(value: Fraction, one: str, other: str) -> Any:
    if value == 1:
        return _("They matter the same")
    if value > 1:
        return _("%(n)s × more: %(name)s", n=value.numerator, name=one)
    return _("%(n)s × more: %(name)s", n=value.denominator, name=other)


def judge_form(criteria: Iterable[Any]) -> type[Form]:
    """The marks of one proposal: a scale for each criterion that assessors mark."""
    fields: dict[str, Any] = {
        f"m_{c.code}": RadioField(
            c.name,
            choices=[(str(c.low + n), f"{c.low + n} · {text}") for n, text in enumerate(c.anchors)],
            validators=[InputRequired(_("Please choose a mark."))],
        )
        for c in criteria
        if not c.measure
    }
    fields["note"] = TextAreaField(
        _("Why, in a few words; published without your name"),
        validators=[Optional(), Length(max=1000, message=_("At most 1,000 characters."))],
        render_kw={"rows": 3},
    )
    return type("JudgeForm", (Form,), fields)


class RecusalForm(Form):
    """Why somebody does not judge a proposal."""

    recused = RadioField(
        _("Why not?"),
        choices=list(RECUSALS.items()),
        validators=[InputRequired(_("Please choose a reason."))],
    )
