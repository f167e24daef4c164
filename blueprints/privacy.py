"""One's own data: a copy of it, and keeping an account that was to be closed; lists of a breach."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cells import guarded
from app.extensions import limiter
from app.forms import whole
from app.forms.account import PresentPasswordForm
from app.forms.breach import BreachForm
from app.queries import breach as whose
from app.queries.actors import current_actor
from app.services import exports, privacy, privacy_breach
from models import DataExport, db, reading

from .account.base import let_in, me, per_address
from .guards import may, signed_in
from .tracking import private

bp = Blueprint("privacy", __name__)
PROVED, PROVED_SECONDS = "proved", 10 * 60


def _proved() -> bool:
    """Was the password typed within the last ten minutes, by whoever is signed in?"""
    kept = session.get(PROVED)
    return isinstance(kept, list) and kept[0] == me().id and kept[1] > time.time()


@bp.route("/profil/data", methods=["GET", "POST"])
@signed_in
@per_address("20 per 15 minutes")
def data() -> ResponseReturnValue:
    """The copies of one's data; the password opens the page for ten minutes."""
    form = PresentPasswordForm()
    if form.validate_on_submit() and let_in(form, me().email):
        session[PROVED] = [me().id, int(time.time()) + PROVED_SECONDS]
        db.session.commit()
        return private(redirect(url_for(".data")))
    db.session.commit()
    copies = exports.of_user(me())
    page = render_template(
        "account/data.html", form=form, proved=_proved(), copies=copies, kept=exports.KEPT_DAYS
    )
    return private(page, 422 if form.errors else 200)


@bp.post("/profil/data/salinan")
@signed_in
@limiter.limit("10/hour")
def ask() -> ResponseReturnValue:
    """Have a copy made."""
    if _proved():
        try:
            exports.ask(me())
        except exports.TooSoon:
            flash(_("A copy is being made or was made within this hour."), "info")
        else:
            flash(_("We are making the copy. A letter tells you when it is ready."), "success")
        db.session.commit()
    return private(redirect(url_for(".data")))


@bp.get("/profil/data/salinan/<id:export_id>")
@signed_in
def fetch(export_id: int) -> ResponseReturnValue:
    """The copy itself."""
    if not _proved():
        return private(redirect(url_for(".data")))
    export = db.session.get(DataExport, export_id)
    try:
        content = exports.fetch(export, me()) if export is not None else abort(404)
    except FileNotFoundError:
        abort(404)
    db.session.commit()
    response = private(content)
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = "attachment; filename=data-rembuk.zip"
    return response


@bp.post("/profil/tutup/batal")
@signed_in
def keep_account() -> ResponseReturnValue:
    """Keep the account after all."""
    if privacy.cancel_deletion(me()):
        flash(_("Your account stays. Good to have you."), "success")
    db.session.commit()
    return redirect(url_for("account.profile"))


@bp.route("/admin/kebocoran", methods=["GET", "POST"])
@may("draw_up_breach")
@limiter.limit("60/hour", methods=["POST"])
def breach() -> ResponseReturnValue:
    """Draw up who must be told of data that got out; looking is written down."""
    form: Any = BreachForm()
    shown: dict[str, Any] = {"facts": None}
    if form.validate_on_submit():
        since, until, known = (form.moment(name) for name in ("since", "until", "known_at"))
        facts = whose.Breach(since, until, known, form.scope.data, form.happened.data)
        try:
            shown = _drawn_up(facts, whole(form.after.data))
        except whose.NoSuchScope:
            form.scope.errors = [_("We know nothing of this name.")]
        if shown["facts"] and form.download.data:
            return _list(facts)
    page = render_template("admin/breach.html", form=form, **shown)
    return private(page, 422 if form.errors else 200)


def _drawn_up(facts: whose.Breach, after: int | None) -> dict[str, Any]:
    """A page of the list, with how many there are and the letter.  Raises NoSuchScope."""
    number, actor = whose.count(db.session, facts), current_actor()
    if after is None:
        privacy_breach.record(facts, number, actor)
    else:
        privacy_breach.turned(facts, after, actor)
    people, following = whose.page(db.session, facts, after or 0)
    letter = privacy_breach.letter(facts, whose.sorts_of(db.session, facts))
    db.session.commit()
    told = {"facts": facts, "people": people, "number": number, "letter": letter}
    return told | {"after": after, "following": following}


def _list(facts: whose.Breach) -> Response:
    """The list as a file for a spreadsheet; no more than a chunk of it is held at a time."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    head = _line([_("name"), _("e-mail"), _("phone"), _("data")])
    response = private(Response(_lines(app, "\ufeff" + head, facts), mimetype="text/csv"))
    response.headers["Content-Disposition"] = "attachment; filename=terdampak.csv"
    return response


def _lines(app: Flask, head: str, facts: whose.Breach) -> Iterator[str]:
    """The file, a chunk at a time; no connection is held while a slow reader reads."""
    yield head
    after: int | None = 0
    while after is not None:
        with app.app_context():
            people, after = whose.page(reading(), facts, after, whose.CHUNK)
        yield "".join(
            _line([one.name, one.email, one.phone, " ".join(sorted(one.data))]) for one in people
        )


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([guarded(cell) for cell in cells])
    return out.getvalue()
