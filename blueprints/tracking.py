"""Without an account: send a report, and come back to it with number and code."""

from __future__ import annotations

import time
import uuid
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import limiter
from app.forms.steps import form_for
from app.forms.tracking import GuestForm, TrackForm
from app.kinds import Kind, kind_of
from app.queries import choices, filing, item_page, parts
from app.queries import photos as pictures
from app.queries.actors import current_actor
from app.queries.privacy import readings_of
from app.services import items, tracking
from app.services.qr import drawn
from app.workflow import NotAllowed
from models import Item, db

from . import step_photos
from .errors import problem
from .filing import draft_of, held_keys, stopped, values_of
from .guards import public
from .items import begin, taken
from .panels import panels
from .photos import picture

bp = Blueprint("tracking", __name__)
KEPT_SECONDS = 30 * 60
SESSION = "lacak"
PART = "bagian"
BESIDE = ("clocks", "questions", "proof", "handover", "hops")  # panels of the item's own page


def private(page: Any, status: int = 0) -> Response:
    """A page nobody keeps, and from which no address is told on."""
    response = make_response(page)
    response.status_code = status or response.status_code
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


# -- sending --------------------------------------------------------------------------------


@bp.route("/<kind:kind>/baru/<uuid:key>/tanpa-akun", methods=["GET", "POST"])
@public
@limiter.limit("10/hour;40/day", methods=["POST"])
def send(kind: Kind, key: uuid.UUID) -> ResponseReturnValue:
    """Send without an account; the answer is the receipt, which says the code once."""
    if current_actor().is_signed_in:
        return redirect(url_for("filing.step", kind=kind, key=key, page="periksa"))
    if request.method == "POST" and str(key) in held_keys() and (sent := _sent(kind, key)):
        return sent
    draft = draft_of(key)
    values, wrong = values_of(kind, draft)
    if values is None:
        flash(_("One page is not complete yet."), "error")
        return redirect(url_for("filing.step", kind=kind, key=key, page=wrong))
    form = GuestForm()
    if not form.validate_on_submit():
        promise = filing.promise(kind, values)
        page = render_template(
            "tracking/send.html", kind=kind, key=key, form=form, promise=promise, values=values
        )
        return private(page, 422 if form.errors else 200)
    return _filed(kind, key, values, form)


def _sent(kind: Kind, key: uuid.UUID) -> ResponseReturnValue | None:
    """The receipt once more, when the first answer was lost on the way; None when not sent yet."""
    if not tracking.was_filed(key):
        return None
    item, code = tracking.file(kind, key, {})
    db.session.commit()
    if code is None:
        return redirect(url_for(".enter", nomor=item.number))
    return receipt(item, code)


def _filed(
    kind: Kind, key: uuid.UUID, values: dict[str, Any], form: GuestForm
) -> ResponseReturnValue:
    said = str(form.contact.label.text) if form.contact.data else ""
    told = {"name": form.name.data or "", "phone": form.phone.data or "", "consent": said}
    try:
        item, code = tracking.file(kind, key, values, at=g.arrived, **told)
    except items.Emergency as emergency:
        db.session.rollback()
        return stopped(kind, key, str(emergency))
    db.session.commit()
    return receipt(item, code or "")


def receipt(item: Item, code: str, behalf: Any = None) -> Response:
    """The receipt: number, code and QR, to print or to take a picture of."""
    path = url_for("tracking.enter", nomor=item.number)
    address = current_app.config["BASE_URL"] + path
    page = render_template(
        "tracking/receipt.html",
        kind=kind_of(item),
        item=item,
        code=code,
        address=address,
        qr=drawn(f"{address}#{code}"),
        holder=item_page.holder(item),
        behalf=behalf,
        phone=_abroad(item.author.phone) if behalf else "",
    )
    return private(page)


def _abroad(phone: str) -> str:
    """A number as it is dialled from anywhere, digits only."""
    digits = "".join(c for c in phone if c.isdecimal())
    return f"62{digits[1:]}" if digits.startswith("0") else digits


# -- coming back ----------------------------------------------------------------------------


@bp.route("/lacak", methods=["GET", "POST"])
@public
@limiter.limit("30 per 15 minutes", methods=["POST"])
def enter() -> ResponseReturnValue:
    """Ask for number and code."""
    form = TrackForm(data={"number": request.args.get("nomor", "")[:40]})
    if form.validate_on_submit():
        try:
            row = tracking.find(form.number.data, form.code.data)
        except tracking.NoSuchReport:
            form.code.errors = [_("This number and this code do not belong together.")]
        except tracking.TooManyTries:
            form.code.errors = [_("Too many codes were tried on this number. Please wait an hour.")]
        else:
            session[SESSION] = [row.item_id, tracking.mark(row), int(time.time()) + KEPT_SECONDS]
            db.session.commit()
            return private(redirect(url_for(".show")))
        db.session.commit()
    page = render_template("tracking/enter.html", form=form)
    return private(page, 422 if form.errors else 200)


def _opened() -> Item | None:
    """The item this browser has opened with its code within the last half hour."""
    kept = session.get(SESSION)
    if not (isinstance(kept, list) and len(kept) == 3) or kept[2] < time.time():
        session.pop(SESSION, None)
        return None
    item = tracking.reopened(int(kept[0]), str(kept[1]))
    return item and (_part_asked(item) or item)


def _part_asked(whole: Item) -> Item | None:
    """The part of a divided report that the address names; its reporter has a say in each."""
    asked = request.args.get(PART, "")
    return next((part for part in parts.of(db.session(), whole) if part.number == asked), None)


def _back() -> ResponseReturnValue:
    return private(redirect(url_for(".show", bagian=request.args.get(PART))))


def _closed() -> ResponseReturnValue:
    flash(_("Please type number and code again; the page was open for a while."), "info")
    return private(redirect(url_for(".enter")))


@bp.get("/lacak/laporan")
@public
def show() -> ResponseReturnValue:
    """The report as its author sees it."""
    item = _opened()
    if item is None:
        return _closed()
    kind, guest, shown = kind_of(item), tracking.guest(item), item_page.photos(db.session(), item)
    page = render_template(
        "tracking/show.html",
        kind=kind,
        item=item,
        state=kind.workflow[item.state],
        entries=item_page.trail(db.session(), item, shown),
        pictures=shown,
        waiting=item_page.photos_waiting(db.session(), item),
        words=item_page.discussion(db.session(), item, guest, False),
        holder=item_page.holder(item),
        steps=items.open_steps(item, guest),
        parts=parts.of(db.session(), item),
        part=request.args.get(PART),
        readings=readings_of(db.session(), item),
        panels=panels(item, guest, db.session(), BESIDE),
    )
    return private(page)


@bp.route("/lacak/laporan/langkah/<step>", methods=["GET", "POST"])
@public
@limiter.limit("60/hour")
def step(step: str) -> ResponseReturnValue:
    """Answer, confirm, dispute, withdraw: what the author may do."""
    item = _opened()
    if item is None:
        return _closed()
    kind, guest = kind_of(item), tracking.guest(item)
    try:
        wanted = kind.workflow.named(step)
        form = form_for(wanted, choices.of_step(db.session(), wanted, kind.slug))()
        if request.method == "GET":
            begin(item, wanted, form, guest)
        elif taken(item, wanted, form, guest):
            db.session.commit()
            flash(_("Thank you. It is written down."), "success")
            return _back()
    except (NotAllowed, items.Stale):
        db.session.rollback()
        return private(problem(409 if _ever(kind, step) else 404))
    words: dict[str, Any] = {"kind": kind, "item": item, "step": wanted, "form": form}
    words |= step_photos.shown(item, wanted, guest)
    page = render_template("tracking/step.html", **words)
    return private(page, 422 if form.errors else 200)


def _ever(kind: Kind, step: str) -> bool:
    return any(known.name == step and "author" in known.by for known in kind.workflow.steps)


@bp.get("/lacak/foto/<string(length=64):name>")
@public
def photo(name: str) -> ResponseReturnValue:
    """A picture of the report that was opened."""
    item = _opened()
    found = pictures.readable(db.session(), name, tracking.guest(item)) if item else None
    if found is None:
        abort(404)
    response = picture(found.small if name == found.small else found.large, False)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.post("/lacak/kontak")
@public
@limiter.limit("20/hour")
def forget_contact() -> ResponseReturnValue:
    """Nobody may call any more."""
    item = _opened()
    if item is None:
        return _closed()
    tracking.withdraw_contact(item)
    db.session.commit()
    flash(_("Your number is erased. Nobody will call."), "success")
    return _back()


@bp.post("/lacak/selesai")
@public
def leave() -> ResponseReturnValue:
    """Close the report on this device."""
    session.pop(SESSION, None)
    return private(redirect(url_for(".enter")))
