"""The forms with which the city makes sure of somebody."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional, ValidationError

from . import Form
from .account import NotANik, plain_nik

RW = NumberRange(1, 60, _("An RW is a number up to 60."))


def _nik(form: Form, field: StringField) -> None:
    try:
        plain_nik(field.data or "")
    except NotANik as wrong:
        raise ValidationError(str(wrong)) from None


class AttestForm(Form):
    """The RW's word."""

    known = RadioField(
        _("How do you know them?"),
        choices=[
            ("house", _("I know them and the house they live in")),
            ("papers", _("They showed me their KTP or KK")),
            ("rt", _("The RT vouched for them")),
        ],
        validators=[InputRequired(_("Please say how you know them."))],
    )
    person = HiddenField()


class CheckForm(Form):
    """The card at the counter."""

    nik = StringField(
        _("NIK, from the card"),
        description=_("We keep a code made from it and its last four digits, never the number."),
        validators=[InputRequired(_("Please type the number on the card.")), _nik],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 24},
    )
    name = StringField(
        _("Name, as on the card"),
        validators=[InputRequired(_("Please write the name as it stands on the card.")),
                    Length(2, 80)],
        render_kw={"autocomplete": "off"},
    )  # fmt: skip
    email = StringField(
        _("E-mail address of their account"),
        description=_("Empty for somebody without an account; they can vote at the booth."),
        validators=[Optional(), Email(_("This is no e-mail address."))],
        render_kw={"autocomplete": "off", "type": "email"},
    )
    area_code = SelectField(_("Kelurahan, as on the card"), choices=[])
    rw = IntegerField(_("RW"), validators=[InputRequired(_("Please give the RW.")), RW])
    rt = IntegerField(_("RT"), validators=[Optional(), RW])


class RevokeForm(Form):
    """Why a verification is taken back."""

    reason = StringField(
        _("Why is it taken back?"),
        validators=[InputRequired(_("Please write the reason; it is kept with the record.")),
                    Length(10, 300, _("Between 10 and 300 characters."))],
    )  # fmt: skip


class QuotaForm(Form):
    """How many an RW may vouch for."""

    area_code = SelectField(_("Kelurahan"), choices=[])
    rw = IntegerField(_("RW; empty for each of the kelurahan"), validators=[Optional(), RW])
    most = IntegerField(
        _("At most"),
        validators=[InputRequired(_("Please give a number.")),
                    NumberRange(0, 20_000, _("At most 20,000."))],
    )  # fmt: skip
    valid_from = DateField(_("From"), validators=[InputRequired(_("Please give a day."))])
