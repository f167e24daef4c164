"""What somebody wants to hear of: where, about what, how often."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from . import Form

SMALLEST, LARGEST, CORNERS = 50, 5_000, 60  # metres of a circle; corners of an outline
Corner = tuple[float, float]


def corners(text: str) -> list[Corner]:
    """An outline as the map writes it: "lon,lat lon,lat …".  Raises ValueError."""
    found = [tuple(map(float, pair.split(","))) for pair in text.split()]
    if not 3 <= len(found) <= CORNERS or any(len(pair) != 2 for pair in found):
        raise ValueError(text)
    if not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in found):
        raise ValueError(text)
    return [(lon, lat) for lon, lat in found]


class WatchForm(Form):
    """A new watch: an area from the list, a circle around a place, or an outline on the map."""

    where = RadioField(
        _("Where?"),
        choices=[
            ("area", _("A kelurahan or kecamatan")),
            ("circle", _("Around a place")),
            ("outline", _("An outline I draw on the map")),
        ],
        default="area",
        validators=[InputRequired()],
    )
    area_code = SelectField(_("Area"), choices=[], default="")
    place = StringField(
        _("Place, street or kelurahan"),
        validators=[Length(max=200, message=_("At most 200 characters."))],
    )
    metres = IntegerField(
        _("How far around it, in metres"),
        default=500,
        validators=[
            Optional(),
            NumberRange(SMALLEST, LARGEST, _("Between 50 and 5,000 metres.")),
        ],
    )
    lon = HiddenField()
    lat = HiddenField()
    corners = HiddenField()
    kind = SelectField(_("Which service?"), choices=[], validators=[Optional()])
    category_code = SelectField(_("About what?"), choices=[], validators=[Optional()])
    finished = BooleanField(_("Also tell me what has been solved there"), default=True)
    pace = RadioField(
        _("How often?"),
        choices=[("daily", _("Once a day, in one letter")), ("instant", _("At once"))],
        default="daily",
        validators=[InputRequired()],
    )
    name = StringField(
        _("Name of this watch"),
        validators=[Optional(), Length(max=80, message=_("At most 80 characters."))],
    )

    def validate_area_code(self, field: Any) -> None:
        """An area is needed where one is watched."""
        if self.where.data == "area" and not field.data:
            raise ValidationError(_("Please choose the area."))

    def validate_place(self, field: Any) -> None:
        """A circle needs a middle: a pin, or a place by name."""
        if self.where.data == "circle" and not (field.data or (self.lon.data and self.lat.data)):
            raise ValidationError(_("Please name a place, or put a pin on the map."))

    def validate_corners(self, field: Any) -> None:
        """An outline needs three corners."""
        if self.where.data != "outline":
            return
        try:
            corners(field.data or "")
        except ValueError:
            raise ValidationError(
                _("Please draw an outline with at least three corners on the map.")
            ) from None


class PaceForm(Form):
    """How often letters come about what somebody follows."""

    mail_pace = RadioField(
        _("Letters about what I follow"),
        choices=[("instant", _("At once")), ("daily", _("Once a day, in one letter"))],
        validators=[InputRequired()],
    )
