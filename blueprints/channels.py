"""Channels beside e-mail: give an address, prove it with a code, take it away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms.channel import AddressForm, CodeForm
from app.services import channels, verification
from models import User, db

from .account.base import me
from .guards import signed_in

bp = Blueprint("channels", __name__, url_prefix="/profil/saluran")


def _user(name: str = "") -> User:
    """Who is signed in; 404 for a channel the city does not offer."""
    if name and name not in channels.offered():
        abort(404)
    return me()


def _page(status: int = 200, **forms: Any) -> ResponseReturnValue:
    mine = channels.of(_user())
    rows = [(name, mine.get(name)) for name in channels.offered()]
    shown = {"address": AddressForm(formdata=None), "code": CodeForm(formdata=None)} | forms
    return render_template("account/channels.html", rows=rows, **shown), status


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The city's channels, and mine."""
    return _page()


@bp.post("/<name>")
@signed_in
@limiter.limit("30/hour")
def begin(name: str) -> ResponseReturnValue:
    """Give an address; a code goes there."""
    user, form = _user(name), AddressForm()
    if form.validate():
        try:
            channels.begin(user, name, form.address.data)
        except channels.WrongAddress:
            form.address.errors = [_("This does not look like an address there.")]
        except channels.TooMany:
            form.address.errors = [_("Too many codes. Please wait an hour.")]
    if form.errors:
        db.session.rollback()
        return _page(422, address=form, asked=name)
    db.session.commit()
    flash(_("We have sent a code there. It holds for a quarter of an hour."), "info")
    return redirect(url_for(".index"))


@bp.post("/<name>/kode")
@signed_in
@limiter.limit("30/hour")
def confirm(name: str) -> ResponseReturnValue:
    """Give the code back."""
    user, form = _user(name), CodeForm()
    try:
        good = form.validate() and channels.confirm(user, name, form.code.data)
        wrong = _("This is not the code, or it is too old.")
    except channels.TooMany:
        good, wrong = False, _("Too many tries. Please ask for a new code.")
    if good:
        verification.by_phone(user, name)
    db.session.commit()  # the try is counted
    if not good:
        form.code.errors = list(form.code.errors) or [wrong]
        return _page(422, code=form, asked=name)
    flash(_("News reaches you there from now on."), "success")
    return redirect(url_for(".index"))


@bp.post("/<name>/hapus")
@signed_in
@limiter.limit("30/hour")
def remove(name: str) -> ResponseReturnValue:
    """Take an address away."""
    channels.remove(_user(name), name)
    db.session.commit()
    flash(_("The address is gone."), "success")
    return redirect(url_for(".index"))
