"""Typing for somebody else: who they are, how it came, and what they agreed to."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, FileField, HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional

from . import Form, PlaceForm
from .account import valid_phone

CHANNELS: dict[str, Any] = {
    "counter": _("At the counter"),
    "phone": _("By phone"),
    "whatsapp": _("By WhatsApp or another message"),
    "paper": _("On paper"),
}
HOWS: dict[str, Any] = {
    "spoken": _("Said so in front of me"),
    "phone": _("Said so on the phone"),
    "message": _("Wrote so in a message"),
    "signed": _("Signed the sheet"),
}


class ConsentForm(Form):
    """How it came in, and how consent was given."""

    channel = RadioField(
        _("How did it come?"),
        choices=list(CHANNELS.items()),
        default="counter",
        validators=[InputRequired(_("Please choose one."))],
    )
    how = RadioField(
        _("How did they agree?"),
        choices=list(HOWS.items()),
        default="spoken",
        validators=[InputRequired(_("Please choose one."))],
    )
    agreed = BooleanField(
        _("They heard or read these words and agreed"),
        validators=[InputRequired(_("Without consent it cannot be filed in somebody's name."))],
    )


class WhoForm(ConsentForm):
    """The person it is for."""

    name = StringField(
        _("Name"),
        validators=[
            InputRequired(_("Please write the name.")),
            Length(2, 80, _("A name has between 2 and 80 characters.")),
        ],
        render_kw={"autocomplete": "off"},
    )
    phone = StringField(
        _("Phone"),
        validators=[Optional(), valid_phone],
        render_kw={"type": "tel", "autocomplete": "off", "inputmode": "tel", "autofocus": ""},
    )
    key = HiddenField()
    sure = HiddenField()


class TableForm(ConsentForm):
    """A table of many."""

    table = FileField(_("Table (CSV or XLSX)"), render_kw={"accept": ".csv,.xlsx,.txt"})


def entry_form(kind_form: type[Form]) -> type[Any]:
    """The form of one screen: the person, the place, and what the kind asks."""
    return type("EntryForm", (WhoForm, PlaceForm, kind_form), {})
