"""The profile, the password, and closing the account."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import logout_user

from app.forms.account import ChangePasswordForm, CloseForm, ProfileForm
from app.forms.mandate import ROLE_TITLES
from app.queries import choices
from app.queries.actors import current_actor
from app.queries.mandates import seats_of
from app.services import accounts, profiles
from app.services.anonymise import anonymise
from app.services.passwords import WeakPassword
from blueprints.guards import signed_in
from models import db

from .base import answer, bp, enter, let_in, me, per_address


@bp.route("/profil", methods=["GET", "POST"])
@signed_in
@per_address("60 per hour")
def profile() -> ResponseReturnValue:
    """What somebody says about themselves, once for every form."""
    form = _profile_form()
    if form.validate_on_submit() and _kept(form):
        flash(_("Your profile is saved."), "success")
        response = make_response(redirect(url_for(".profile")))
        response.delete_cookie("bahasa")  # the profile's language holds from now on
        return response
    seats, names = seats_of(me()), ROLE_TITLES
    return answer("account/profile.html", form, user=me(), seats=seats, role_names=names)


def _profile_form() -> ProfileForm:
    user = me()
    told = {name: getattr(user.person, name) for name in profiles.ABOUT_PERSON}
    told |= {name: getattr(user, name) for name in profiles.ABOUT_LOGIN}
    form = ProfileForm(data=told)
    offers: dict[str, Any] = {"–": [("", _("Choose a kelurahan"))]}
    form.area_code.choices = offers | choices.kelurahan()
    return form


def _kept(form: ProfileForm) -> bool:
    try:
        profiles.update_profile(me(), form.data)
    except profiles.NikTaken:
        form.nik.errors = [
            _("Another account has this NIK. If it is yours, please ask at the city's office.")
        ]
    else:
        db.session.commit()
        return True
    db.session.rollback()
    return False


@bp.route("/profil/sandi", methods=["GET", "POST"])
@signed_in
@per_address("60 per 15 minutes")
def password() -> ResponseReturnValue:
    """A new password for somebody who is signed in; their other sessions end."""
    form = ChangePasswordForm()
    if form.validate_on_submit() and _changed(form):
        flash(_("Your new password holds. All other sessions have ended."), "success")
        return redirect(url_for(".profile"))
    return answer("account/password.html", form)


def _changed(form: ChangePasswordForm) -> bool:
    try:
        accounts.change_password(me(), form.present.data, form.password.data)
    except accounts.SignInRefused:
        form.present.errors = [_("This is not your present password.")]
    except accounts.TooManyTries:
        form.present.errors = [_("Too many tries. Please wait a quarter of an hour.")]
    except WeakPassword as weak:
        form.password.errors = [str(weak)]
    else:
        enter(me(), stay=session.permanent)
    db.session.commit()
    return not form.errors


@bp.route("/profil/tutup", methods=["GET", "POST"])
@signed_in
@per_address("20 per 15 minutes")
def close() -> ResponseReturnValue:
    """Close the account; what it gave to the city stays without a name."""
    form = CloseForm()
    if form.validate_on_submit() and let_in(form, me().email):
        anonymise(me().person, current_actor(), "asked by the person")
        db.session.commit()
        logout_user()
        session.clear()
        flash(_("Your account is closed. Thank you for taking part."), "info")
        return redirect(url_for("front.index"))
    db.session.commit()
    return answer("account/close.html", form)
