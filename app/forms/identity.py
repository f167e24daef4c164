"""Why somebody wants to know who the reporter is."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from . import Form


class IdentityForm(Form):
    """A reason of the list, and one in words; the reporter reads both."""

    reason = RadioField(
        _("Why do you need it?"),
        choices=[],
        validators=[InputRequired(_("Please choose one of the reasons."))],
    )
    note = TextAreaField(
        _("In your own words"),
        validators=[
            InputRequired(_("Please say in a sentence why you need it.")),
            Length(10, 500, _("Please write between 10 and 500 characters.")),
        ],
        render_kw={"rows": 3},
    )
