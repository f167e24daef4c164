"""The forms with which planners keep the calendar of a cycle."""

from __future__ import annotations

from datetime import datetime, tzinfo

from flask_babel import lazy_gettext as _
from wtforms import (
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from . import Form

NEEDED = _("This is needed.")
WHEN = _("Please write day and time, for example 18-01-2027 16.00.")
TYPED = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d-%m-%Y %H.%M", "%d-%m-%Y %H:%M"]
LONG = Length(max=500, message=_("At most 500 characters."))


class MomentField(DateTimeLocalField):
    """A day and a time of the city; says in words what is wrong with it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take it as a browser or a person writes it."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(WHEN)) from None


class CycleForm(Form):
    """A new cycle."""

    plan_year = IntegerField(
        _("Year of the works"),
        validators=[InputRequired(NEEDED), NumberRange(2000, 2100, _("Please check the year."))],
    )
    theme = StringField(_("Theme of the year's plan"), validators=[Optional(), LONG])


class SpanForm(Form):
    """A stage, an area, and from when to when."""

    stage = SelectField(_("Stage"), choices=[])
    area_code = SelectField(_("Area"), choices=[])
    opens_at = MomentField(_("Opens"), format=TYPED, validators=[InputRequired(NEEDED)])
    closes_at = MomentField(
        _("Closes"),
        format=TYPED,
        validators=[InputRequired(NEEDED)],
        description=_("What arrives in this minute's first second still counts."),
    )

    def moments(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """From when to when, in the city's time."""
        first, last = self.opens_at.data, self.closes_at.data
        assert first is not None
        assert last is not None  # both are validated
        return first.replace(tzinfo=zone), last.replace(tzinfo=zone)


class WindowForm(SpanForm):
    """Dates for an area, or one after another for each area inside it."""

    spread = RadioField(
        _("For whom?"),
        choices=[
            ("one", _("The area as a whole")),
            ("kecamatan", _("Each kecamatan in it, one after another")),
            ("kelurahan", _("Each kelurahan in it, one after another")),
        ],
        default="one",
    )
    days = IntegerField(
        _("Days from one to the next"),
        default=0,
        validators=[Optional(), NumberRange(0, 60, _("Between 0 and 60 days."))],
    )
    reason = TextAreaField(_("On what ground; public"), validators=[Optional(), LONG])
    seen = HiddenField()
    sure = HiddenField()


class ReopenForm(SpanForm):
    """Open a stage once more."""

    reason = TextAreaField(
        _("Reason; everybody reads it"),
        validators=[InputRequired(_("Please write the reason. Everybody reads it.")), LONG],
    )


class CopyForm(Form):
    """The dates of another cycle."""

    source = SelectField(_("From which cycle?"), choices=[], coerce=int)
    seen = HiddenField()
    sure = HiddenField()


class WithdrawForm(Form):
    """Take dates back."""

    reason = StringField(_("Why; public"), validators=[Optional(), LONG])


class CarryForm(Form):
    """Which proposals go on into the next cycle."""

    note = StringField(_("A word for their pages"), validators=[Optional(), LONG])
