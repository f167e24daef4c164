"""What a proposal asks beyond the fields of every item."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation

from app.forms import ItemForm
from app.forms.amounts import RupiahField, VolumeField
from app.forms.catalogue import BIDANG

OUTSIDE = "luar"  # chosen instead of a line of the catalogue
GROUPS = [
    ("umum", _("Residents in general")),
    ("perempuan", _("Women")),
    ("anak", _("Children")),
    ("lansia", _("Elderly")),
    ("disabilitas", _("People with disabilities")),
    ("pemuda", _("Young people")),
]
FUNDINGS = [
    ("musrenbang", _("Musrenbang (the city's budget)")),
    ("prakarsa_rw", _("Prakarsa RW (the RW's own share)")),
    ("pokir", _("Pokir (brought in by a council member)")),
]
LAND = [
    ("city", _("The city's")),
    ("residents", _("Residents', with consent")),
    ("unknown", _("I do not know")),
]


def _outside_only(message: Any) -> Any:
    """Needed for what stands not in the catalogue; what the catalogue knows is not asked."""

    def check(form: Any, field: Any) -> None:
        if form.catalogue_code.data != OUTSIDE:
            field.errors = []
            raise StopValidation
        if not field.data:
            raise StopValidation(message)

    return check


class ProposalForm(ItemForm):
    """A line of the catalogue and how much of it, or what is proposed outside the catalogue."""

    catalogue_code = SelectField(
        _("What do you propose?"),
        choices=[],
        validators=[InputRequired(_("Please choose from the catalogue, or “not in it”."))],
    )
    category_code = SelectField(
        _("What is it about?"),
        choices=[],
        validators=[_outside_only(_("Please choose what it is about."))],
    )
    bidang = SelectField(
        _("Field"), choices=BIDANG, default="fisik", validators=[_outside_only(_("Please choose."))]
    )
    volume = VolumeField(
        _("How much"), validators=[InputRequired(_("Please say how much, as a number."))]
    )
    unit = StringField(
        _("Unit (m, m², pieces …)"),
        validators=[
            _outside_only(_("Please say in what: m, m², pieces …")),
            Length(max=30, message=_("At most 30 characters.")),
        ],
    )
    unit_price = RupiahField(_("Price of one unit, in rupiah, as far as known"))
    beneficiaries = IntegerField(
        _("How many people does it help?"),
        validators=[Optional(), NumberRange(1, 3_000_000, _("Please check the number."))],
        render_kw={"inputmode": "numeric"},
    )
    group = SelectField(_("Who proposes it?"), choices=GROUPS, default="umum")
    funding = SelectField(_("From which money?"), choices=FUNDINGS, default="musrenbang")
    land_status = RadioField(
        _("Whose land is it?"), choices=LAND, default="unknown", validators=[InputRequired()]
    )
    swadaya = StringField(
        _("What residents contribute themselves"),
        validators=[Optional(), Length(max=300, message=_("At most 300 characters."))],
    )


__all__ = ["BIDANG", "FUNDINGS", "GROUPS", "LAND", "OUTSIDE", "ProposalForm"]
