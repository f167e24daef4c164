"""The forms of mandates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from . import Form

ROLE_TITLES = {
    "resident": _("Resident"),
    "operator": _("RW operator"),
    "moderator": _("Moderator"),
    "validator": _("Validator"),
    "officer": _("Officer"),
    "planner": _("Planner"),
    "tapd": _("Budget team (TAPD)"),
    "coordinator": _("City coordinator"),
    "auditor": _("Auditor"),
    "admin": _("Administrator"),
}
ROLE_NAMES = {
    "operator": _("RW operator: types for residents of an RW"),
    "moderator": _("Moderator: triage of a kelurahan"),
    "validator": _("Validator of a kecamatan"),
    "officer": _("Officer of a department"),
    "planner": _("Planner"),
    "tapd": _("Budget team (TAPD): agrees to what proposals may cost"),
    "coordinator": _("City coordinator"),
    "auditor": _("Auditor: reads everything, changes nothing"),
    "admin": _("Administrator: gives mandates"),
}


class MandateForm(Form):
    """A seat: role, where, from when to when."""

    role = RadioField(
        _("Role"),
        choices=list(ROLE_NAMES.items()),
        validators=[InputRequired(_("Please choose a role."))],
    )
    area_code = SelectField(_("Area"), choices=[], validators=[Optional()])
    rw = IntegerField(
        _("RW"), validators=[Optional(), NumberRange(1, 60, _("An RW is a number up to 60."))]
    )
    department_code = SelectField(_("Department"), choices=[], validators=[Optional()])
    leads = BooleanField(_("Leads the department, and hears of what takes twice its time"))
    valid_from = DateField(
        _("First day"), validators=[InputRequired(_("Please give the first day."))]
    )
    valid_to = DateField(_("Last day"), validators=[Optional()])
    note = StringField(
        _("Decree or note"),
        validators=[Optional(), Length(max=300, message=_("At most 300 characters."))],
    )


class EndMandateForm(Form):
    """Why a seat ends."""

    note = StringField(
        _("Why does it end?"),
        validators=[
            InputRequired(_("Please say why.")),
            Length(3, 300, _("Between 3 and 300 characters.")),
        ],
    )
