"""What the account pages share: where to go next, sessions, limits per address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, g, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import login_user
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from app.extensions import limiter
from app.forms import Form
from app.queries.actors import current_actor, login_of
from app.services import accounts, drafts
from blueprints.safety import is_local
from blueprints.work import places_for
from models import User, db

bp = Blueprint("account", __name__)

SLOWLY = lazy_gettext(
    "Too many tries came from your network. Please wait a quarter of an hour and try again."
)


def per_address(limit: str) -> Callable[[Any], Any]:
    """How often one device may send this form, and its network ten times as often.

    With phones many people share an address; the tries on one account are counted besides.
    """
    limited: Callable[[Any], Any] = limiter.limit(
        limit, methods=["POST"], shared=10, error_message=SLOWLY
    )
    return limited


def landing(target: str) -> str:
    """Where to go after signing in: ``target`` if it is a page of ours, else the nearest above.

    Without one, where one works; residents to what is theirs.
    """
    if target == "/":
        return target
    path = wanted = urlsplit(target).path if is_local(target) else ""
    while path.strip("/"):
        if _is_page(path):
            return target if path == wanted else path
        path = path.rstrip("/").rpartition("/")[0]
    places = places_for(current_actor())
    return places[0]["url"] if places else url_for("account.mine")


def _is_page(path: str) -> bool:
    """Does this path open with GET?"""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except RequestRedirect:  # the slash at the end decides; what stands before it may be nonsense
        return not path.endswith("/") and _is_page(f"{path}/")
    except (MethodNotAllowed, NotFound):
        return False
    return True


def me() -> User:
    """The account that is signed in."""
    return db.session.get_one(User, current_actor().user_id)


def enter(user: User, *, stay: bool) -> None:
    """Begin a session; ``stay`` keeps it when the browser closes.

    Drafts begun in this browser come along; commit afterwards.
    """
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)  # what this request has made of it, for a page that comes at once
    login = login_of(user)
    drafts.claim(tuple(session.pop("drafts", ())), login.actor)
    session.permanent = stay
    login_user(login)
    g.actor = login.actor


def let_in(form: Any, email: str) -> User | None:
    """The account that opens with the form's password; what is wrong stands on the form.

    Commit in any case: the tries are counted.
    """
    try:
        return accounts.authenticate(email, form.password.data)
    except accounts.SignInRefused:
        form.password.errors = [_("This e-mail and this password do not belong together.")]
    except accounts.TooManyTries:
        form.password.errors = [
            _("Too many tries. Please wait a quarter of an hour, or set a new password.")
        ]
    return None


def answer(
    template: str, form: Form | None = None, status: int = 200, **values: Any
) -> ResponseReturnValue:
    """The page; 422 when something on its form is not right."""
    if form is not None and form.errors:
        status = 422
    return render_template(template, form=form, **values), status


def asked_for() -> str:
    """The page somebody was on the way to, as they brought it along."""
    target = request.values.get("lanjut", "")
    return target if is_local(target) and len(target) < 2000 else ""
