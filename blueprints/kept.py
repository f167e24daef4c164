"""What was typed, where a request came to nothing: it travels on, to be sent again by a button."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer

from app.forms.account import SignInForm
from app.queries.demo_people import demo_people

from .safety import is_local

OURS = {"csrf_token", "lanjut", "kept"}  # each page has its own
SECRET = "password"  # never written into a page
LARGEST = 300_000  # characters of a parcel
DAY = 24 * 3600


def pairs() -> list[tuple[str, str]]:
    """Names and values that were posted, for a page to carry; no token and no password."""
    if request.method != "POST":
        return []
    sent = request.form.items(multi=True)
    return [(name, value) for name, value in sent if name not in OURS and SECRET not in name]


def has_files() -> bool:
    """Were there files among it, which no page can carry?"""
    return any(upload.filename for upload in request.files.values())


def words() -> list[str]:
    """The texts among it, for whoever wants to copy them; a body nobody has read stays unread.

    None of what another site posts: its words do not stand on a page of ours.
    """
    if "form" not in request.__dict__ or not is_ours():
        return []
    return [value for _name, value in pairs() if " " in value.strip()]


def is_ours() -> bool:
    """Does it come from a page of this site?  What another one posts is not offered again."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return urlsplit(origin).netloc == request.host
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def door() -> ResponseReturnValue:
    """Sign in first.  What a page of ours sent comes along; scripts and readers are led there."""
    back = request.full_path if request.method == "GET" else request.path
    by_page = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    if request.method == "POST" and by_page and "HX-Request" not in request.headers and is_ours():
        parcel = _signer().dumps([back, pairs(), has_files()])
        if len(parcel) <= LARGEST:
            flash(_("Please sign in first. What you typed is kept."), "info")
            form = SignInForm(formdata=None)
            return sign_in_page(form, onward=back, parcel=str(parcel)), 401
    flash(_("Please sign in first."), "info")
    return redirect(url_for("account.sign_in", lanjut=back))


def sign_in_page(form: SignInForm, onward: str, parcel: str) -> str:
    """The page to sign in, with what waits behind it."""
    people = demo_people()
    return render_template(
        "account/sign_in.html", form=form, onward=onward, parcel=parcel, people=people
    )


def onward_page(parcel: str, instead: str) -> str | None:
    """What waited, with a button that sends it or a way ``instead``; None when nothing did."""
    try:
        path, sent, files = _signer().loads(parcel, max_age=DAY)
    except BadData:
        return None
    if not is_local(path):
        return None
    values = {"path": path, "sent": sent, "files": files, "instead": instead}
    return render_template("account/resume.html", **values)


def _signer() -> Any:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="kept")
