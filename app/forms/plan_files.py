"""Files planners bring or have made: which sort, and what goes with it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, FileField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from . import Form
from .ceilings import KINDS

NAMES: dict[str, Any] = {
    "sipd_ids": _("Ids that SIPD-RI gave"),
    "budget": _("Budget and realisation"),
    "catalogue": _("Lines and prices of the catalogue"),
    "ceilings": _("Ceilings (pagu), into the draft"),
}
EXPORT = _("Proposals for SIPD-RI")
YEAR = NumberRange(2000, 2999, _("A year has four digits."))


def name_of(sort: str) -> str:
    """What a sort of file is called."""
    return str(NAMES.get(sort, EXPORT))


class BringForm(Form):
    """A file that comes in; year, version and day are for ceilings and the catalogue."""

    sort = RadioField(
        _("What is in the file?"),
        choices=list(NAMES.items()),
        validators=[InputRequired(_("Please choose one."))],
    )
    table = FileField(_("Table (CSV or XLSX)"), render_kw={"accept": ".csv,.xlsx,.txt"})
    year = IntegerField(_("Ceilings: plan year"), validators=[Optional(), YEAR])
    version = SelectField(
        _("Ceilings: kind of version"), choices=[("", "–"), *KINDS.items()], default=""
    )
    day = DateField(
        _("Catalogue: prices hold from"),
        validators=[Optional()],
        description=_("Today, unless you name a later day."),
    )


class MakeForm(Form):
    """The file for SIPD-RI."""

    plan_year = IntegerField(
        _("Plan year"), validators=[InputRequired(_("A year has four digits.")), YEAR]
    )
    everything = BooleanField(
        _("All proposals"),
        description=_("Otherwise only what is new or changed since the last export."),
    )
