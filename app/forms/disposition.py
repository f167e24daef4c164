"""What is asked for a disposition sheet."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from . import Form


class SheetForm(Form):
    """Everything may stay empty: what lacks is filled in by hand on the paper."""

    to = StringField(_("Passed on to"), validators=[Optional(), Length(max=200)])
    urgency = RadioField(
        _("How urgent?"),
        choices=[
            ("biasa", _("Ordinary")),
            ("segera", _("Urgent")),
            ("sangat_segera", _("Very urgent")),
            ("rahasia", _("Secret")),
        ],
        default="biasa",
    )
    ticked = SelectMultipleField(
        _("Please"), choices=[], widget=ListWidget(), option_widget=CheckboxInput()
    )
    note = TextAreaField(
        _("Remark"), validators=[Optional(), Length(max=600)], render_kw={"rows": 3}
    )
    signer = StringField(_("Name of who signs"), validators=[Optional(), Length(max=120)])
    position = StringField(_("Position"), validators=[Optional(), Length(max=120)])
    nip = StringField(_("NIP"), validators=[Optional(), Length(max=25)])
