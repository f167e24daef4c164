"""The fields every item has, and how text is cleaned."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)

from .words import Words

# Marks that turn the direction of text, hide in it, or break a database: never typed on purpose.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_KEPT = {"\n", "\t", "\u200d"}


def clean(value: str | None) -> str | None:
    """Text as a neighbour would have typed it: NFC, one kind of line end, nothing invisible."""
    if value is None:
        return None
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    seen = (c for c in text if c in _KEPT or unicodedata.category(c) not in _UNSEEN)
    return "".join(seen).strip()


def clean_line(value: str | None) -> str | None:
    """Clean text on one line."""
    text = clean(value)
    return None if text is None else " ".join(text.split())


def whole(text: str | None) -> int | None:
    """A whole number as addresses and hidden fields carry it; None for what no column can hold."""
    digits = text or ""
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else None


def key_of(text: str | None) -> uuid.UUID | None:
    """The key a form or an address carries, by which the same is taken once; None for nonsense."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _countable(form: Any, field: Any) -> None:
    """Refuse a number no column can hold, before another validator stumbles over it."""
    if isinstance(field.data, int) and abs(field.data) >= 2**63:
        raise StopValidation(_("This number is too large."))


def not_in_the_future(form: Any, field: Any) -> None:
    """Refuse a day that has not come, and one that nobody could have seen."""
    today: date = current_app.config["CITY"].day()
    if field.data and field.data > today:
        raise ValidationError(_("This day has not come yet."))
    if field.data and field.data.year < today.year - 5:
        raise ValidationError(_("This is more than five years ago. Please check the year."))


class Form(FlaskForm):
    """A form whose text fields come out clean."""

    class Meta:
        """WTForms reads this."""

        def get_translations(self, form: Any) -> Words:
            """Errors in the reader's language."""
            return Words()

        def bind_field(self, form: Any, unbound: Any, options: Any) -> Any:
            """Put the filter in front of the field's own."""
            if issubclass(unbound.field_class, TextAreaField):
                options["filters"] = [clean, *options.get("filters", [])]
            elif unbound.field_class is StringField:
                options["filters"] = [clean_line, *options.get("filters", [])]
            elif issubclass(unbound.field_class, IntegerField):
                options["validators"] = [_countable, *unbound.kwargs.get("validators", ())]
            if choices := unbound.kwargs.get("choices"):  # WTForms 3.4 takes no more pairs
                options["choices"] = [SelectChoice(value, label) for value, label in choices]
            return unbound.bind(form=form, **options)


class LongSelect(SelectField):
    """A list of many lines, looked through without making an option of each."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what the list does not offer."""
        groups = self.choices.values() if isinstance(self.choices, dict) else (self.choices or (),)
        offered = (value for group in groups for value, *_words in group)
        if not self.process_errors and self.data not in offered:
            raise ValidationError(self.gettext("Not a valid choice."))


class ItemForm(Form):
    """What everybody is asked about an item."""

    category_code = LongSelect(
        _("What is it about?"),
        choices=[],
        validators=[InputRequired(_("Please choose what it is about."))],
    )
    title = StringField(
        _("In one sentence"),
        validators=[
            InputRequired(_("Please give it a title.")),
            Length(5, 140, _("A title has between 5 and 140 characters.")),
        ],
    )
    body = TextAreaField(
        _("Tell us more"),
        validators=[
            InputRequired(_("Please describe it in a few words.")),
            Length(10, 5000, _("A description has between 10 and 5,000 characters.")),
        ],
    )
    visibility = RadioField(
        _("Who may see it?"),
        choices=[
            ("public", _("Everybody, with my name")),
            ("anonymous", _("Everybody, without my name")),
            ("confidential", _("Only the officers who handle it")),
        ],
        default="anonymous",
        validators=[InputRequired()],
    )


class PlaceForm(Form):
    """Where an item is.  ``lon`` and ``lat`` are degrees, EPSG:4326."""

    lon = StringField(_("Longitude"))
    lat = StringField(_("Latitude"))
    area_code = LongSelect(_("Kelurahan"), choices=[], validators=[Optional()])
    address = StringField(
        _("Address or a mark nearby"),
        validators=[Optional(), Length(max=200, message=_("At most 200 characters."))],
    )
    rw = IntegerField(
        _("RW"), validators=[Optional(), NumberRange(1, 60, _("An RW is a number up to 60."))]
    )
    rt = IntegerField(
        _("RT"), validators=[Optional(), NumberRange(1, 60, _("An RT is a number up to 60."))]
    )
