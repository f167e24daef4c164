"""Following a place: watches, feeds, and one tap to stop."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask import current_app as app
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.extensions import csrf, limiter
from app.forms.watch import PaceForm, WatchForm, corners
from app.kinds import KINDS, Kind
from app.queries import choices, feeds, watching
from app.queries import items as lists
from app.queries.actors import current_actor
from app.queries.labels import area_label, category_label
from app.services import watching as acts
from maps import gazetteer
from models import Watch, db

from .account.base import me
from .guards import public, signed_in
from .items import find
from .page import session

bp = Blueprint("watching", __name__)


def _form() -> WatchForm:
    form = WatchForm()
    areas: dict[str, Any] = {"–": [("", _("Please choose"))]}
    districts = choices.districts(db.session())
    areas[_("Whole kecamatan")] = [(code, f"Kecamatan {name}") for code, name in districts]
    form.area_code.choices = areas | choices.kelurahan()
    form.kind.choices = [("", _("All"))] + [(k.slug, k.label) for k in KINDS.values()]
    topics = [(code, name) for kind in KINDS for code, name in choices.categories(kind)]
    form.category_code.choices = [("", _("Everything")), *topics]
    return form


@bp.route("/ikuti", methods=["GET", "POST"])
@signed_in
@limiter.limit("120/hour")
def mine() -> ResponseReturnValue:
    """My watches, and a new one."""
    form, user = _form(), me()
    if request.method == "GET":
        _begin(form)
    elif form.validate() and _added(form):
        flash(_("You hear of it from now on."), "success")
        return redirect(url_for(".mine"))
    pace = PaceForm(formdata=None, mail_pace=user.mail_pace)
    page = render_template(
        "watching/mine.html",
        form=form,
        pace=pace,
        watches=watching.mine(db.session(), user.id),
        user=user,
    )
    return page, 422 if form.errors else 200


def _begin(form: WatchForm) -> None:
    """What the address knows: an area's page leads here with its code."""
    asked = request.args.get("wilayah", "")
    offered = {code for group in form.area_code.choices.values() for code, _name in group}
    if asked in offered:
        form.area_code.data = asked
    if request.args.get("jenis") in KINDS:
        form.kind.data = request.args["jenis"]


def _added(form: WatchForm) -> bool:
    """Watch what was asked; what is wrong stands on the form."""
    values = {n: form[n].data or None for n in ("kind", "category_code", "area_code", "metres")}
    outline = None
    if form.where.data == "area":
        values["metres"] = None
    else:
        values["area_code"] = None
        outline = _drawn(form)
        if outline is None:
            return False
    values |= {"pace": form.pace.data, "finished": form.finished.data}
    values["name"] = form.name.data or _name(form)
    try:
        acts.add(current_actor(), values, outline)
    except acts.TooMany:
        form.where.errors = [_("Twenty watches are enough. Remove one before you add another.")]
        return False
    db.session.commit()
    return True


def _drawn(form: WatchForm) -> Any | None:
    """The outline of a circle or of what was drawn; None, with the reason on the form."""
    if form.where.data == "outline":
        drawn = watching.outline(db.session(), corners(form.corners.data))
        if drawn is None:
            form.corners.errors = [_("This outline encloses nothing, or far too much.")]
        return drawn
    centre = _centre(form)
    if centre is None:
        form.place.errors = [_("No place of that name. Try a street or a landmark.")]
        return None
    form.metres.data = form.metres.data or 500
    return watching.circle(db.session(), centre, form.metres.data)


def _centre(form: WatchForm) -> tuple[float, float] | None:
    try:
        lon, lat = float(form.lon.data), float(form.lat.data)
        if -180 <= lon <= 180 and -90 <= lat <= 90:
            return lon, lat
    except (TypeError, ValueError):
        pass
    hits = gazetteer.search(db.session(), form.place.data or "")
    return (hits[0].lon, hits[0].lat) if hits else None


def _name(form: WatchForm) -> str:
    about = category_label(form.category_code.data) if form.category_code.data else _("Everything")
    if form.where.data == "area":
        where = area_label(form.area_code.data)
    elif form.where.data == "circle":
        named = form.place.data or _("my pin")
        where = _("%(metres)s m around %(place)s", metres=form.metres.data, place=named)
    else:
        where = _("my outline")
    return f"{about}: {where}"[:80]


@bp.post("/ikuti/<id:watch_id>/hapus")
@signed_in
@limiter.limit("120/hour")
def remove(watch_id: int) -> ResponseReturnValue:
    """Stop a watch."""
    if not acts.remove(current_actor(), watch_id):
        abort(404)
    db.session.commit()
    flash(_("You no longer hear of it."), "success")
    return redirect(url_for(".mine"))


@bp.post("/ikuti/surel")
@signed_in
@limiter.limit("60/hour")
def pace() -> ResponseReturnValue:
    """How often letters come about what I follow."""
    form = PaceForm()
    if form.validate_on_submit():
        me().mail_pace = form.mail_pace.data
        db.session.commit()
        flash(_("It is saved."), "success")
    return redirect(url_for(".mine"))


@bp.get("/berhenti/<token>")
@public
def leaving(token: str) -> ResponseReturnValue:
    """Where a letter's link leads: one button.  A mail program that looks ahead stops nothing."""
    found = acts.read_token(token)
    if found is None:
        abort(404)
    return render_template("watching/stop.html", what=found[1], token=token, done=False)


@bp.post("/berhenti/<token>")
@public
@csrf.exempt
@limiter.limit("60/hour")
def leave(token: str) -> ResponseReturnValue:
    """Stop it; mail programs may do so in one tap (RFC 8058), so no sign-in and no form token."""
    found = acts.read_token(token)
    if found is None:
        abort(404)
    acts.stop(*found)
    db.session.commit()
    return render_template("watching/stop.html", what=found[1], token=token, done=True)


# -- feeds ----------------------------------------------------------------------------------


@bp.get("/umpan.atom")
@public
def latest() -> ResponseReturnValue:
    """The newest public items, narrowed like a list."""
    filters = lists.Filters.read(request.args, "")
    rows = lists.public_page(session(), filters, None).items
    place = url_for("items.search", **filters.as_args(), _external=False)
    return _atom(feeds.of_items(f"Rembuk, {app.config['CITY'].name}", place, rows))


@bp.get("/umpan/<mark>.atom")
@public
@limiter.limit("600/hour")
def watched(mark: str) -> ResponseReturnValue:
    """What a watch shows; whoever knows its mark may read it, all of it is public."""
    watch: Watch | None = watching.by_mark(db.session(), mark)
    if watch is None:
        abort(404)
    rows = watching.items_of(db.session(), watch)
    return _atom(feeds.of_items(watch.name, url_for(".mine"), rows))


@bp.get("/<kind:kind>/<number>/umpan.atom")
@public
def steps(kind: Kind, number: str) -> ResponseReturnValue:
    """The way of one item; whoever may not read it does not find it."""
    return _atom(feeds.of_steps(session(), find(kind, number)))


def _atom(feed: ET.Element) -> ResponseReturnValue:
    body = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    response = Response(body, mimetype="application/atom+xml")
    response.add_etag()
    return response.make_conditional(request)
