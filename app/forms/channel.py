"""An address in a channel beside e-mail, and the code that proves it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from . import Form


class AddressForm(Form):
    """Where a channel should write to."""

    address = StringField(
        _("Number or name there"),
        validators=[InputRequired(_("This is needed.")), Length(max=80)],
    )


class CodeForm(Form):
    """The six digits that came there."""

    code = StringField(
        _("The six digits you received"),
        validators=[InputRequired(_("This is needed.")), Length(max=20)],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code"},
    )
