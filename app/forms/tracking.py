"""Forms for those who have no account: sending, and looking up with a code."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from . import Form
from .account import valid_phone

MAY_CALL = _("The officers who handle this may call me about it. Nobody else sees my number.")


def _left_empty(form: Any, field: Any) -> None:
    if field.data:
        raise ValidationError(_("Please leave this field empty; only machines fill it in."))


class GuestForm(Form):
    """Who sends it, if they want to say so.  ``website`` is a trap for machines."""

    name = StringField(
        _("Your name"),
        validators=[Optional(), Length(2, 80, _("A name has between 2 and 80 characters."))],
        render_kw={"autocomplete": "name"},
    )
    phone = StringField(
        _("Phone"),
        validators=[Optional(), valid_phone],
        render_kw={"type": "tel", "autocomplete": "tel", "inputmode": "tel"},
    )
    contact = BooleanField(MAY_CALL)
    website = StringField(
        _("Leave this empty"),
        validators=[_left_empty],
        render_kw={"autocomplete": "off", "tabindex": "-1"},
    )

    def told(self) -> dict[str, Any]:
        """For ``services.tracking.file``: name, phone, and the words that were agreed to."""
        agreed = str(self.contact.label.text) if self.contact.data else ""
        return {
            "name": self.name.data or "",
            "phone": self.phone.data or "",
            "consent": agreed,
        }

    def validate_contact(self, field: Any) -> None:
        """A number is kept for calling or not at all."""
        if self.phone.data and not field.data:
            raise ValidationError(_("Please agree that we may call, or leave the number out."))


class TrackForm(Form):
    """Number and code, as they stand on the receipt."""

    number = StringField(
        _("Number of the report"),
        validators=[
            InputRequired(_("Please type the number, like L-2026-0012345-7.")),
            Length(max=40),
        ],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    code = StringField(
        _("Code"),
        validators=[InputRequired(_("Please type the code from your receipt.")), Length(max=60)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
