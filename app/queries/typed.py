"""What was typed on the pages of a filing, checked as the pages themselves would.

``pages`` is a draft's data: each page's name with what was typed there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.access import Actor
from app.forms import PlaceForm
from app.forms.questions import answers, with_questions
from app.forms.readiness import readiness as answered
from app.forms.readiness import with_readiness
from app.kinds import Kind
from app.queries import choices, filing, readiness
from app.queries.questions import asked as questions_of
from app.queries.spot import NotHere, Spot, locate
from models import ReadinessQuestion, db

Pages = Mapping[str, Any]
Typed = MultiDict[str, Any]


def place_form(said: Typed, actor: Actor, **meta: Any) -> PlaceForm:
    """The page that asks where, with what was typed, else with what the person's profile knows."""
    known = {} if said else filing.profile(actor)
    form = PlaceForm(said or None, meta=meta, data=known)
    form.area_code.choices = {"": [("", _("Please choose"))], **choices.kelurahan()}
    return form


def content_form(kind: Kind, said: Typed, pages: Pages | None, **meta: Any) -> Any:
    """The page that asks what it is about, with the questions of its category."""
    asked = questions_of(kind, said.get("category_code", ""))
    model = with_readiness(with_questions(kind.form, asked), _readiness(kind, said))
    begun = ((pages or {}).get("foto") or {}).get("kamus", "")
    usual = filing.defaults(kind) | {"catalogue_code": begun}
    form = model(said or None, meta=meta, data=usual)
    filing.fill(db.session(), form, kind)
    return form


def _readiness(kind: Kind, said: Typed) -> Sequence[ReadinessQuestion]:
    """What has to be ready, for what was chosen so far."""
    if not filing.asks_catalogue(kind):
        return ()
    entry = filing.in_catalogue(db.session(), said.get("catalogue_code"))
    bidang = entry.bidang if entry else said.get("bidang") or "fisik"
    return readiness.asked(db.session(), bidang[:20], entry.code if entry else None)


def spot_of(form: Any) -> Spot | None:
    """The spot of a place form; what is wrong stands on the form."""
    try:
        return locate(
            db.session(), form.lon.data or "", form.lat.data or "", form.area_code.data or ""
        )
    except NotHere as wrong:
        form.area_code.errors = [*form.area_code.errors, wrong.args[0]]
        return None


def values_of(
    kind: Kind, pages: Pages | None, actor: Actor
) -> tuple[dict[str, Any] | None, str, Any]:
    """What may be filed; else None.  With the page where something is wrong ("") and its form."""
    pages = pages or {}
    place = place_form(MultiDict(pages.get("lokasi") or {}), actor, csrf=False)
    spot = spot_of(place) if "lokasi" in pages and place.validate() else None
    if spot is None:
        return None, "lokasi", place
    content = content_form(kind, MultiDict(pages.get("isi") or {}), pages, csrf=False)
    if "isi" not in pages or not content.validate():
        return None, "isi", content
    if not filing.fits_catalogue(db.session(), content):
        return None, "isi", content
    values = {**place.data, **content.data, "area_basis": spot.basis}
    values |= {"lon": spot.lon, "lat": spot.lat, "area_code": spot.area_code}
    values |= filing.from_catalogue(db.session(), values)
    asked = questions_of(kind, values["category_code"])
    values |= {"answers": answers(content, asked), "readiness": answered(content)}
    return values, "", content
