"""The forms of booths: a new one, packages, who is looked for, what a paper says, the box."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from . import Form, whole
from .ballot import Picks

MARK = re.compile(r"(\d{1,5})(?:\s*[=:x]\s*(\d{1,5}))?")
_CHOOSE = _("Is this what the paper says? Choose why it does not count.")
APART = re.compile(r"[\s,;.+]+")


def marks(text: str | None, limits: Any) -> Picks:
    """What was marked, as typed: "3, 7, 12", or with points "3=5 7=5"."""
    found: dict[int, int] = {}
    strange = False
    joined = re.sub(r"\s*([=:x])\s*", r"\1", (text or "").lower())
    for part in filter(None, APART.split(joined)):
        match = MARK.fullmatch(part)
        no = whole(match[1]) if match else None
        given = whole(match[2]) if match else None
        wrong = not match or no is None or not 1 <= no <= limits.items or no in found
        if wrong or (given is not None) != bool(limits.points):
            strange = True
        elif no is not None:
            found[no] = given or 0
    return Picks({no: n for no, n in found.items() if n or not limits.points}, strange)


class BoothForm(Form):
    """A new booth."""

    name = StringField(
        _("Name"),
        validators=[InputRequired(_("Please give the name.")), Length(3, 80)],
        description=_("As people know it, for example Aula Kelurahan Dago"),
    )
    area_code = SelectField(_("Kelurahan"), choices=[], validators=[InputRequired()])
    address = StringField(_("Address and hours"), validators=[Optional(), Length(max=200)])


class PackageForm(Form):
    """A package to print."""

    booth = SelectField(_("For which booth?"), choices=[], validators=[InputRequired()])
    sort = RadioField(
        _("What?"),
        choices=[
            ("codes", _("Cards with one-time codes, for voting on the tablet")),
            ("papers", _("Paper ballots")),
        ],
        default="codes",
    )
    size = IntegerField(
        _("How many?"),
        default=60,
        validators=[InputRequired(_("Please give a number.")), NumberRange(1, 500)],
    )


class SearchForm(Form):
    """Who stands at the table."""

    name = StringField(_("Name"), validators=[Optional(), Length(max=80)])
    rw = IntegerField(
        _("RW"), validators=[Optional(), NumberRange(1, 60, _("An RW is a number up to 60."))]
    )
    last4 = StringField(
        _("Last 4 digits of the NIK"),
        validators=[Optional(), Regexp(r"^\d{4}$", message=_("These are four digits."))],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Enough must be said to find few."""
        good = bool(super().validate(extra_validators))
        if good and len(self.name.data or "") < 3 and not self.last4.data:
            self.name.errors = [_("Type at least three letters of the name, or the four digits.")]
            return False
        return good


class ReadingForm(Form):
    """What an operator reads on a paper."""

    serial = StringField(
        _("Serial number"), validators=[InputRequired(_("Please type the serial number."))]
    )
    marks = StringField(_("Marked numbers"), validators=[Optional(), Length(max=2000)])
    invalid = SelectField(_("Or: it does not count, because"), choices=[], validators=[Optional()])
    note = StringField(_("What you see"), validators=[Optional(), Length(max=300)])

    def offer(self, reasons: dict[str, Any]) -> None:
        """The reasons to choose from."""
        self.invalid.choices = [("", _("– it counts –")), *reasons.items()]

    def picks(self, limits: Any, problems: Any) -> Picks | None:
        """What was marked; None when it cannot be taken, which the form then says."""
        picked = marks(self.marks.data, limits)
        if self.invalid.data:
            if (self.marks.data or "").strip():
                self.marks.errors = [_("Either numbers, or why it does not count.")]
                return None
            return Picks()
        wrong: Sequence[Any] = problems(limits, picked)
        if wrong:
            self.marks.errors = [
                *wrong,
                _("Is this what the paper says? Choose why it does not count."),
            ]
            return None
        return picked


class BoxForm(Form):
    """The box, opened."""

    boxed = IntegerField(
        _("Papers in the box"),
        validators=[InputRequired(_("Please give a number.")), NumberRange(0, 100_000)],
    )
    note = TextAreaField(
        _("What explains a difference"),
        validators=[Optional(), Length(max=1000)],
        render_kw={"rows": 3},
        description=_("Only when the numbers differ. It is printed on the record of the booth."),
    )


class ShiftForm(Form):
    """The end of a shift."""

    note = StringField(_("Remark"), validators=[Optional(), Length(max=300)])


class IncidentForm(Form):
    """Something that may have gone wrong."""

    kind = SelectField(_("What is it about?"), choices=[], validators=[InputRequired()])
    words = TextAreaField(
        _("What happened?"),
        validators=[InputRequired(_("Please describe it in a few words.")), Length(10, 2000)],
        render_kw={"rows": 4},
        description=_("For those who review it. No names, and nothing about what anybody chose."),
    )


class DecisionForm(Form):
    """What becomes of an incident."""

    outcome = RadioField(_("Decision"), choices=[], default="kept")
    note = TextAreaField(
        _("What everybody reads about it"),
        validators=[
            InputRequired(_("Please say why. Everybody reads it.")),
            Length(10, 1000, _("Between 10 and 1,000 characters.")),
        ],
        render_kw={"rows": 4},
    )
    seen = HiddenField()
