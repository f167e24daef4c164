"""The doors: sign in, register, sign out."""

from __future__ import annotations

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import logout_user

from app.forms.account import RegisterForm, SignInForm
from app.queries.actors import current_actor
from app.services import accounts
from app.services.passwords import WeakPassword
from blueprints import kept
from blueprints.guards import public, signed_in
from models import db

from .base import answer, asked_for, bp, enter, landing, let_in, me, per_address


@bp.route("/masuk", methods=["GET", "POST"])
@public
@per_address("60 per 15 minutes")
def sign_in() -> ResponseReturnValue:
    """Sign in, and go on to where one was going."""
    form, onward = SignInForm(data={"email": request.args.get("email", "")[:254]}), asked_for()
    parcel = request.form.get("kept", "")
    if current_actor().is_signed_in:
        return _onward(parcel, onward)
    if form.validate_on_submit():
        if user := let_in(form, form.email.data):
            enter(user, stay=form.stay.data)
        db.session.commit()
        if user is not None:
            return _onward(parcel, onward)
    return kept.sign_in_page(form, onward, parcel), 422 if form.errors else 200


def _onward(parcel: str, onward: str) -> ResponseReturnValue:
    there = landing(onward)
    return kept.onward_page(parcel, there) or redirect(there)


@bp.route("/daftar", methods=["GET", "POST"])
@public
@per_address("20 per hour")
def register() -> ResponseReturnValue:
    """Open an account; the answer is the same whether or not the address has one."""
    form = RegisterForm()
    if current_actor().is_signed_in:
        return redirect(url_for("account.mine"))
    if form.validate_on_submit():
        try:
            accounts.register(
                form.email.data, form.password.data, form.name.data, language=str(get_locale())
            )
        except WeakPassword as weak:
            form.password.errors = [str(weak)]
        else:
            db.session.commit()
            return answer("account/sent.html", email=form.email.data, purpose="confirm")
    return answer("account/register.html", form, onward=asked_for())


@bp.post("/keluar")
@public
def sign_out() -> ResponseReturnValue:
    """Leave; nothing of the person stays in the browser."""
    logout_user()
    session.clear()
    flash(_("You are signed out."), "info")
    return redirect(url_for("front.index"))


@bp.post("/keluar-semua")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sessions of the account, on every device."""
    accounts.sign_out_everywhere(me())
    db.session.commit()
    logout_user()
    session.clear()
    flash(_("You are signed out on every device."), "info")
    return redirect(url_for("account.sign_in"))
