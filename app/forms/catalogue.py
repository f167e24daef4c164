"""Keeping the *kamus usulan*: its lines, prices from a day on, and what each RW may hand in."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from . import Form
from .amounts import RupiahField, VolumeField

BIDANG = [
    ("fisik", _("Physical works")),
    ("ekonomi", _("Economy")),
    ("sosial_budaya", _("Social and culture")),
]


def _code(form: Any, field: Any) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,19}", field.data or ""):
        raise ValidationError(_("A code has up to 20 letters and digits, without spaces."))


def _at_most(n: int) -> Length:
    return Length(max=n, message=_("At most %(n)s characters.", n=n))


class PriceForm(Form):
    """What one unit costs from a day on."""

    unit_price = RupiahField(
        _("Price of one unit, in rupiah"), validators=[InputRequired(_("Please give the price."))]
    )
    day = DateField(_("From this day on"), validators=[InputRequired(_("Please choose a day."))])
    note = StringField(_("Decree or source"), validators=[Optional(), _at_most(200)])


class LineForm(Form):
    """What a line of the catalogue says, beside its price."""

    name = StringField(
        _("Work"), validators=[InputRequired(_("Please name the work.")), Length(5, 140)]
    )
    bidang = SelectField(_("Field"), choices=BIDANG)
    department_code = SelectField(_("Carried out by"), choices=[], validators=[Optional()])
    category_code = SelectField(
        _("What is it about?"), choices=[], validators=[InputRequired(_("Please choose."))]
    )
    photos_wanted = IntegerField(
        _("Photos that have to come with it"),
        default=0,
        validators=[InputRequired(_("0 for none.")), NumberRange(0, 5, _("Between 0 and 5."))],
    )
    documents_wanted = SelectMultipleField(
        _("Documents that have to come with it"),
        choices=[],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[Optional()],
    )
    largest = VolumeField(_("At most in one proposal"), validators=[Optional()])
    example = StringField(_("For example"), validators=[Optional(), _at_most(200)])
    note = TextAreaField(_("Conditions"), validators=[Optional(), _at_most(500)])
    keywords = StringField(
        _("Other words people search with"), validators=[Optional(), _at_most(300)]
    )


class NewLineForm(LineForm, PriceForm):
    """A line that is not there yet."""

    code = StringField(_("Code"), validators=[InputRequired(_("Please give it a code.")), _code])
    unit = StringField(
        _("Unit (m, m², pieces …)"),
        validators=[InputRequired(_("Please name the unit.")), _at_most(30)],
    )


class LimitForm(Form):
    """What was agreed for each RW of an area."""

    plan_year = IntegerField(
        _("Plan year"),
        validators=[InputRequired(_("Please give the year.")), NumberRange(2000, 2100)],
    )
    area_code = SelectField(_("Area"), choices=[], validators=[InputRequired()])
    most = IntegerField(
        _("Proposals each RW may hand in"),
        validators=[Optional(), NumberRange(1, 500, _("Between 1 and 500, or nothing."))],
    )
    envelope = RupiahField(_("Money meant for each RW, in rupiah"), validators=[Optional()])
    note = StringField(_("Decree or source"), validators=[Optional(), _at_most(200)])
