"""What residents say of finished works."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf.file import MultipleFileField
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from . import Form


class ConfirmForm(Form):
    """Are the works there, and do they serve?"""

    confirmed = RadioField(
        _("Are the works finished and usable?"),
        choices=[("yes", _("Yes, they are there")), ("no", _("No, not yet"))],
        validators=[InputRequired(_("Please choose."))],
    )
    note = TextAreaField(
        _("What do you see there? Needed when it is not finished."),
        validators=[Optional(), Length(max=2000, message=_("At most 2,000 characters."))],
        render_kw={"rows": 4},
    )
    photos = MultipleFileField(
        _("Photos of the place"), render_kw={"accept": "image/*", "data-photos": ""}
    )
