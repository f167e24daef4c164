"""What letters lead to: the confirmed address, the new password."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.forms.account import ForgotForm, NewPasswordForm, PresentPasswordForm
from app.queries.actors import current_actor
from app.services import accounts
from app.services.passwords import WeakPassword
from blueprints.guards import public, signed_in
from models import User, db

from .base import answer, bp, enter, let_in, me, per_address


@bp.route("/konfirmasi/<token>", methods=["GET", "POST"])
@public
@per_address("60 per 15 minutes")
def confirm(token: str) -> ResponseReturnValue:
    """Confirm an address: with a button, so that no mail scanner does it, and by its owner."""
    user, form = _user_of(token, "confirm"), PresentPasswordForm()
    if user is None:
        return answer("account/stale_link.html", status=410, purpose="confirm")
    mine = current_actor().user_id == user.id
    if mine:
        del form.password
    if user.confirmed_at or (form.validate_on_submit() and (mine or let_in(form, user.email))):
        return _confirmed(user, mine)
    db.session.commit()
    return answer("account/confirm.html", form, email=user.email, mine=mine)


def _confirmed(user: User, mine: bool) -> ResponseReturnValue:
    before = user.confirmed_at
    accounts.confirm(user)
    if not before and not mine:
        enter(user, stay=True)
    db.session.commit()
    flash(_("Your e-mail address is confirmed."), "success")
    return redirect(url_for("account.mine"))


def _user_of(token: str, purpose: str) -> User | None:
    try:
        return accounts.user_of(token, purpose)
    except accounts.BadToken:
        return None


@bp.post("/konfirmasi")
@signed_in
@per_address("20 per hour")
def resend() -> ResponseReturnValue:
    """Send the letter of confirmation again."""
    if me().confirmed_at is None:
        accounts.send(me(), "confirm")
        db.session.commit()
    flash(_("If the letter is not there in a few minutes, look among the spam."), "info")
    return redirect(url_for("account.profile"))


@bp.route("/lupa-sandi", methods=["GET", "POST"])
@public
@per_address("20 per hour")
def forgot() -> ResponseReturnValue:
    """Ask for a link to set a new password; the answer is the same for every address."""
    form = ForgotForm()
    if form.validate_on_submit():
        accounts.forgot(form.email.data)
        db.session.commit()
        return answer("account/sent.html", email=form.email.data, purpose="reset")
    return answer("account/forgot.html", form)


@bp.route("/sandi-baru/<token>", methods=["GET", "POST"])
@public
@per_address("60 per 15 minutes")
def reset(token: str) -> ResponseReturnValue:
    """Set a new password by the link of a letter."""
    user, form = _user_of(token, "reset"), NewPasswordForm()
    if user is None:
        return answer("account/stale_link.html", status=410, purpose="reset")
    if form.validate_on_submit():
        try:
            accounts.reset(user, form.password.data)
        except WeakPassword as weak:
            form.password.errors = [str(weak)]
        else:
            enter(user, stay=False)
            db.session.commit()
            flash(_("Your new password holds. All other sessions have ended."), "success")
            return redirect(url_for("account.mine"))
    return answer("account/reset.html", form, email=user.email)
