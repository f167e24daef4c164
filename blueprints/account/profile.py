"""The profile, the password, and closing the account."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.forms.account import ChangePasswordForm, CloseForm, ProfileForm
from app.forms.mandate import ROLE_TITLES
from app.queries import choices
from app.queries.mandates import seats_of
from app.services import accounts, privacy, profiles, verification
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
    shown: dict[str, Any] = {"seats": seats_of(me()), "role_names": ROLE_TITLES}
    shown["closing"] = privacy.open_request(me())
    shown["sure"] = verification.standing(db.session, me().person_id)
    return answer("account/profile.html", form, user=me(), **shown)


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
    """Ask to close the account; a week later it is done, until then it can be kept."""
    form = CloseForm()
    if form.validate_on_submit() and let_in(form, me().email):
        privacy.ask_deletion(me())
        db.session.commit()
        flash(_("Your account closes in seven days. Until then you can keep it here."), "info")
        return redirect(url_for(".close"))
    db.session.commit()
    return answer("account/close.html", form, closing=privacy.open_request(me()))
