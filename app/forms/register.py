"""The forms of departments, categories and routing rules."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
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
    Regexp,
    ValidationError,
)

from . import Form

NEEDED = _("This is needed.")
SHORT = Length(max=200, message=_("At most 200 characters."))
LONG = Length(max=1000, message=_("At most 1,000 characters."))
CODE = re.compile(r"^[a-z0-9][a-z0-9-]{1,39}$")
CLASSES = {
    "": "–",
    "bukan_pengawasan": _("Complaint, needs no inquiry"),
    "pengawasan": _("Complaint that needs an inquiry"),
    "informasi": _("Request for information"),
    "aspirasi": _("Suggestion"),
}


def _code() -> StringField:
    """The name a department or category has in tables and addresses."""
    return StringField(
        _("Code"),
        validators=[
            InputRequired(NEEDED),
            Regexp(CODE, message=_("Small letters, digits and hyphens; 2 to 40 characters.")),
        ],
    )


class Sure(Form):
    """What every change carries: the version it was previewed from, and the word to do it."""

    seen = HiddenField()
    sure = HiddenField()
    reroute = BooleanField(_("Name the new department on those that are not sent yet"))


class RuleForm(Sure):
    """One routing rule; what is left open fits everything."""

    category_code = SelectField(_("Category"), choices=[], validators=[Optional()])
    area_code = SelectField(_("Area"), choices=[], validators=[Optional()])
    road_class = SelectField(_("Kind of road"), choices=[], validators=[Optional()])
    keyword = StringField(_("Word in the text"), validators=[Optional(), SHORT])
    department_code = SelectField(
        _("Department"), choices=[], validators=[InputRequired(_("Please choose a department."))]
    )
    note = StringField(_("Why, in a few words; public"), validators=[Optional(), SHORT])
    before = IntegerField(
        _("Stands before rule no."),
        validators=[Optional(), NumberRange(0, 10**9, _("This is no rule number."))],
    )

    def validate_keyword(self, field: Any) -> None:
        """A keyword needs letters or digits: others are never found."""
        if field.data and not any(sign.isalnum() for sign in field.data):
            raise ValidationError(_("Please use letters or digits."))


class DepartmentForm(Sure):
    """An OPD, or an owner outside the city."""

    code = _code()
    name = StringField(_("Name"), validators=[InputRequired(NEEDED), SHORT])
    abbreviation = StringField(_("Short name"), validators=[InputRequired(NEEDED), SHORT])
    handles = TextAreaField(_("What it looks after"), validators=[Optional(), LONG])
    external = BooleanField(_("Stands outside the city government"))
    contact = StringField(_("How residents reach it"), validators=[Optional(), LONG])
    phone = StringField(
        _("Number to call"),
        validators=[Optional(), Regexp(r"^[+0-9 ()-]{2,30}$", message=_("Digits only, please."))],
    )
    email = StringField(
        _("E-mail for hand-overs"),
        validators=[Optional(), Email(_("This is no e-mail address.")), SHORT],
    )
    advice = TextAreaField(
        _("What residents may do meanwhile"), validators=[Optional(), LONG], render_kw={"rows": 3}
    )


class EndForm(Sure):
    """From when on a department or category is over."""

    valid_to = DateField(
        _("First day without it"), validators=[InputRequired(_("Please give a day."))]
    )


class EndDepartmentForm(EndForm):
    """When a department ends and who does its work from then on."""

    successor_code = SelectField(_("Who follows it?"), choices=[], validators=[Optional()])


class CategoryForm(Sure):
    """What an item may be about."""

    code = _code()
    kind = SelectField(_("Service"), choices=[], validators=[InputRequired(NEEDED)])
    name = StringField(_("Name"), validators=[InputRequired(NEEDED), SHORT])
    name_su = StringField(_("Name in Sundanese"), validators=[Optional(), SHORT])
    name_en = StringField(_("Name in English"), validators=[Optional(), SHORT])
    help = TextAreaField(
        _("What reporters should mention"), validators=[Optional(), LONG], render_kw={"rows": 3}
    )
    help_en = TextAreaField(
        _("The same in English"), validators=[Optional(), LONG], render_kw={"rows": 3}
    )
    keywords = TextAreaField(
        _("Words it is found by"), validators=[Optional(), LONG], render_kw={"rows": 3}
    )
    complaint_class = SelectField(_("Class"), choices=[], validators=[Optional()])
    place_bound = BooleanField(_("Is about a place; resolved with a photo as proof"))
    asks_road_class = BooleanField(_("Asks what kind of road it is"))
    oversight = BooleanField(_("Is about officials: confidential, past the office it is about"))
    emergency = TextAreaField(
        _("Emergency: what to do instead of reporting; stops the form"),
        validators=[Optional(), LONG],
        render_kw={"rows": 3},
    )
    position = IntegerField(
        _("Order in the list"),
        validators=[
            InputRequired(NEEDED),
            NumberRange(0, 100_000, _("A number from 0 to 100,000.")),
        ],
    )
    department_code = SelectField(_("Department that owns it"), choices=[], validators=[Optional()])
