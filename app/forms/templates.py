"""The form of a text to answer with."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from . import Form

NEEDED = _("This is needed.")


class TemplateForm(Form):
    """What is asked about an answer text."""

    name = StringField(
        _("What colleagues know it by"),
        validators=[InputRequired(NEEDED), Length(max=80, message=_("At most 80 characters."))],
    )
    department_code = SelectField(_("Who uses it"), choices=[], default="")
    use = SelectField(_("Service and step"), choices=[], default="")
    category_code = SelectField(_("Category"), choices=[], default="")
    body = TextAreaField(
        _("The text"),
        validators=[
            InputRequired(NEEDED),
            Length(max=4000, message=_("At most 4,000 characters.")),
        ],
        render_kw={"rows": 8},
    )
    position = IntegerField(
        _("Place in the list, smaller first"),
        default=100,
        validators=[NumberRange(0, 9999, _("Between 0 and 9,999."))],
    )
