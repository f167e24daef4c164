"""What is known of data that got out."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from wtforms import DateTimeLocalField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from . import Form

DAY = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class BreachForm(Form):
    """When, since when known, and whose data."""

    since = DateTimeLocalField(
        _("It began"), format=DAY, validators=[InputRequired(_("Please say when it began."))]
    )
    until = DateTimeLocalField(
        _("It ended"), format=DAY, validators=[InputRequired(_("Please say when it ended."))]
    )
    known_at = DateTimeLocalField(
        _("We learnt of it"),
        format=DAY,
        validators=[InputRequired(_("Please say when it was found out."))],
    )
    scope = StringField(
        _("Whose data"),
        default="all",
        validators=[InputRequired(_("Please say whose data it was.")), Length(max=300)],
    )
    happened = TextAreaField(
        _("What happened"),
        validators=[
            InputRequired(_("Please say in a sentence what happened.")),
            Length(10, 2000, _("Please write between 10 and 2,000 characters.")),
        ],
        render_kw={"rows": 4},
    )
    download = StringField(validators=[Optional()])
    after = StringField(validators=[Optional()])

    def validate_until(self, field: Any) -> None:
        """The end does not come before the beginning."""
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError(_("The end must not be before the beginning."))

    def moment(self, name: str) -> Any:
        """A moment as typed, in the city's time."""
        return self[name].data.replace(tzinfo=current_app.config["CITY"].zone)
