"""The forms of accounts: register, sign in, passwords, profile."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import (
    Email,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from . import Form

EMAIL = {"type": "email", "autocomplete": "email", "inputmode": "email", "spellcheck": "false"}
PRESENT = {"autocomplete": "current-password"}
NEW = {"autocomplete": "new-password"}
LONG = Length(max=254, message=_("At most 254 characters."))


def _person_name(form: Any, field: Any) -> None:
    if not any(c.isalpha() for c in field.data or ""):
        raise ValidationError(_("Please write your name with letters."))


def _name() -> StringField:
    return StringField(
        _("Your name"),
        validators=[
            InputRequired(_("Please tell us your name.")),
            Length(2, 80, _("A name has between 2 and 80 characters.")),
            _person_name,
        ],
        render_kw={"autocomplete": "name"},
    )


def _present(label: Any) -> PasswordField:
    """The password somebody has now."""
    return PasswordField(
        label, validators=[InputRequired(_("Please type your password."))], render_kw=PRESENT
    )


class RegisterForm(Form):
    """What an account needs."""

    name = _name()
    email = StringField(
        _("E-mail"),
        validators=[
            InputRequired(_("Please give your e-mail address.")),
            LONG,
            Email(_("This does not look like an e-mail address.")),
        ],
        render_kw=EMAIL,
    )
    password = PasswordField(
        _("Password"),
        validators=[InputRequired(_("Please choose a password."))],
        render_kw=NEW,
    )
    agree = BooleanField(
        _("I agree that my data is used as the privacy page says."),
        validators=[InputRequired(_("Without your consent we may not keep an account for you."))],
    )


class SignInForm(Form):
    """Who is there?"""

    email = StringField(
        _("E-mail"),
        validators=[InputRequired(_("Please give your e-mail address.")), LONG],
        render_kw=EMAIL | {"autocomplete": "username"},
    )
    password = _present(_("Password"))
    stay = BooleanField(_("Stay signed in on this device"), default=True)


class PresentPasswordForm(Form):
    """Is it really you?"""

    password = _present(_("Password"))


class ForgotForm(Form):
    """Where should the link go?"""

    email = StringField(
        _("E-mail"),
        validators=[InputRequired(_("Please give your e-mail address.")), LONG],
        render_kw=EMAIL,
    )


class NewPasswordForm(Form):
    """A password to come."""

    password = PasswordField(
        _("New password"),
        validators=[InputRequired(_("Please choose a password."))],
        render_kw=NEW,
    )


class ChangePasswordForm(NewPasswordForm):
    """A new password for the present one."""

    present = _present(_("Present password"))


class CloseForm(PresentPasswordForm):
    """The end of an account."""

    sure = BooleanField(
        _("Yes, close my account for good."),
        validators=[InputRequired(_("Please say that you are sure."))],
    )


def valid_phone(form: Any, field: Any) -> None:
    """Refuse what nobody could call."""
    if field.data and not re.fullmatch(r"\+?[0-9][0-9 .()-]{6,18}[0-9]", field.data):
        raise ValidationError(_("A phone number has 8 to 15 digits, like 0812 3456 7890."))


class NotANik(ValidationError):
    """An identity number (NIK) has 16 digits, the seventh to the twelfth being a day of birth."""


def plain_nik(typed: str) -> str:
    """The sixteen digits somebody typed, with spaces or dots perhaps.  Raises NotANik."""
    nik = re.sub(r"[\s.\-]", "", typed)
    if re.fullmatch(r"[1-9][0-9]{15}", nik):
        day, month = int(nik[6:8]), int(nik[8:10])
        day -= 40 if day > 40 else 0  # so are the birthdays of women written
        if 1 <= day <= 31 and 1 <= month <= 12:
            return nik
    raise NotANik(_("A NIK has 16 digits. Please compare it with your identity card."))


def _nik(form: Any, field: Any) -> None:
    plain_nik(field.data or "")


LONGEST_LIFE = timedelta(days=40_000)  # nobody has lived anywhere for longer


def _since(form: Any, field: Any) -> None:
    today: date = current_app.config["CITY"].day()
    if field.data and not today - LONGEST_LIFE <= field.data <= today:
        raise ValidationError(_("Please check this date."))


class ProfileForm(Form):
    """Entered once, used by every form."""

    name = _name()
    phone = StringField(
        _("Phone"),
        validators=[Optional(), valid_phone],
        render_kw={"type": "tel", "autocomplete": "tel"},
    )
    area_code = SelectField(_("Kelurahan you live in"), choices=[], validators=[Optional()])
    rw = IntegerField(
        _("RW"), validators=[Optional(), NumberRange(1, 60, _("An RW is a number up to 60."))]
    )
    rt = IntegerField(
        _("RT"), validators=[Optional(), NumberRange(1, 60, _("An RT is a number up to 60."))]
    )
    address = StringField(
        _("Address"),
        validators=[Optional(), Length(max=200, message=_("At most 200 characters."))],
        render_kw={"autocomplete": "street-address"},
    )
    resident_since = DateField(_("Living there since"), validators=[Optional(), _since])
    nik = StringField(
        _("Identity number (NIK)"),
        validators=[Optional(), _nik],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    forget_nik = BooleanField(_("Take my NIK away"))
    language = RadioField(
        _("Language"),
        choices=[("id", "Bahasa Indonesia"), ("en", "English")],
        validators=[InputRequired()],
    )
    wants_email = BooleanField(_("Tell me by e-mail as well when something happens"))
