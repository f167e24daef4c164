"""Owners outside the city: the text of a hand-over, and what the coordinator has to decide."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import access
from app.kinds import Kind
from app.queries import handover, returns
from app.queries.actors import current_actor
from app.queries.calendar import city_day
from models import Department, Item, db

from .guards import may, signed_in
from .items import find
from .page import lonlat

bp = Blueprint("outside", __name__)


@bp.get("/<kind:kind>/<number>/serah-terima")
@signed_in
def letter(kind: Kind, number: str) -> ResponseReturnValue:
    """The text that goes to an owner outside: to print, copy or send by e-mail."""
    item = find(kind, number)
    if not access.may(current_actor(), "moderate", item):
        abort(403)
    record = handover.letter_facts(db.session, item)
    code = record.held.department_code if record else item.department_code
    owner = db.session.get(Department, code) if code else None
    text = _text(kind, item, owner)
    return render_template(
        "outside/letter.html",
        kind=kind,
        item=item,
        owner=owner,
        text=text,
        mail=_mail(owner, item, text),
        record=record,
    )


def _text(kind: Kind, item: Item, owner: Department | None) -> str:
    """Plain text; names nobody who filed or supports the report."""
    lon, lat = lonlat(item.place)
    return render_template(
        "outside/letter.txt",
        item=item,
        owner=owner,
        today=city_day(),
        lon=lon,
        lat=lat,
        url=url_for("items.show", kind=kind, number=item.number, _external=True),
    ).strip()


def _mail(owner: Department | None, item: Item, text: str) -> str:
    """A ``mailto:`` address with subject and text; longer texts than mail programs take are cut."""
    to = quote(owner.email, safe="@") if owner else ""
    subject = quote(_("Hand-over of report %(number)s", number=item.number))
    return f"mailto:{to}?subject={subject}&body={quote(text[:1500])}"


@bp.get("/kerja/pemilik")
@may("decide_owners")
def to_decide() -> ResponseReturnValue:
    """What came back twice: the coordinator decides whose it is."""
    actor = current_actor()
    found = returns.to_decide(db.session(), actor)
    chains = handover.hops_of(db.session, [item.id for item in found])
    return render_template("outside/decide.html", items=found, chains=chains)
